"""Link outside identities to accounts, and end what was opened with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of, root_of
from cpms_portal.core.settings import setting
from cpms_portal.identity.actions import needed_account, tell_access
from cpms_portal.identity.queries.identities import (
    STORE,
    identities_of,
    identity_of,
    person_of_identity,
)
from cpms_portal.identity.resources import Identities, Identity, Outside
from cpms_portal.identity.sources.said import Said
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import end_one_session, values_of_sessions

MOST_IDENTITIES = 10
#: In the values of a session: the ``Outside`` it was opened with.
OUTSIDE = "outside"


def identities_for(anywhere: Any) -> Identities:
    """Return which outside identity belongs to whom; made for the first."""
    root = root_of(anywhere)._p_jar.root()
    if STORE not in root:
        root[STORE] = Identities()
    kept: Identities = root[STORE]
    return kept


def link_identity(person: Person, said: Said, actor: Actor, *, confirmed: bool) -> Identity:
    """Link an outside identity to an account; ValueRefusedError when it is somebody else's.

    confirmed: a second factor of the account was shown with it.
    """
    account = needed_account(person)
    owner = person_of_identity(person, said.source, said.subject)
    if owner is not None:
        raise ValueRefusedError(_("This sign-in is linked to an account already."))
    if len(account.identities) >= MOST_IDENTITIES:
        raise ValueRefusedError(_("You have ten linked sign-ins. Unlink one that you do not use."))
    label = said.mail or said.subject
    made = Identity(said.source, said.subject, label, actor.now, confirmed)
    identities_for(person).owners[said.source, said.subject] = oid_of(person)
    account.identities = (*account.identities, made)
    who = replace(actor, person=person)
    tell_access(person, who, "account.identity_linked", {"source": said.source})
    return made


def unlink_identity(person: Person, source: str, subject: str, actor: Actor) -> None:
    """Unlink an outside identity; not the only way in."""
    account = needed_account(person)
    found = identity_of(person, source, subject)
    if found is None:
        raise ValueRefusedError(_("This sign-in is not linked any more."))
    kept = tuple(one for one in account.identities if one != found)
    if not kept and not account.password and not account.training:
        said = _("This is your only way in. Choose a password first: use “Forgotten password?”.")
        raise ValueRefusedError(said)
    account.identities = kept
    identities_for(person).owners.pop((source, subject), None)
    tell_access(person, actor, "account.identity_unlinked", {"source": source})


def note_use(person: Person, said: Said, actor: Actor) -> None:
    """Note that an outside identity let somebody in."""
    _change(person, said.source, said.subject, used=actor.now)
    who = replace(actor, person=person)
    tell_access(person, who, "sign_in.outside", {"source": said.source})


def confirm_identity(person: Person, source: str, subject: str) -> None:
    """Note that a second factor of the account was shown together with an outside identity."""
    found = identity_of(person, source, subject)
    if found is not None and not found.confirmed:
        _change(person, source, subject, confirmed=True)


def _change(person: Person, source: str, subject: str, **values: Any) -> None:
    account = needed_account(person)
    account.identities = tuple(
        replace(one, **values) if (one.source, one.subject) == (source, subject) else one
        for one in account.identities
    )


def note_session(person: Person, said: Said, actor: Actor) -> None:
    """Keep which sign-in at a source opened a session, as long as it can last."""
    if not said.session:
        return
    kept, moment = identities_for(person), actor.now
    for old in list(kept.ends.keys(max=(moment.isoformat(), "", ""))):
        kept.ends.remove(old)
        kept.opened.pop(old[1:], None)
    until: datetime = moment + timedelta(hours=setting(actor.registry, "cpms.session.hours"))
    kept.opened[said.source, said.session] = oid_of(person)
    kept.ends.insert((until.isoformat(), said.source, said.session))


def end_outside(anywhere: Any, source: str, ended: tuple[str, str], actor: Actor) -> int:
    """End what a sign-in at a source opened here, and return how many sessions ended.

    ended: ("session", its name there), or ("subject", the name of the person there).
    """
    kind, name = ended
    kept = identities_of(anywhere)
    if kept is None:
        return 0
    owners = kept.opened if kind == "session" else kept.owners
    oid = owners.get((source, name))
    person = None if oid is None else resource_of(anywhere, oid)
    if oid is None or not isinstance(person, Person):
        return 0
    count = 0
    for key, values in values_of_sessions(person, oid):
        opened = values.get(OUTSIDE) or Outside("", "", "")
        if opened.source == source and (kind == "subject" or opened.session == name):
            count += end_one_session(person, oid, key)
    if count:
        who = replace(actor, person=person)
        tell_access(person, who, "sign_out.outside", {"source": source})
    return count
