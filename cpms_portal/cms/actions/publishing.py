"""Take an item through its workflow, singly or many at once; revert to an earlier version."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.actions.moving import discard
from cpms_portal.cms.actions.writing import put_text
from cpms_portal.cms.resources import LibraryItem, PageText, Version
from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import portal_of
from cpms_portal.workflow.actions import transition


def take_step(item: LibraryItem, step: str, actor: Actor, reason: str = "") -> Any:
    """Take a step and return the item to show then: of a working copy that was published, the
    original, which now says what the copy said.
    """
    transition(item, step, actor, reason=reason)
    if step != "publish" or item.copy_of is None:
        return item
    original = resource_of(item, item.copy_of)
    # Who may publish need not be one who may remove: the copy has done its work.
    discard(item, portal_of(actor))
    return original


def revert(item: LibraryItem, number: int, actor: Actor) -> Version:
    """Let an item say again, in one language, what it said in an earlier version."""
    kept: Version = item.versions[number]
    item.about = dict(kept.about)
    old = kept.text
    text = PageText(
        old.title, old.text, old.imported, syntax=old.syntax, summary=old.summary, more=old.more
    )
    note = _("As in version ${number}.", mapping={"number": number}).interpolate()
    said = {"note": note, "translates": old.translates}
    return put_text(item, kept.language, text, actor, **said)
