"""Items to take along: pages, guides and questions as PDF, an event for a calendar."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import unquote, urlsplit

from chameleon.utils import Markup
from icalendar import Calendar
from icalendar import Event as Entry
from pyramid.config import Configurator
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from pyramid.traversal import traverse

from cpms_portal.cms.resources import FAQ, Event, Guide, LibraryItem, Page, Picture
from cpms_portal.cms.views.item import page_of, shown_item
from cpms_portal.cms.views.pdf import paper
from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from cpms_portal.security.permissions import Permission

PAPER = "cpms_portal.cms:templates/guide_paper.pt"
_PICTURE = re.compile(r'<img\b[^>]*\bsrc="(/[^"]*)"[^>]*>')
_ALTERNATIVE = re.compile(r'\balt="([^"]*)"')
#: A player, as ``media`` draws it.
_FILM = re.compile(
    r'<figure class="video"><video[^>]*\bsrc="([^"]*)/file".*?'
    r"<figcaption>(.*?)</figcaption></figure>"
)
_OWN_LINK = re.compile(r'href="/(?!/)')


def item_pdf(context: LibraryItem, request: Request) -> Response:
    """Answer with an item as a tagged PDF; the same item is laid out once."""
    shown = page_of(context, request)
    values = {
        **{name: shown[name] for name in ("title", "language", "text")},
        "body": _whole(shown["body"], request),
        "steps": [_drawn(step, request) for step in shown.get("steps", ())],
        "themes": [
            (theme, [{**one, "body": _whole(one["body"], request)} for one in questions])
            for _anchor, theme, questions in shown.get("themes", ())
        ],
    }
    made = paper(render(PAPER, values, request))
    response = Response(made.content, content_type="application/pdf", charset=None)
    name = f"{context.__name__}-{shown['language']}.pdf"
    response.content_disposition = f'attachment; filename="{name}"'
    response.etag = made.digest
    response.conditional_response = True
    response.cache_control = "private, no-cache"
    return response


def _drawn(step: dict[str, Any], request: Request) -> dict[str, Any]:
    """Put the picture of a step into the paper itself: nothing is fetched while it is made."""
    picture = step["image"]
    source = "" if picture is None else _packed(picture)
    return {**step, "body": _whole(step["body"], request), "source": source}


def _whole(body: str, request: Request) -> Markup:
    """Return a body that stands alone: its pictures within it, its links with their site.

    A picture that the reader may not see is left out; of a video its link stays.
    """

    def picture(found: re.Match[str]) -> str:
        alternative = _ALTERNATIVE.search(found[0])
        source = _source(found[1], request)
        return (
            f'<img src="{source}" alt="{alternative[1] if alternative else ""}"/>' if source else ""
        )

    drawn = _FILM.sub(r'<p><a href="\1">\2</a></p>', _PICTURE.sub(picture, str(body)))
    return Markup(_OWN_LINK.sub(f'href="{request.application_url}/', drawn))


def _source(address: str, request: Request) -> str:
    found = traverse(request.root, unquote(urlsplit(unescape(address)).path))["context"]
    seen = isinstance(found, Picture) and request.has_permission(Permission.PAGE_VIEW, found)
    return _packed(found) if seen else ""


def _packed(picture: Picture) -> str:
    found = picture.scales.get(800) or picture.file_for("")
    if found is None:
        return ""
    with found.open() as source:
        packed = base64.b64encode(source.read()).decode()
    return f"data:{found.media_type};base64,{packed}"


def event_calendar(context: Event, request: Request) -> Response:
    """Answer with an event as calendars read it (RFC 5545)."""
    text = shown_item(context, request)["text"]
    about = context.about
    entry = Entry()
    host = hashlib.sha256(setting(request.registry, "cpms.url").encode()).hexdigest()[:12]
    entry.add("uid", f"{oid_of(context)}@{host}")
    entry.add("dtstamp", context.changed or request.actor.now)
    entry.add("dtstart", about["begins"])
    entry.add("dtend", about.get("ends") or about["begins"] + timedelta(hours=1))
    entry.add("summary", text.title)
    for name, value in (("location", about.get("place")), ("description", text.summary)):
        if value:
            entry.add(name, value)
    entry.add("url", request.resource_url(context))
    calendar = Calendar()
    calendar.add("prodid", "-//CPMS//Library//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    response = Response(calendar.to_ical(), content_type="text/calendar", charset="utf-8")
    response.content_disposition = f'attachment; filename="{context.__name__}.ics"'
    response.cache_control = "private, no-cache"
    return response


def includeme(config: Configurator) -> None:
    """Register the addresses."""
    shared: dict[str, Any] = {"permission": Permission.PAGE_VIEW, "request_method": "GET"}
    for context in (Page, Guide, FAQ):
        config.add_view(item_pdf, context=context, name="pdf", **shared)
    config.add_view(event_calendar, context=Event, name="calendar", **shared)
