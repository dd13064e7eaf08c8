"""The library and its pages."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.queries import pages_of, rendered, tags_of
from cpms_portal.cms.resources import Library, Page
from cpms_portal.cms.views.languages import name_of_language, reading_languages
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above
from cpms_portal.networks.resources import Network
from cpms_portal.security.permissions import Permission

#: What tags of the content read like; others are shown as they are written.
TAG_TITLES = {
    "faq": _("Questions and answers"),
    "imaging": _("Images"),
    "start": _("Getting started"),
}


def tag_title(tag: str) -> Any:
    """Return the words of a tag."""
    return TAG_TITLES.get(tag) or tag.replace("-", " ").capitalize()


def may_be_kept(request: Request) -> None:
    """Let the reader's own browser keep a public page, asking again each time.

    No validator: the page carries a nonce and a form token, which must not outlive it.
    """
    if request.person is None:
        request.response.headers["Cache-Control"] = "private, no-cache"


def library_page(context: Library, request: Request) -> dict[str, Any]:
    """Show the pages of a library by tag."""
    may_be_kept(request)
    tag = request.GET.get("tag") or None
    languages = reading_languages(request)
    every = pages_of(context, request.actor).items
    chosen = [page for page in every if tag is None or tag in page.tags]
    network = find_above(context, Network)
    return {
        "title": _("Library") if network is None else _("Library of the network"),
        "tag": tag,
        "network": network,
        "has_forms": network is None and "consent-forms" in context,
        "tags": [(one, tag_title(one)) for one in tags_of(every)],
        "entries": [_entry(page, languages) for page in chosen],
    }


def _entry(page: Page, languages: list[str]) -> dict[str, Any]:
    language, text = page.text_for(languages)
    return {
        "page": page,
        "title": text.title,
        "language": language,
        "opening": rendered(text.text).opening,
    }


def page_page(context: Page, request: Request) -> dict[str, Any]:
    """Show a page in the reader's language, or in English with a note."""
    may_be_kept(request)
    asked = request.GET.get("language")
    languages = [asked] if asked in context.texts else reading_languages(request)
    language, text = context.text_for(languages)
    read = rendered(text.text)
    return {
        "title": text.title,
        "language": language,
        "body": read.html,
        "headings": [one for one in read.headings if one.level <= 3],
        "tags": [(tag, tag_title(tag)) for tag in context.tags],
        "substituted": name_of_language(languages[0]) if language != languages[0] else None,
        "others": [(one, name_of_language(one)) for one in sorted({*context.texts} - {language})],
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    config.add_view(
        library_page,
        context=Library,
        permission=Permission.LIBRARY_VIEW,
        request_method="GET",
        renderer="cpms_portal.cms:templates/library.pt",
    )
    config.add_view(
        page_page,
        context=Page,
        permission=Permission.PAGE_VIEW,
        request_method="GET",
        renderer="cpms_portal.cms:templates/page.pt",
    )
