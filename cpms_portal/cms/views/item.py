"""An item as its readers see it: its text in their language, and what belongs to its type."""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import groupby
from typing import Any

from chameleon.utils import Markup
from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries.items import published_on
from cpms_portal.cms.queries.links import by_path, target_of
from cpms_portal.cms.queries.text import Heading, Rendered, opening_of_text, rendered
from cpms_portal.cms.queries.translating import is_outdated, is_partial
from cpms_portal.cms.resources import (
    FAQ,
    Guide,
    Library,
    LibraryItem,
    PageText,
    Picture,
    Video,
)
from cpms_portal.cms.schemas.fields import TimeMark
from cpms_portal.cms.schemas.kinds import kind_of
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.cms.views.bar import bar_of
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.cms.views.media import embedded, player
from cpms_portal.cms.views.words import may_be_kept, size_of, tag_title
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above, resource_of
from cpms_portal.core.settings import setting
from cpms_portal.security.permissions import Permission

_TABLE = re.compile(r"<table>(.*?)</table>", re.S)
_SOURCE = re.compile(r'src="(/[^"?]*?)/scale(?:\?[^"]*)?"')
_HEADING = re.compile(r"<(/?)h([234])\b[^>]*>")


def shown_item(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Return what the page of every item shows, in the reader's language or with a note."""
    may_be_kept(request)
    asked = request.GET.get("language")
    languages = [asked] if asked in context.texts else reading_languages(request)
    language, text = context.text_for(languages)
    read = rendered(text.text, text.syntax)
    return {
        "title": text.title,
        "language": language,
        "text": text,
        "library": find_above(context, Library),
        "kind": kind_of(context),
        "bar": bar_of(context, request),
        "body": body_of(read, request),
        "headings": [one for one in read.headings if one.level <= 3],
        "tags": [(tag, tag_title(tag)) for tag in context.tags],
        "substituted": name_of_language(languages[0]) if language != languages[0] else None,
        "outdated": is_outdated(context, text),
        "partial": is_partial(context, text),
        "language_name": name_of_language,
        "size_of": size_of,
        "time_mark": TimeMark().write,
        "opening": opening_of_text(text),
        "published_on": published_on(context) if context.kind == "news" else None,
        "indexed": is_indexed(request) and context.state == "published",
        "others": [(one, name_of_language(one)) for one in sorted({*context.texts} - {language})],
    }


def is_indexed(request: Request) -> bool:
    """Say whether search engines may show a page that everybody may read; none of training."""
    is_real = setting(request.registry, "cpms.site") == "production"
    return is_real and request.person is None


def body_of(read: Rendered, request: Request) -> Markup:
    """Return a body with its links leading where their targets stand, and its videos in place.

    A table stands in a box of its own that is scrolled sideways, by keyboard as well.
    """
    body = _sized(embedded(by_path(request.root, read.html), request), request)
    if "<table>" not in body:
        return body
    words = escape(request.localizer.translate(_("Table")))
    box = f'<div class="table-scroll" role="group" aria-label="{words}" tabindex="0">'
    return Markup(_TABLE.sub(rf"{box}<table>\1</table></div>", body))


def _sized(body: Markup, request: Request) -> Markup:
    """Return a body whose pictures say how large they are, so that no text jumps when they come."""

    def sized(found: re.Match[str]) -> str:
        picture = target_of(request.root, unescape(found[1]))
        if not isinstance(picture, Picture) or not picture.width:
            return found[0]
        return f'{found[0]} width="{picture.width}" height="{picture.height}"'

    return Markup(_SOURCE.sub(sized, body)) if "<img" in body else body


def _body(row: dict[str, Any], name: str, level: int, request: Request) -> Markup:
    """Return the body of a row of a page: its headings stand below that of the row.

    level: of the heading of the row. Their names are dropped, for each body counts them anew.
    """

    def lowered(found: re.Match[str]) -> str:
        return f"<{found[1]}h{min(int(found[2]) + level - 1, 6)}>"

    body = body_of(rendered(row[name], row["syntax"]), request)
    return Markup(_HEADING.sub(lowered, body))


def item_page(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Show an item."""
    return shown_item(context, request)


def guide_page(context: Guide, request: Request) -> dict[str, Any]:
    """Show a guide: its steps, each with its picture, and a table of contents."""
    shown = shown_item(context, request)
    steps = steps_of(shown["text"], request)
    contents = [Heading(f"step-{step['number']}", step["title"], 2) for step in steps]
    return {**shown, "steps": steps, "headings": [*shown["headings"], *contents]}


def steps_of(text: PageText, request: Request) -> list[dict[str, Any]]:
    """Return the steps of a guide, numbered, with the picture where the reader may see it."""
    rows = []
    for number, step in enumerate(text.more.get("steps", ()), start=1):
        image = _picture(step, request)
        more = {"number": number, "body": _body(step, "text", 2, request), "image": image}
        rows.append({**step, **more, "alternative": _alternative(step, image)})
    return rows


def _alternative(step: dict[str, Any], image: Picture | None) -> str:
    """Return what the picture of a step shows: said at the step, else at the picture itself."""
    if step.get("alternative") or image is None:
        return str(step.get("alternative", ""))
    said = image.texts[image.original].more.get("alternative", "") if image.texts else ""
    return "" if image.about.get("decorative") else str(said or image.title)


def _picture(step: dict[str, Any], request: Request) -> Picture | None:
    found = resource_of(request.root, step["picture"]) if step.get("picture") else None
    seen = isinstance(found, Picture) and request.has_permission(Permission.PAGE_VIEW, found)
    return found if seen else None


def faq_page(context: FAQ, request: Request) -> dict[str, Any]:
    """Show questions by theme, in the order of their editors."""
    shown = shown_item(context, request)
    questions = [
        {**one, "body": _body(one, "answer", 3, request)}
        for one in shown["text"].more.get("questions", ())
    ]
    themes = [
        (f"theme-{number}", theme, list(rows))
        for number, (theme, rows) in enumerate(groupby(questions, lambda one: one["theme"]), 1)
    ]
    contents = [Heading(anchor, theme, 2) for anchor, theme, _rows in themes if theme]
    return {**shown, "themes": themes, "headings": [*shown["headings"], *contents]}


def video_page(context: Video, request: Request) -> dict[str, Any]:
    """Show a video with its chapters and what is said in it."""
    return {**shown_item(context, request), "player": player(context, request, preload="metadata")}


VIEWS = {LibraryItem: item_page, Guide: guide_page, FAQ: faq_page, Video: video_page}


def page_of(context: LibraryItem, request: Request) -> dict[str, Any]:
    """Return what the page of an item shows, whatever its type."""
    return VIEWS.get(type(context), item_page)(context, request)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for context, view in VIEWS.items():
        config.add_view(
            view,
            context=context,
            permission=Permission.PAGE_VIEW,
            request_method="GET",
            renderer="cpms_portal.cms:templates/item.pt",
            kept=True,
        )
