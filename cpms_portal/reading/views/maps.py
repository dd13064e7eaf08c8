"""Ways through a library: all there is as a tree, by tag, and what changed last."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.cms.resources import Library
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.cms.views.library import entries_of
from cpms_portal.cms.views.words import may_be_kept, number_in, tag_title
from cpms_portal.core.i18n import _
from cpms_portal.reading.queries import Branch, newest, tags_in, tree_of
from cpms_portal.security.permissions import Permission


def sitemap_page(context: Library, request: Request) -> dict[str, Any]:
    """Show everything of a library as it stands in folders."""
    may_be_kept(request)
    languages = reading_languages(request)
    tree = tree_of(context, request.actor)
    return {
        "title": _("Site map"),
        "branch": {
            "url": request.resource_path(context),
            "below": [_drawn(one, languages, request) for one in tree.below],
            "more": tree.more,
        },
    }


def _drawn(branch: Branch, languages: list[str], request: Request) -> dict[str, Any]:
    language, text = branch.item.text_for(languages)
    return {
        "title": text.title,
        "language": language,
        "url": request.resource_path(branch.item),
        "below": [_drawn(one, languages, request) for one in branch.below],
        "more": branch.more,
    }


def changes_page(context: Library, request: Request) -> dict[str, Any]:
    """Show what changed last."""
    may_be_kept(request)
    start = number_in(request.GET.get("start", ""))
    found = newest(context, request.actor, start=start) or newest(context, request.actor)
    path = request.resource_path(context, "changes")
    return {
        "title": _("Changed last"),
        "entries": entries_of(found, request),
        "found": found,
        "feed": request.resource_path(context, "feed"),
        "address": lambda begin: f"{path}?start={begin}",
    }


def tags_page(context: Library, request: Request) -> dict[str, Any]:
    """Show what items are about."""
    may_be_kept(request)
    path = request.resource_path(context)
    return {
        "title": _("What it is about"),
        "tags": [
            (tag_title(tag), number, request.resource_path(context, query={"tag": tag}))
            for tag, number in tags_in(context, request.actor)
        ],
        "path": path,
    }


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for view, name in ((sitemap_page, "sitemap"), (changes_page, "changes"), (tags_page, "tags")):
        config.add_view(
            view,
            context=Library,
            name=name,
            permission=Permission.LIBRARY_VIEW,
            request_method="GET",
            kept=True,
            renderer=f"cpms_portal.reading:templates/{name}.pt",
        )
