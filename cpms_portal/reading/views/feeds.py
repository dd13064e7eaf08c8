"""Atom feeds of libraries, folders and collections (RFC 4287), and the site map of search engines.

A feed holds what its reader may view; who is not signed in gets what everybody may.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as xml

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.queries.text import opening_of_text
from cpms_portal.cms.resources import Collection, Library, LibraryFolder, LibraryItem
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.core.resources import Portal, oid_of
from cpms_portal.core.settings import setting
from cpms_portal.layout.page import title_of
from cpms_portal.networks.queries import network_of
from cpms_portal.reading.queries import FEED, addresses_for, newest
from cpms_portal.security.permissions import Permission

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: The day the addresses of entries were first ours (RFC 4151 wants one).
SINCE = "2026"


def _site(request: Request) -> str:
    return str(setting(request.registry, "cpms.url")).rstrip("/")


def _address(place: Any, request: Request, *names: str) -> str:
    return _site(request) + str(request.resource_path(place, *names))


def _tag(place: Any, request: Request) -> str:
    host = urlsplit(_site(request)).hostname or "localhost"
    return f"tag:{host},{SINCE}:{oid_of(place)}"


def _under(parent: xml.Element, name: str, text: str = "", **attributes: str) -> xml.Element:
    made = xml.SubElement(parent, name, attributes)
    made.text = _printable(text) or None
    return made


def _printable(text: str) -> str:
    """Leave out what XML cannot say (production 2 of XML 1.0)."""
    return "".join(one for one in text if one in "\t\n" or " " <= one not in "\ufffe\uffff")


def feed_view(context: Library | LibraryFolder | Collection, request: Request) -> Response:
    """Answer with what changed last."""
    items = newest(context, request.actor, FEED).items[:FEED]
    feed = xml.Element("feed", {"xmlns": ATOM, "xml:lang": request.locale_name.replace("_", "-")})
    _under(feed, "id", _tag(context, request))
    _under(feed, "title", _title(context, request))
    _under(feed, "updated", _latest(items, context, request))
    _under(feed, "link", rel="self", href=_address(context, request, "feed"))
    _under(feed, "link", rel="alternate", href=_address(context, request))
    _under(_under(feed, "author"), "name", "CPMS")
    for item in items:
        _entry(feed, item, request)
    moments = [one.changed or one.created for one in items]
    return _sent(feed, "application/atom+xml", request, max(filter(None, moments), default=None))


def _title(place: Any, request: Request) -> str:
    """Return what a feed is called among those of others: the network, then the place."""
    network, title = network_of(place), str(request.localizer.translate(title_of(place)))
    return f"CPMS: {title}" if network is None else f"CPMS, {network.acronym}: {title}"


def _latest(items: Iterable[LibraryItem], place: Any, request: Request) -> str:
    moments = [one.changed or one.created for one in items]
    return max([*filter(None, moments), *([] if moments else [request.actor.now])]).isoformat()


def _entry(feed: xml.Element, item: LibraryItem, request: Request) -> None:
    language, text = item.text_for(reading_languages(request))
    entry = _under(feed, "entry", **{"xml:lang": language})
    _under(entry, "id", _tag(item, request))
    _under(entry, "title", text.title)
    moment = item.changed or item.created or request.actor.now
    _under(entry, "updated", moment.isoformat())
    _under(entry, "link", rel="alternate", href=_address(item, request))
    _under(entry, "summary", opening_of_text(text))
    for tag in item.tags:
        _under(entry, "category", term=tag)


def _sent(root: xml.Element, media_type: str, request: Request, last: datetime | None) -> Response:
    """Answer with XML and its digest as validator; what not everybody may have is kept nowhere.

    The date of the last change is told, but is no validator: what is retracted changes no date.
    """
    body = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    response = Response(body, content_type=media_type, charset="utf-8")
    if request.person is None:
        response.etag = hashlib.sha256(body).hexdigest()[:32]
        response.conditional_response = True
        request.range = None  # a list is read whole
        request.environ.pop("HTTP_IF_MODIFIED_SINCE", None)
        response.last_modified = last
        response.headers["Cache-Control"] = "public, no-cache"
        response.vary = ["Accept-Language", "Cookie"]
    return response


def sitemap_xml(context: Portal, request: Request) -> Response:
    """Answer with the addresses of all that is published."""
    urls, last = xml.Element("urlset", {"xmlns": SITEMAP}), None
    for one in addresses_for(context, request.actor):
        url = _under(urls, "url")
        _under(url, "loc", _site(request) + one.path)
        _under(url, "lastmod", one.changed.isoformat())
        last = one.changed if last is None else max(last, one.changed)
    return _sent(urls, "application/xml", request, last)


def robots_txt(context: Portal, request: Request) -> Response:
    """Tell search engines where the site map is; those of a training site to stay away (RFC 9309).

    What a search engine may show says each page itself.
    """
    real = setting(request.registry, "cpms.site") == "production"
    text = f"Allow: /\n\nSitemap: {_site(request)}/sitemap.xml" if real else "Disallow: /"
    return Response(f"User-agent: *\n{text}\n", content_type="text/plain", charset="utf-8")


def includeme(config: Configurator) -> None:
    """Register feeds and the site map."""
    for context, permission in (
        (Library, Permission.LIBRARY_VIEW),
        (LibraryFolder, Permission.PAGE_VIEW),
        (Collection, Permission.PAGE_VIEW),
    ):
        config.add_view(
            feed_view, context=context, name="feed", permission=permission, request_method="GET"
        )
    for view, name in ((sitemap_xml, "sitemap.xml"), (robots_txt, "robots.txt")):
        config.add_view(
            view,
            context=Portal,
            name=name,
            permission=Permission.PORTAL_VIEW,
            request_method="GET",
        )
