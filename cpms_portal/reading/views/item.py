"""What stands below and beside an item: whether it was helpful, what is related."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.resources import LibraryFolder, LibraryItem
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.reading.actions import count_voice
from cpms_portal.reading.guards import Heard, Voice
from cpms_portal.reading.queries import related_to, voices_on
from cpms_portal.security.permissions import Permission

ANSWERS = {"yes": True, "no": False}


def helpful_section(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Ask whether it was helpful; those who edit it see the counts. Nothing says who answered."""
    voices = voices_on(context, request.actor)
    return {
        "path": _path(context, request, "helpful"),
        "asked": not isinstance(context, LibraryFolder),
        "counts": None if voices is None else (voices.helpful(), voices.unhelpful()),
    }


def take_voice(context: LibraryItem, request: Request) -> Response:
    """Count an answer; from one place no more than a few a day."""
    heard: Heard = request.registry.cpms_voices_heard
    answer = ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        pass
    elif heard.counts(voice := _voice(context, request)):
        count_voice(context, helpful=answer, actor=request.actor)
        # Not before: what collides with another's writing is done again.
        request.tm.get().addAfterCommitHook(_remembering, (heard, voice))
        request.tell(_("Thank you."))
    else:
        request.tell(_("Thank you. Your answer of today was counted before."), "info")
    return HTTPSeeOther(_path(context, request))


def _path(context: LibraryItem, request: Request, *names: str) -> str:
    """Return an address of an item in the language that is read now."""
    asked = request.GET.get("language")
    query = {"query": {"language": asked}} if asked in context.texts else {}
    return str(request.resource_path(context, *names, **query))


def _remembering(done: bool, heard: Heard, voice: Voice) -> None:
    if done:
        heard.remember(voice)


def _voice(context: LibraryItem, request: Request) -> Voice:
    actor = request.actor
    person = 0 if actor.person is None else actor.oid
    return Voice(oid_of(context), actor.now.date(), request.remote_addr or "", person)


def related_section(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show items about the same."""
    languages = reading_languages(request)
    lines = []
    for item in related_to(context, request.actor):
        language, text = item.text_for(languages)
        lines.append((text.title, language, request.resource_path(item)))
    return {"lines": lines}


def includeme(config: Configurator) -> None:
    """Register the pieces of the page and what takes the answer."""
    for view, name, place in (
        (helpful_section, "helpful-section", "item"),
        (related_section, "related-section", "item-aside"),
    ):
        config.add_view(
            view,
            context=LibraryItem,
            name=name,
            permission=Permission.PAGE_VIEW,
            request_method=("GET", "POST"),
            renderer=f"cpms_portal.reading:templates/{name.removesuffix('-section')}.pt",
        )
        config.add_section(
            LibraryItem, name, order=50, permission=Permission.PAGE_VIEW, place=place
        )
    config.add_view(
        take_voice,
        context=LibraryItem,
        name="helpful",
        permission=Permission.PAGE_VIEW,
        request_method="POST",
    )
