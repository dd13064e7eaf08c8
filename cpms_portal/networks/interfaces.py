"""What higher packages tell networks: the work somebody is in the middle of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.config import Configurator

from cpms_portal.core.actor import Actor
from cpms_portal.core.i18n import _

NOTICES = {
    "membership.requested": _("Somebody asks for access to your network."),
    "membership.approve": _("You have access now."),
    "membership.ask_back": _("There is a question about your request for access."),
    "membership.answer": _("Your question about a request for access was answered."),
    "membership.reject": _("Your request for access was rejected. The reason is on the page."),
    "membership.suspend": _("A membership of yours is suspended. The reason is on the page."),
    "membership.resume": _("A membership of yours counts again."),
    "membership.extend": _("Your guest access was extended."),
    "membership.overdue": _("Requests for access wait longer than your network promises."),
    "membership.review": _("Memberships of your network are due for their yearly review."),
    "membership.ending": _("Your guest access ends soon. Ask the coordinator if you need longer."),
    "membership.guests_ending": _("Guest access in your network ends soon. You may extend it."),
    "membership.end": _("A membership of yours has ended. The reason is on the page."),
}


@dataclass(frozen=True)
class Work:
    """Something a person works in. closed: when it ended, None while it runs."""

    closed: datetime | None = None


#: find(person, actor) -> the work of a person, ended work included
FindWork = Callable[[Any, Actor], Iterable[Work]]


def add_work(config: Configurator, find: FindWork | str) -> None:
    """Directive: name what a person works in; guests stay until it is done."""
    config.registry.cpms_works.append(config.maybe_dotted(find))


def includeme(config: Configurator) -> None:
    """Offer the directive and register the texts of notices."""
    config.registry.cpms_works = []
    config.add_directive("add_work", add_work, action_wrap=False)
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
