"""Pictures, videos and documents: sent as they are, whole or in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

from chameleon.utils import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPFound, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.resources import FileVersion, LibraryItem, Picture, Video
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.cms.views.languages import reading_languages
from cpms_portal.core.resources import Portal, resource_of
from cpms_portal.layout.refusals import NOT_FOUND
from cpms_portal.layout.views import answer
from cpms_portal.security.permissions import Permission

PIECE = 256 * 1024
#: What a browser may show itself; everything else is saved.
INLINE = re.compile(r"image/(?:png|jpeg|webp|gif)|video/(?:mp4|webm)|text/vtt|application/pdf")
#: A file is never a page: nothing in it runs.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_EMBED = re.compile(
    r'<div class="video-embed">(?:<p>)?<a href="([^"]*)"[^>]*>(.*?)</a>(?:</p>)?</div>', re.S
)


class Part:
    """The content of a file, or a part of it, as an answer.

    The file is opened when the first piece is wanted: of an answer that says only that nothing
    changed, none is.
    """

    def __init__(self, path: str, start: int = 0, length: int | None = None) -> None:
        self._path, self._start, self._left = path, start, length

    def app_iter_range(self, start: int, stop: int | None) -> Part:
        """Return the bytes from a place to another (exclusive)."""
        return Part(self._path, start, None if stop is None else stop - start)

    def opened(self) -> BinaryIO:
        """Return the file, open where the part begins."""
        source = Path(self._path).open("rb")  # noqa: SIM115 - who reads it closes it
        source.seek(self._start)
        return source

    def __iter__(self) -> Iterator[bytes]:
        left = self._left
        with self.opened() as source:
            while left is None or left > 0:
                piece = source.read(PIECE if left is None else min(PIECE, left))
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece


class FileResponse(Response):
    """An answer the server sends from the disk by itself: who reads slowly keeps no thread busy."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer; the server knows from Content-Length where a part ends (PEP 3333)."""
        answer = super().__call__(environ, start_response)
        wrapper = environ.get("wsgi.file_wrapper")
        if wrapper is None or not isinstance(answer, Part):
            return answer
        return wrapper(answer.opened(), PIECE)


def sent(version: FileVersion, request: Request, *, public: bool) -> Response:
    """Answer with a file: with its digest as validator, and in parts where a browser asks so.

    public: everybody may have it; else no cache on the way may keep it.
    """
    response = FileResponse(content_type=version.media_type, charset=None)
    response.app_iter = Part(version.blob.committed())
    response.content_length = version.size
    response.accept_ranges = "bytes"
    response.etag = version.digest[:32]
    response.conditional_response = True
    response.cache_control = "public, no-cache" if public else "private, no-cache"
    shown = INLINE.fullmatch(version.media_type) and "save" not in request.GET
    name = re.sub(r"[^\w .()-]", "_", version.name, flags=re.ASCII)
    response.content_disposition = f'{"inline" if shown else "attachment"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    if "language" not in request.GET:
        response.vary = ["Accept-Language", "Cookie"]  # the reader's language chose it
    return response


def _is_public(item: LibraryItem) -> bool:
    """Say whether everybody may have a file for as long as they like."""
    return item.state == "published" and item.shown_until is None and item.shown_from is None


def file_view(context: FileItem, request: Request) -> Response:
    """Answer with the newest file in the reader's language, or the one asked for."""
    asked = request.GET.get("language")
    language = asked if asked is not None else next(iter(reading_languages(request)), "")
    found = context.file_for(language)
    number = request.GET.get("version", "")
    if number.isdecimal():
        versions = context.files.get(asked or "", ())
        found = versions[int(number) - 1] if 0 < int(number) <= len(versions) else None
    if found is None:
        return answer(request, NOT_FOUND)  # who asks may see the item: signing in finds no more
    return sent(found, request, public=_is_public(context))


def scale_view(context: Picture, request: Request) -> Response:
    """Answer with a picture no wider than asked for."""
    asked = request.GET.get("width", "")
    widths = sorted(context.scales)
    wanted = int(asked) if asked.isdecimal() and len(asked) < 6 else 800
    fitting = next((width for width in widths if width >= wanted), None)
    found = context.scales[fitting] if fitting else context.file_for("")
    if found is None:
        return answer(request, NOT_FOUND)  # who asks may see the item: signing in finds no more
    return sent(found, request, public=_is_public(context))


def captions_view(context: Video, request: Request) -> Response:
    """Answer with the captions of a video in a language."""
    found = context.captions.get(request.GET.get("language", context.original))
    if found is None:
        return answer(request, NOT_FOUND)  # who asks may see the item: signing in finds no more
    return sent(found, request, public=_is_public(context))


def resolve_view(context: Portal, request: Request) -> Response:
    """Lead to where something stands now, for who may see it."""
    asked = "/".join(request.subpath)
    if not re.fullmatch(r"-?[0-9]{1,19}", asked) or abs(int(asked)) >= 2**63:
        raise HTTPBadRequest()
    found = resource_of(context, int(asked))
    noun = getattr(found, "noun", None)
    if noun is None or not request.has_permission(f"{noun}:view", found):
        raise HTTPNotFound()
    if isinstance(found, Picture) and "width" in request.GET:
        found = request.resource_path(found, "scale", query={"width": request.GET["width"][:5]})
        return HTTPFound(found, headers=[("Cache-Control", "no-store")])
    return HTTPFound(request.resource_path(found), headers=[("Cache-Control", "no-store")])


def embedded(html: Markup, request: Request) -> Markup:
    """Return HTML with players in the places of embedded videos of the portal."""
    if "video-embed" not in html:
        return html
    return Markup(_EMBED.sub(lambda found: _player(found, request), html))


def _player(found: re.Match[str], request: Request) -> str:
    """Draw a player for a video the reader may see; the link alone for anything else."""
    video = request.root
    for name in [part for part in found[1].split("/") if part]:
        video = video.get(name) if hasattr(video, "get") else None
    may = isinstance(video, Video) and request.has_permission(Permission.PAGE_VIEW, video)
    if not may or video.file_for("") is None:
        return found[0]
    caption = f"<figcaption>{found[2]}</figcaption>"
    return f'<figure class="video">{player(video, request)}{caption}</figure>'


def player(video: Video, request: Request, *, preload: str = "none") -> Markup:
    """Draw the player of a video; its captions are on, in a language the reader reads.

    preload: what is loaded before it is started, as HTML says it: nothing in the page of another.
    """
    spoken = (*reading_languages(request), video.original, *sorted(video.captions))
    shown = next((code for code in spoken if code in video.captions), "")
    tracks = "".join(
        f'<track kind="captions" srclang="{escape(code)}" label="{escape(name_of_language(code))}"'
        f"{' default' * (code == shown)}"
        f' src="{escape(request.resource_path(video, "captions", query={"language": code}))}">'
        for code in sorted(video.captions)
    )
    title = escape(video.title)
    return Markup(
        f'<video controls preload="{preload}" data-video="{video.__oid__}" aria-label="{title}"'
        f' src="{escape(request.resource_path(video, "file"))}">{tracks}</video>'
    )


def includeme(config: Configurator) -> None:
    """Register the addresses of files."""
    shared: dict[str, Any] = {"permission": Permission.PAGE_VIEW, "request_method": "GET"}
    config.add_view(file_view, context=FileItem, name="file", **shared)
    config.add_view(scale_view, context=Picture, name="scale", **shared)
    config.add_view(captions_view, context=Video, name="captions", **shared)
    config.add_view(
        resolve_view,
        context=Portal,
        name="resolve",
        permission=Permission.PORTAL_VIEW,
        request_method="GET",
    )
