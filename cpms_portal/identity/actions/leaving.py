"""Delete an account; what its owner wrote about patients stays, under the same name."""

from __future__ import annotations

from dataclasses import replace

import transaction
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.identity.actions import tell_access
from cpms_portal.identity.actions.identities import identities_for
from cpms_portal.identity.queries import account_of
from cpms_portal.networks.queries import memberships_of, portal_of
from cpms_portal.search.actions import reindex
from cpms_portal.security.resources import People, Person
from cpms_portal.security.roles import Role
from cpms_portal.security.sessions import end_sessions
from cpms_portal.storage.keys import keyring
from cpms_portal.workflow.actions import transition as move

REASON = "The account was deleted by its owner."
#: How a membership ends, by its state.
ENDINGS = {"requested": "withdraw", "asked_back": "withdraw", "active": "end", "suspended": "end"}


def _destroy_key(kept: bool, registry: Registry, key_id: str) -> None:
    if kept:
        keyring(registry).destroy(key_id)


def delete_account(people: People, person: Person, actor: Actor) -> None:
    """End everything an account can do, and forget how its owner is reached."""
    if any(held.role == Role.ADMINISTRATOR for held in person.grants.held):
        raise ValueRefusedError(_("Administrators hand their role over first."))
    portal = replace(portal_of(actor), source=actor.source)
    for membership in memberships_of(person, actor):
        ending = ENDINGS.get(membership.state)
        if ending:
            move(membership, ending, portal, reason=REASON)
    # While the address is still known: the last mail goes there.
    tell_access(person, actor, "account.deleted")
    move(person, "close", actor)
    account = account_of(person)
    if account is not None:
        for one in account.identities:
            identities_for(person).owners.pop((one.source, one.subject), None)
        hook = transaction.get().addAfterCommitHook
        hook(_destroy_key, args=(actor.registry, account.key_id))
    end_sessions(person, oid_of(person), actor.now)
    people.forget_logins(person)
    person.mail, person.account, person.profile = "", None, None
    person.facets, person.grants.held = {}, ()
    reindex(person)
