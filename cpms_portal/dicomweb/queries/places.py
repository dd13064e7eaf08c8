"""Where programs may be let in, and what for."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import resource_of
from cpms_portal.dicomweb.queries.tokens import tokens_at, tokens_of_person
from cpms_portal.dicomweb.resources import BOTH, READ, STORE, Token
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person

#: What the holder of a token has to be allowed at its node; the token rests on the last of it.
_NEEDED: tuple[tuple[type, str, tuple[str, ...]], ...] = (
    (Patient, READ, (Permission.STUDY_VIEW,)),
    (Patient, STORE, (Permission.STUDY_ADD,)),
    (Patient, BOTH, (Permission.STUDY_VIEW, Permission.STUDY_ADD)),
    (Panel, READ, (Permission.PANEL_VIEW,)),
    (Institution, STORE, (Permission.INBOX_ADD,)),
)
#: Who answers for a node sees everybody's programs there and may end them.
_ANSWERS = (
    (Patient, Permission.PATIENT_EDIT),
    (Institution, Permission.INSTITUTION_HAND_OVER),
)


def scopes_at(node: Any, actor: Actor) -> list[str]:
    """Return what an actor may let programs do at a node."""
    return [
        scope
        for kind, scope, needed in _NEEDED
        if isinstance(node, kind) and all(actor.may(one, node) for one in needed)
    ]


def permission_under(node: Any, scope: str) -> str:
    """Return the permission a token of a scope rests on at a node; LookupError when it has none."""
    for kind, wanted, needed in _NEEDED:
        if isinstance(node, kind) and wanted == scope:
            return needed[-1]
    raise LookupError(scope)


def answers_for(node: Any, actor: Actor) -> bool:
    """Say whether an actor answers for everybody's programs at a node."""
    return any(isinstance(node, kind) and actor.may(need, node) for kind, need in _ANSWERS)


def programs_at(node: Any, actor: Actor) -> list[Token]:
    """Return the tokens at a node an actor may see: their own, or all."""
    found = tokens_at(node, actor.now)
    whole = answers_for(node, actor)
    return [token for token in found if whole or token.person == actor.oid]


def program_with(node: Any, token_id: str, actor: Actor) -> Token | None:
    """Return a token an actor may end: at a node, or among their own when it is a person."""
    person = isinstance(node, Person)
    known = tokens_of_person(node, actor.now) if person else programs_at(node, actor)
    return next((token for token in known if token.token_id == token_id), None)


def holder_name(token: Token, anywhere: Any) -> str:
    """Return the name of whom a token belongs to."""
    person = resource_of(anywhere, token.person)
    return "" if person is None else person.title


def node_of(token: Token, anywhere: Any) -> Any:
    """Return where a token counts; None when that is gone."""
    return resource_of(anywhere, token.node)
