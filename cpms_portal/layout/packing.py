"""Static text goes over the wire packed (gzip), for browsers that say they can unpack it.

A file is packed when it is first asked for and kept in memory by its content. Nothing of a person
is ever packed: what is secret and what a stranger chooses must not share a packed answer.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.layout.stylesheet import as_sent

TEXT = frozenset(
    {"application/javascript", "text/javascript", "text/css", "image/svg+xml", "application/json",
     "text/plain", "text/html", "application/xml", "application/manifest+json"}
)  # fmt: skip
#: Below this a packed answer saves no packet.
WORTH_IT = 1024


@lru_cache(256)
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


@lru_cache(64)
def _style(content: bytes) -> bytes:
    return as_sent(content.decode()).encode()


def light(view: Any) -> Any:
    """Wrap a view of static files: the answer is packed when the browser can unpack it."""

    def pack(context: Any, request: Request) -> Response:
        response = view(context, request)
        if response.status_int != 200 or response.content_type not in TEXT:
            return response
        response.vary = ("Accept-Encoding",)
        if response.content_type == "text/css":
            response.body = _style(response.body)
        wanted = request.accept_encoding
        # Who says nothing (RFC 9110 12.5.3 allows anything then) may be a program that cannot.
        if not wanted or not wanted.acceptable_offers(["gzip"]):
            return response
        content = response.body
        if len(content) < WORTH_IT:
            return response
        response.body = _packed(content)
        response.content_encoding = "gzip"
        return response

    return pack
