"""Write the outcome of a panel, sign it or object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConflictError, TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.notifications.actions import notify
from cpms_portal.panels.actions.steering import drop_draft
from cpms_portal.panels.interfaces import AGREEMENT, SECTIONS
from cpms_portal.panels.queries.progress import missing_signatures, outcome_of, signers
from cpms_portal.panels.resources import Outcome, Panel, Signature
from cpms_portal.security.permissions import Permission

LENGTH = 20_000


def write_outcome(
    panel: Panel, sections: Mapping[str, Any], actor: Actor, *, revision: int | None = None
) -> Outcome:
    """Write the sections of the outcome; those not said stay as they are.

    sections: field of SECTIONS → text, and ``diagnosis_code`` → coding or None. revision: what
    the writer saw; ConflictError when somebody wrote since.
    """
    if not actor.may(Permission.OUTCOME_EDIT, panel):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    outcome = outcome_of(panel)
    if outcome is None:
        outcome = Outcome(panel.round, actor.now)
        panel["outcomes"].add(str(panel.round), outcome)
    if revision is not None and revision != outcome.revision:
        raise ConflictError(_("Somebody else wrote the outcome meanwhile. Please look again."))
    kept = outcome.read(actor.registry, "sections") or {}
    outcome.keep(actor.registry, "sections", {**kept, **_checked(sections)})
    outcome.edited = actor.now
    outcome.revision += 1
    drop_draft(panel, "outcome", actor)
    announce(actor.registry, Changed(panel, actor, "outcome.write"))
    return outcome


def _checked(sections: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in SECTIONS:
        if name in sections:
            text = str(sections[name] or "").strip()
            if len(text) > LENGTH:
                raise ValueRefusedError(_("This is too long."), name)
            found[name] = text
    if found.get("agreement") and found["agreement"] not in AGREEMENT:
        raise ValueRefusedError(_("Choose one of the answers offered."), "agreement")
    if "diagnosis_code" in sections:
        found["diagnosis_code"] = dict(sections["diagnosis_code"] or {}) or None
    return found


def sign(panel: Panel, actor: Actor) -> Signature:
    """Sign the outcome; an earlier objection of the same person is replaced."""
    signature = _put(panel, None, actor)
    if not missing_signatures(panel):
        notify(resource_of(panel, panel.lead), "panel.signed", panel, actor)
    return signature


def object_to(panel: Panel, reason: str, actor: Actor) -> Signature:
    """Object to the outcome; the reason is printed with it."""
    if not reason.strip():
        raise ValueRefusedError(_("Please say why."), "reason")
    signature = _put(panel, reason.strip(), actor)
    notify(resource_of(panel, panel.lead), "panel.objected", panel, actor)
    return signature


def _put(panel: Panel, objection: str | None, actor: Actor) -> Signature:
    outcome = outcome_of(panel)
    allowed = actor.may(Permission.OUTCOME_SIGN, panel) and actor.oid in signers(panel)
    if outcome is None or not allowed:
        raise TransitionDeniedError(_("Your role does not allow this step."))
    name = str(actor.oid)
    sealed = None
    if objection is not None:
        sealed = outcome.sealed(actor.registry, f"objection/{name}", objection)
    outcome.signatures[name] = Signature(actor.oid, actor.now, sealed)
    what = "outcome.sign" if objection is None else "outcome.object"
    announce(actor.registry, Changed(panel, actor, what))
    return outcome.signatures[name]
