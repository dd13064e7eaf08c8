"""What a step of the workflow of an item does besides."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.actions.copies import replace_original
from cpms_portal.core.actor import Actor
from cpms_portal.workflow.interfaces import Transitioned
from cpms_portal.workflow.registration import effect


@effect("replace_the_original")
def replace_the_original(resource: Any, actor: Actor, step: Transitioned) -> None:
    """Put what a working copy says into its original; nothing for what is no working copy."""
    if resource.copy_of is not None:
        replace_original(resource, actor)
