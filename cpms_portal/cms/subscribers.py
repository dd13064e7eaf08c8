"""Who must review is told that something waits, and who wrote a page what became of it."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.cms.queries.reviewing import reviewers_of, writer_of
from cpms_portal.cms.resources import LibraryItem
from cpms_portal.core.actor import SystemActor
from cpms_portal.core.events import Transitioned
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.notifications.actions import notify

NOTICES = {
    "page.submit": _("A page of a library waits for your review."),
    "page.publish": _("A page you worked on was published."),
    "page.return": _("A page you worked on was sent back. Why stands in its history."),
    "page.retract": _("A page you worked on was retracted. Why stands in its history."),
}


def follow_step(event: Transitioned) -> None:
    """Tell those whom a step of an item concerns; what the portal does itself is not told.

    The mail leads there by a number: the name of a page in its address may say what is in it.
    """
    item, actor = event.resource, event.actor
    text = f"page.{event.transition}"
    told = text in NOTICES and isinstance(item, LibraryItem)
    if not told or isinstance(actor, SystemActor):
        return
    submitted = event.transition == "submit"
    people = reviewers_of(item, actor) if submitted else [writer_of(item)]
    # A working copy that was published has become the page it was made of.
    original = None if item.copy_of is None or submitted else resource_of(item, item.copy_of)
    place = item if original is None else original
    for person in people:
        notify(person, text, place, actor, path=f"/resolve/{oid_of(place)}", once=True)


def includeme(config: Configurator) -> None:
    """Listen, and register the texts."""
    config.add_subscriber(follow_step, Transitioned)
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
