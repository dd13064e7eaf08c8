"""What is kept of an account: hashes and sealed secrets, never a password or a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent


class TOTPDevice(Persistent):
    """An authenticator app on a phone (RFC 6238, SHA-1, six digits, 30 seconds).

    sealed: the shared secret, sealed with the person's key. last_step: the last time step a
    code was taken for; a code works once.
    """

    last_step: int = 0
    used: datetime | None = None

    def __init__(self, device_id: str, name: str, sealed: bytes, added: datetime) -> None:
        self.device_id = device_id
        self.name = name
        self.sealed = sealed
        self.added = added


class SecurityKey(Persistent):
    """A security key or passkey (WebAuthn): its public half, and how often it says it was used.

    checks_person: it asked for a finger, a face or a PIN when it was added. mark: shows that it
    was added here, to this account; nobody who only writes into the database can make one.
    """

    used: datetime | None = None
    mark: str = ""

    def __init__(
        self, credential_id: bytes, public_key: bytes, count: int, added: datetime
    ) -> None:
        self.credential_id = credential_id
        self.public_key = public_key
        self.count = count
        self.added = added
        self.name = ""
        self.checks_person = False

    @property
    def key_id(self) -> str:
        """What stands for the key in forms."""
        return self.credential_id.hex()


@dataclass(frozen=True)
class TrustedBrowser:
    """A browser that skips the code for some days, never the password."""

    digest: str
    device: str
    added: datetime
    until: datetime


@dataclass(frozen=True)
class Identity:
    """Who somebody is for a source outside: (source, subject) names them for good.

    label: what the owner knows it by. confirmed: the owner has shown a second factor of the
    account together with it, so a strong proof of the source may stand for both.
    """

    source: str
    subject: str
    label: str
    added: datetime
    confirmed: bool = False
    used: datetime | None = None


@dataclass(frozen=True)
class Mobile:
    """A mobile number that gets codes by text message. number: E.164, with its plus sign."""

    number: str
    added: datetime

    @property
    def hint(self) -> str:
        """What is shown of the number before sign-in."""
        return f"•••• {self.number[-2:]}"


@dataclass(frozen=True)
class SentCode:
    """A code sent by text message: to which number, its digest, until when it counts."""

    number: str
    digest: str
    until: datetime


@dataclass(frozen=True)
class RecoveryCodes:
    """The digests of the recovery codes that are left; one salt for a set."""

    salt: bytes
    digests: tuple[bytes, ...]
    made: datetime


@dataclass(frozen=True)
class PasswordLink:
    """A link to set a password, once: the digest of its secret, and until when it counts."""

    digest: str
    until: datetime


class Account(Persistent):
    """How a person signs in; kept on ``person.account``.

    key_id: key of the key ring the secrets are sealed with. training: belongs to the training
    site and uses its shared password. enrolled: a device was set up once, so a password alone
    never sets up another.
    """

    password: str = ""
    password_changed: datetime | None = None
    enrolled: bool = False
    recovery: RecoveryCodes | None = None
    link: PasswordLink | None = None
    last_sign_in: datetime | None = None
    devices: tuple[TOTPDevice, ...] = ()
    keys: tuple[SecurityKey, ...] = ()
    trusted: tuple[TrustedBrowser, ...] = ()
    identities: tuple[Identity, ...] = ()
    mobiles: tuple[Mobile, ...] = ()
    sent_code: SentCode | None = None
    known_browsers: tuple[str, ...] = ()

    def __init__(self, key_id: str, *, training: bool = False) -> None:
        self.key_id = key_id
        self.training = training

    def device(self, device_id: str) -> TOTPDevice | None:
        """Return a device by its id, or None."""
        return next((one for one in self.devices if one.device_id == device_id), None)

    @property
    def has_factor(self) -> bool:
        """Whether an app or a key is left; recovery codes are for emergencies."""
        return bool(self.devices or self.keys)

    @property
    def recovery_codes_left(self) -> int:
        """How many recovery codes were not used yet."""
        return 0 if self.recovery is None else len(self.recovery.digests)


@dataclass(frozen=True)
class Wanted:
    """An account somebody asked for: it is made when the link in the mail is used.

    taken: the address has an account already, so this one is never made; it is kept so that both
    answers cost the same. identity: (source, subject) of who comes from outside; its link leads
    to the account of the address, made when there is none.
    """

    first_name: str
    last_name: str
    mail: str
    language: str
    until: datetime
    taken: bool = False
    identity: tuple[str, str] | None = None


@dataclass(frozen=True)
class AtPhone:
    """A browser that waits for its owner to confirm on a phone.

    number: shown in the browser, typed on the phone. bound: digest of what only the browser has.
    device, source: which browser waits, and where. person: oid of who confirmed; 0 before.
    ended: how often the sessions of that person had been ended then.
    """

    number: str
    bound: str
    device: str
    source: str
    until: datetime
    person: int = 0
    ended: int = 0


@dataclass(frozen=True)
class ResetAsked:
    """An administrator wants the factors of a person reset; another one must agree."""

    by: int
    name: str
    reason: str
    until: datetime


class FrontDesk(Persistent):
    """What is remembered of visitors who have no account.

    wanted: digest of a link's secret → Wanted. spent: proof that was used → until when it would
    have counted. mailed: address or network → times of the mails of the last hour. phones: digest
    of what a QR code holds → AtPhone. resets: oid of a person → ResetAsked. no_link: leads nowhere;
    it costs what the link of somebody costs.
    """

    no_link: PasswordLink | None = None

    def __init__(self) -> None:
        self.wanted: OOBTree = OOBTree()
        self.spent: OOBTree = OOBTree()
        self.mailed: OOBTree = OOBTree()
        self.phones: OOBTree = OOBTree()
        self.resets: OOBTree = OOBTree()


class Outside(NamedTuple):
    """The sign-in at a source that opened a session: what the session keeps of it.

    session: its name there. subject: the person's name there. hint: what the source wants to see
    when it ends, sealed.
    """

    source: str
    session: str
    subject: str
    hint: str = ""


class Identities(Persistent):
    """Which outside identity belongs to whom, and which sign-ins there opened sessions here.

    owners: (source, subject) → oid of the person. opened: (source, session there) → oid of the
    person. ends: (moment, source, session there), to forget them in time.
    """

    def __init__(self) -> None:
        self.owners: OOBTree = OOBTree()
        self.opened: OOBTree = OOBTree()
        self.ends: OOTreeSet = OOTreeSet()
