"""What can be done with accounts: check secrets, change them, reset them.

Every try at a secret is counted first (``security.attempts``); every outcome is announced.
The answer to a wrong password, an unknown name and an account that has to wait is the same.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import AccessEvent, Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import oid_of
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.identity.queries import (
    HINTED_DRIFT,
    account_of,
    fitting_step,
    happened_lately,
    kept_password,
    link_digest,
    may_sign_in,
    person_to_sign_in,
    recovery_digest,
    secret_of,
)
from cpms_portal.identity.resources import Account, PasswordLink, RecoveryCodes, TOTPDevice
from cpms_portal.security.attempts import Tried, begin_try, unlock
from cpms_portal.security.passwords import passwords
from cpms_portal.security.resources import People, Person
from cpms_portal.security.sessions import end_all_sessions, end_one_session, end_sessions
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import seal_bytes
from cpms_portal.workflow.actions import transition

MOST_DEVICES = 10
RECOVERY_CODES = 10
LONGEST_PASSWORD = 256
#: So many failures, and so long without a sign-in, are told to the owner.
SEVERAL, LONG = 3, timedelta(days=90)
HALF_WAY = "sign_in.half_way"
WAIT = _("There were too many attempts. Please wait a quarter of an hour, then try again.")


def open_account(person: Person, actor: Actor, *, training: bool = False) -> Account:
    """Give a person an account; it has no password and no device yet."""
    key_id = f"person-{person.__name__}"
    if not keyring(actor.registry).exists(key_id):
        keyring(actor.registry).create(key_id)
    person.account = Account(key_id, training=training)
    return person.account


def needed_account(person: Person) -> Account:
    """Return the account of a person who has one; ValueRefusedError otherwise."""
    account = account_of(person)
    if account is None:
        raise ValueRefusedError(_("This person has no account yet."))
    return account


def tell_access(person: Any, actor: Actor, what: str, detail: dict[str, str] | None = None) -> None:
    """Announce what happened with an account."""
    announce(actor.registry, AccessEvent(person, actor, what, detail or {}))


def check_password(people: People, login: str, password: str, actor: Actor) -> Person | None:
    """Return the person a login name and a password belong to, or None whatever the reason.

    Takes as long for an unknown name, a wrong password and an account that has to wait.
    """
    person = person_to_sign_in(people, login, actor.registry)
    if person is None:
        begin_try(actor.registry, 0, actor.source, nobody=login)
        _password_fits(None, password, actor)
        tell_access(people, actor, "sign_in.refused", {"why": "name"})
        return None
    return person if confirm_password(person, password, actor, purpose="sign_in") else None


def confirm_password(
    person: Person, password: str, actor: Actor, *, purpose: str = "account"
) -> bool:
    """Say whether a password is this person's; counted and announced."""
    who = replace(actor, person=person)
    tried = begin_try(actor.registry, oid_of(person), actor.source)
    fits = _password_fits(account_of(person) if tried.allowed else None, password, actor)
    if fits:
        tried.was_right()
        tell_access(person, who, f"{purpose}.password")
    else:
        why = "password" if tried.allowed else "waiting"
        tell_access(person, who, f"{purpose}.refused", {"why": why})
    return fits


def _password_fits(account: Account | None, password: str, actor: Actor) -> bool:
    kept = kept_password(account, actor.registry)
    typed = password if len(password.encode()) <= LONGEST_PASSWORD else ""
    return passwords(actor.registry).fits(kept, typed)


def set_password(person: Person, password: str, actor: Actor, *, keep: str = "") -> None:
    """Set a password that the schema found strong enough; other sessions end.

    keep: key of the session that stays.
    """
    account = needed_account(person)
    account.password = passwords(actor.registry).make(password)
    account.password_changed = actor.now
    account.link, account.trusted = None, ()
    end_sessions(person, oid_of(person), actor.now, but=keep)
    tell_access(person, replace(actor, person=person), "account.password_changed")


def prove_by_code(person: Person, code: str, actor: Actor, *, purpose: str = "sign_in") -> None:
    """Take the code of one of a person's devices; ValueRefusedError says what is wrong with it."""
    account, who = needed_account(person), replace(actor, person=person)
    tried = begin_proof(person, who, purpose)
    problem = _("This code does not fit. Enter the six digits that the app shows now.")
    for device in account.devices:
        secret = secret_of(account, device, actor.registry)
        step = fitting_step(secret, code, actor.now)
        if step is not None and step > device.last_step:
            device.last_step, device.used = step, actor.now
            proven(tried, account, who, f"{purpose}.code")
            return
        if step is not None:
            problem = _("This code was used already. Wait for the next one; it comes every 30 s.")
        elif fitting_step(secret, code, actor.now, HINTED_DRIFT) is not None:
            problem = _(
                "The clock of your phone is wrong by a minute or more. Let it set the time by "
                "itself, then enter a new code."
            )
    refused(tried, who, purpose, "code")
    raise ValueRefusedError(problem, "code")


def prove_by_recovery_code(
    person: Person, typed: str, actor: Actor, *, purpose: str = "sign_in"
) -> None:
    """Take one of a person's recovery codes and use it up; ValueRefusedError otherwise."""
    account, who = needed_account(person), replace(actor, person=person)
    tried = begin_proof(person, who, purpose)
    kept = account.recovery
    with turn_given_up():
        digest = recovery_digest(kept.salt if kept else bytes(16), plain_recovery_code(typed))
    found = [one for one in (kept.digests if kept else ()) if hmac.compare_digest(one, digest)]
    if kept is None or not found:
        refused(tried, who, purpose, "recovery code")
        said = _("This is none of your unused recovery codes. Each of them works once.")
        raise ValueRefusedError(said, "recovery_code")
    left = tuple(one for one in kept.digests if one != found[0])
    account.recovery = replace(kept, digests=left)
    proven(tried, account, who, f"{purpose}.recovery_code")


def begin_proof(person: Person, who: Actor, purpose: str) -> Tried:
    """Count a try at a second factor; ValueRefusedError when it has to wait."""
    tried = begin_try(who.registry, oid_of(person), who.source)
    if not may_sign_in(person, who.registry) or not tried.allowed:
        tell_access(person, who, f"{purpose}.refused", {"why": "waiting"})
        raise ValueRefusedError(WAIT)
    return tried


def proven(tried: Tried, account: Account, who: Actor, what: str) -> None:
    """Note that a second factor was right; a sign-in that stands out is told to the owner."""
    tried.was_right(signed_in=True)
    tell_access(who.person, who, what)
    if not what.startswith("sign_in"):
        return
    last, account.last_sign_in = account.last_sign_in, who.now
    if tried.failures > SEVERAL:
        tell_access(who.person, who, "sign_in.after_failures")
    if last is not None and who.now - last > LONG:
        tell_access(who.person, who, "sign_in.after_long")


def refused(tried: Tried, who: Actor, purpose: str, why: str, *, half_way: bool = True) -> None:
    """Note that a second factor was wrong; the owner hears of it after several failures.

    half_way: the first step was taken before. Told once a day at most.
    """
    tell_access(who.person, who, f"{purpose}.refused", {"why": why})
    if not half_way or purpose != "sign_in" or tried.failures < SEVERAL:
        return
    if not happened_lately(who.person, HALF_WAY, who.registry):
        tell_access(who.person, who, HALF_WAY)


def seal_device(
    person: Person, name: str, secret: str, *, last_step: int, actor: Actor
) -> TOTPDevice:
    """Keep a device whose secret is known to belong to the person."""
    account = needed_account(person)
    device_id = random_id()
    sealed = seal_bytes(actor.registry, account.key_id, f"device/{device_id}", secret.encode())
    device = TOTPDevice(device_id, name, sealed, actor.now)
    device.last_step = last_step
    account.devices = (*account.devices, device)
    account.enrolled = True
    return device


def add_device(person: Person, name: str, code: str, *, secret: str, actor: Actor) -> TOTPDevice:
    """Add a device once it shows a code that fits; ValueRefusedError names the field."""
    account = needed_account(person)
    if len(account.devices) >= MOST_DEVICES:
        raise ValueRefusedError(_("You have ten devices. Remove one that you do not use."))
    step = fitting_step(secret, code, actor.now)
    if step is None:
        said = _("This code does not fit. Scan the QR code and enter the six digits shown now.")
        if fitting_step(secret, code, actor.now, HINTED_DRIFT) is not None:
            said = _("The clock of this phone is wrong. Let it set the time by itself, try again.")
        raise ValueRefusedError(said, "code")
    device = seal_device(person, name, secret, last_step=step, actor=actor)
    detail = {"device": device.device_id}
    tell_access(person, replace(actor, person=person), "account.device_added", detail)
    return device


def remove_device(person: Person, device_id: str, actor: Actor) -> None:
    """Remove a device; the last one only while recovery codes are left."""
    account = needed_account(person)
    kept = tuple(one for one in account.devices if one.device_id != device_id)
    if not kept and not account.keys and not account.recovery_codes_left:
        said = _("This is your only way in. Add another device or make recovery codes first.")
        raise ValueRefusedError(said)
    account.devices = kept
    tell_access(person, actor, "account.device_removed", {"device": device_id})


def plain_recovery_code(typed: str) -> str:
    """Return a recovery code as it was made, whatever hyphens and capitals were typed."""
    return "".join(char for char in typed.lower() if char.isalnum())


def make_recovery_codes(person: Person, actor: Actor) -> list[str]:
    """Make ten new recovery codes and return them, to be shown once; older ones end."""
    account, salt = needed_account(person), secrets.token_bytes(16)
    codes = [random_id(12) for _number in range(RECOVERY_CODES)]
    with turn_given_up():
        digests = tuple(recovery_digest(salt, code) for code in codes)
    account.recovery = RecoveryCodes(salt, digests, actor.now)
    tell_access(person, replace(actor, person=person), "account.recovery_codes_made")
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def make_link(person: Person, actor: Actor, *, hours: int = 24) -> str:
    """Return the token of a link to set a password, once; an earlier one ends."""
    secret = secrets.token_urlsafe(24)
    until = actor.now + timedelta(hours=hours)
    needed_account(person).link = PasswordLink(link_digest(secret), until)
    tell_access(person, actor, "account.link_made")
    return f"{person.__name__}.{secret}"


def end_session(person: Person, key: str, actor: Actor) -> bool:
    """End one session of a person; False when it is none of theirs."""
    ended = end_one_session(person, oid_of(person), key)
    if ended:
        tell_access(person, actor, "account.session_ended")
    return bool(ended)


def end_other_sessions(person: Person, keep: str, actor: Actor) -> int:
    """End all sessions of a person but one, and return how many ended."""
    ended = end_sessions(person, oid_of(person), actor.now, but=keep)
    tell_access(person, actor, "account.other_sessions_ended")
    return ended


def end_everybodys_sessions(people: People, keep: str, actor: Actor) -> int:
    """End all sessions of everybody but one, and return how many ended. keep: its key."""
    ended = end_all_sessions(people, actor.now, but=keep)
    tell_access(people, actor, "account.everybody_signed_out", {"sessions": str(ended)})
    return ended


def choose_language(person: Person, language: str, timezone: str, actor: Actor) -> None:
    """Set the language a person reads the portal in, and the zone its times are in (IANA name)."""
    person.language, person.timezone = language, timezone
    announce(actor.registry, Changed(person, actor, "account.language"))


def take_factors(account: Account) -> None:
    """Take all factors and trusted browsers away; outside identities open nothing alone."""
    account.devices, account.keys, account.trusted = (), (), ()
    account.mobiles, account.sent_code = (), None
    account.identities = tuple(replace(one, confirmed=False) for one in account.identities)


def delete_all_devices(person: Person, actor: Actor, *, keep_codes: bool = False) -> None:
    """PANIC: end every session and every way to show a second factor, at once.

    A password alone sets up nothing new; the way back is the helpdesk (``reset_factors``), or a
    recovery code for who keeps the printed ones.
    """
    account = needed_account(person)
    take_factors(account)
    account.link, account.enrolled = None, True
    if not keep_codes:
        account.recovery = None
    end_sessions(person, oid_of(person), actor.now)
    tell_access(person, actor, "account.all_devices_deleted")


def reset_factors(person: Person, reason: str, actor: Actor) -> None:
    """Take all devices and recovery codes away; the next sign-in sets up a new device.

    reason: how the administrator recognised the person; it stands in the audit trail.
    """
    account = needed_account(person)
    take_factors(account)
    account.recovery, account.enrolled = None, False
    end_sessions(person, oid_of(person), actor.now)
    unlock(actor.registry, oid_of(person))
    tell_access(person, actor, "account.factors_reset", {"reason": reason})


def disable(person: Person, reason: str, actor: Actor) -> None:
    """Close an account; its sessions end at once."""
    transition(person, "disable", actor, reason=reason)
    end_sessions(person, oid_of(person), actor.now)


def enable(person: Person, reason: str, actor: Actor) -> None:
    """Open an account again."""
    transition(person, "enable", actor, reason=reason)
