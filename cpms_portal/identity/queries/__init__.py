"""Questions about accounts: whose, which devices, which code fits."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import pyotp
import segno
from argon2.low_level import Type, hash_secret_raw
from pyramid.registry import Registry

from cpms_portal.audit.trail import Row, trail_of
from cpms_portal.core.clock import now
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from cpms_portal.identity.resources import Account, TOTPDevice
from cpms_portal.security.passwords import shared_password
from cpms_portal.security.resources import People, Person
from cpms_portal.security.secret import sign
from cpms_portal.storage.sealing import open_bytes

STEP = 30
#: One step to either side is taken; up to this many get the hint that a clock is wrong.
DRIFT, HINTED_DRIFT = 1, 4
#: What a digest of a recovery code costs: OWASP's minimum, the code is random.
RECOVERY_COST = {"time_cost": 2, "memory_cost": 19 * 1024}


def account_of(person: Person) -> Account | None:
    """Return the account of a person, or None when there is none yet."""
    return person.account


def person_to_sign_in(people: People, login: str, registry: Registry) -> Person | None:
    """Return the person who may sign in under a name, or None: unknown, closed, not for here."""
    person = people.person_of_login(login)
    return person if isinstance(person, Person) and may_sign_in(person, registry) else None


def may_sign_in(person: Person, registry: Registry) -> bool:
    """Say whether a person has an account that counts on this site."""
    account = account_of(person)
    if account is None or person.is_disabled:
        return False
    return not account.training or setting(registry, "cpms.site") == "training"


def kept_password(account: Account | None, registry: Registry) -> str:
    """Return the hash a password is held against; empty when there is none."""
    if account is None:
        return ""
    shared = shared_password(registry)
    if account.training and not account.password and shared is not None:
        return shared.kept()
    return account.password


def secret_of(account: Account, device: TOTPDevice, registry: Registry) -> str:
    """Return the secret of a device (base32)."""
    field = f"device/{device.device_id}"
    return open_bytes(registry, account.key_id, field, device.sealed).decode()


def step_at(moment: datetime) -> int:
    """Return the time step of a moment."""
    return int(moment.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the six digits of a secret in a time step."""
    return str(pyotp.TOTP(secret).at(step * STEP))


def fitting_step(secret: str, code: str, moment: datetime, drift: int = DRIFT) -> int | None:
    """Return the time step a code belongs to, at most ``drift`` steps from now, or None."""
    found = None
    here = step_at(moment)
    for step in range(here - drift, here + drift + 1):
        if hmac.compare_digest(code_at(secret, step), code):
            found = step
    return found


def recovery_digest(salt: bytes, code: str) -> bytes:
    """Return the digest of a recovery code (argon2id; 12 random letters are its strength)."""
    return hash_secret_raw(
        code.encode(),
        salt,
        **RECOVERY_COST,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def link_digest(secret: str) -> str:
    """Return what is kept of the secret in a link."""
    return hashlib.sha256(secret.encode()).hexdigest()


def person_of_link(people: People, token: str, registry: Registry) -> Person | None:
    """Return whose a link to set a password is; None when it is used, too old or altered."""
    name, _dot, secret = token.partition(".")
    person = people.get(name) if name.isalnum() else None
    account = account_of(person) if isinstance(person, Person) else None
    link = None if account is None else account.link
    if link is None or not hmac.compare_digest(link.digest, link_digest(secret)):
        return None
    return person if now(registry) < link.until else None


def new_secret(registry: Registry, session: str, number: int) -> str:
    """Return the secret offered for a new device (160 bits, base32).

    It follows from the session and the number of the device, so that showing the page stores
    nothing and a second try shows the same; nobody without the signing secret can compute it.
    """
    return _derived(registry, "device", f"{session}|{number}")


def training_secret(registry: Registry, login: str) -> str:
    """Return the secret of the device of a training account."""
    return _derived(registry, "training device", login.lower())


def _derived(registry: Registry, purpose: str, text: str) -> str:
    return b32encode(bytes.fromhex(sign(registry, purpose, text))[:20]).decode()


def training_code(registry: Registry, login: str) -> str:
    """Return the code a training account's device shows now; CPMSError on a production site."""
    if setting(registry, "cpms.site") != "training":
        raise CPMSError(_("Only the training site gives out codes."))
    return code_at(training_secret(registry, login), step_at(now(registry)))


def device_address(secret: str, person: Person, registry: Registry) -> str:
    """Return the otpauth address that a phone reads from the QR code."""
    issuer = "CPMS training" if setting(registry, "cpms.site") == "training" else "CPMS"
    return str(pyotp.TOTP(secret).provisioning_uri(name=person.mail, issuer_name=issuer))


def qr_code(text: str) -> str:
    """Return a QR code as SVG without style attributes; dark on white in every theme."""
    out = BytesIO()
    segno.make(text, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgclass="qr-code",
        lineclass=None,
        omitsize=True,
        border=3,
        light="#fff",
        nl=False,
    )
    return out.getvalue().decode()


def spaced(secret: str) -> str:
    """Return a secret in groups of four, as it is easier to type."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


@dataclass(frozen=True)
class HistoryLine:
    """One line of the sign-in history."""

    at: datetime
    what: str
    source: str


def sign_in_history(person: Person, registry: Registry, limit: int = 20) -> list[HistoryLine]:
    """Return what happened with an account, newest first."""
    rows = trail_of(registry).rows("who", oid_of(person), limit, noun="person")
    return [_history_line(row) for row in rows]


def _history_line(row: Row) -> HistoryLine:
    return HistoryLine(datetime.fromisoformat(row.entry.at), row.entry.action, row.entry.source)


def happened_lately(person: Person, what: str, registry: Registry) -> bool:
    """Say whether something happened with an account on the last day, as far as 20 lines show."""
    lines, today = sign_in_history(person, registry), now(registry) - timedelta(days=1)
    return any(line.what == what and line.at > today for line in lines)


def is_recent(moment: datetime | None, registry: Registry, span: timedelta) -> bool:
    """Say whether a moment lies at most so long back."""
    return moment is not None and now(registry) - moment <= span
