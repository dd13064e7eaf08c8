"""What must hold before a step of the workflow of an item."""

from __future__ import annotations

from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.registration import guard


@guard("may_replace_the_original")
def may_replace_the_original(resource: Any, actor: Actor) -> str | None:
    """Say why a working copy cannot be published; None for what is no working copy."""
    if resource.copy_of is None:
        return None
    original = resource_of(resource, resource.copy_of)
    if original is None:
        return _("The page this is a working copy of is not there any more.")
    if not actor.may(Permission.PAGE_REVIEW, original):
        return _("Your role does not allow publishing at the place of the original.")
    return None
