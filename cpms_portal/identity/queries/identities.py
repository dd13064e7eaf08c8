"""Questions about outside identities: whose they are, and how strong their proof was."""

from __future__ import annotations

from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.resources import resource_of, root_of
from cpms_portal.identity.queries import account_of
from cpms_portal.identity.resources import Identities, Identity
from cpms_portal.identity.sources.said import Said
from cpms_portal.security.resources import Person

STORE = "identities"


def identities_of(anywhere: Any) -> Identities | None:
    """Return which outside identity belongs to whom, or None before the first."""
    found: Identities | None = root_of(anywhere)._p_jar.root().get(STORE)
    return found


def person_of_identity(anywhere: Any, source: str, subject: str) -> Person | None:
    """Return whose an outside identity is, or None."""
    kept = identities_of(anywhere)
    oid = None if kept is None else kept.owners.get((source, subject))
    person = None if oid is None else resource_of(anywhere, oid)
    return person if isinstance(person, Person) else None


def identity_of(person: Person, source: str, subject: str) -> Identity | None:
    """Return an outside identity of a person."""
    account = account_of(person)
    kept = () if account is None else account.identities
    wanted = (source, subject)
    return next((one for one in kept if (one.source, one.subject) == wanted), None)


def proves_two_factors(said: Said, registry: Registry) -> bool:
    """Say whether what a source said of the strength counts as a second factor here.

    A source that says nothing proves nothing.
    """
    source = registry.cpms_sources.get(said.source)
    return source is not None and bool(said.levels & source.declared.strong)


def source_title(name: str, registry: Registry) -> str:
    """Return what a source is called; its name when it is switched off now."""
    source = registry.cpms_sources.get(name)
    return name if source is None else str(source.declared.title)
