"""Pages kept in memory, each for exactly who it was drawn for, while nothing it shows has changed.

What everybody sees is kept once; a page drawn for somebody signed in is kept for their session
and the rights they had, and given to nobody else. A page counts as long as nothing that was read
for it was written again and no moment has come at which something begins or ends to be shown
(decision 0080). The nonce and the token of forms are put in anew each time.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.request import Request
from pyramid.response import Response
from pyramid_zodbconn import get_connection

from cpms_portal.cms.views.words import ONCE
from cpms_portal.core.clock import now
from cpms_portal.core.reads import Reads, reading
from cpms_portal.core.settings import setting
from cpms_portal.i18n.negotiation import COOKIE as LANGUAGE
from cpms_portal.layout.messages import COOKIE as TOLD
from cpms_portal.search.hidden import next_moment
from cpms_portal.security.cookies import cookie_of
from cpms_portal.security.principals import delegations_of
from cpms_portal.security.sessions import COOKIE as SESSION
from cpms_portal.security.sessions import session_key

#: What a page counts at most, whatever happens.
LONGEST = timedelta(minutes=5)
#: The longest header or address that a page is kept under.
LONGEST_KEY = 1000
#: So many addresses that were asked for are remembered: a page is kept from the second time on.
REMEMBERED = 5000
VARY = "Accept-Language, Cookie"
EVERYBODY = "everybody"
View = Callable[[Any, Request], Response]


@dataclass(frozen=True)
class KeptPage:
    """A page as it was drawn. pieces: every second one stands for the nonce or the token."""

    pieces: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...]
    mark: str
    reads: Reads | None
    time: tuple[datetime, datetime]

    def counts(self, at: datetime, connection: Any) -> bool:
        """Say whether it would be drawn the same now: nothing changed, began or ended since."""
        in_time = self.time[0] <= at < self.time[1]
        return in_time and self.reads is not None and self.reads.still_hold(connection)

    @property
    def size(self) -> int:
        """Bytes it takes, about."""
        reads = () if self.reads is None else self.reads.oids
        return sum(map(len, self.pieces)) + 48 * len(reads) + LONGEST_KEY


class KeptPages:
    """The pages of a process, those used last; never more than some bytes of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._pages: OrderedDict[Any, KeptPage] = OrderedDict()
        self._asked: OrderedDict[int, None] = OrderedDict()

    def get(self, key: Any) -> KeptPage | None:
        """Return a page, which nobody has said yet to count still."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def was_asked_before(self, key: Any) -> bool:
        """Say whether a page was asked for lately, and remember that it was now."""
        with self._lock:
            known = hash(key) in self._asked
            self._asked[hash(key)] = None
            self._asked.move_to_end(hash(key))
            while len(self._asked) > REMEMBERED:
                self._asked.popitem(last=False)
            return known

    def put(self, key: Any, page: KeptPage) -> None:
        """Keep a page, and let go those not used for longest."""
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self._size += page.size
            while self._size > self._most:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Any) -> None:
        before = self._pages.pop(key, None)
        self._size -= 0 if before is None else before.size


def kept_view(view: View, about: Any) -> View:
    """Answer with a kept page where there is one that still counts; keep the page drawn else.

    It stands behind the permission of the view, which is asked each time.
    """
    said = about.options.get("kept")
    if not said:
        return view

    def answered(context: Any, request: Request) -> Response:
        who = key_of(request)
        if who is None:
            return view(context, request)
        # What is read beside the object database has a stamp that is another after every change.
        key = (who, said(request) if callable(said) else None)
        pages: KeptPages = request.registry.cpms_kept_pages
        connection, begun = get_connection(request), request.actor.now
        found = pages.get(key)
        if found is not None and found.counts(now(request.registry), connection):
            return response_of(found, request)
        if not pages.was_asked_before(key):
            # What is asked for once only is not worth the noting.
            return marked(view(context, request), request)
        with reading(connection) as read:
            response = view(context, request)
            if not is_whole(response, request):
                return response
            until = min(next_moment(request.root, begun), begun + LONGEST)
            # What was drawn over such a moment may say some of before and some of after.
            reads = read.reads() if now(request.registry) < until else None
        page = page_of(response, request, reads, (begun, until))
        if page.reads is not None:
            pages.put(key, page)
        return response_of(page, request)

    return answered


# Pyramid reads the names of the options a deriver takes from this attribute.
kept_view.options = ("kept",)  # type: ignore[attr-defined]  # a function takes attributes


def key_of(request: Request) -> Any:
    """Return what a page is kept under: all that it may depend on beside the database, or None."""
    if request.method != "GET" or "Authorization" in request.headers or cookie_of(request, TOLD):
        return None
    who = _reader(request)
    address = (request.host_url, request.script_name, request.path_info, request.query_string)
    wishes = (
        request.headers.get("Accept", ""),
        request.headers.get("Accept-Language", ""),
        request.cookies.get(LANGUAGE, ""),
        request.cookies.get("theme", ""),
    )
    if who is None or sum(map(len, (*address, *wishes))) > LONGEST_KEY:
        return None
    return (who, address, wishes)


def _reader(request: Request) -> Any:
    """Return whose page it is: everybody's, or that of one session with the rights it has now."""
    if not cookie_of(request, SESSION):
        return EVERYBODY
    # Somebody who may act for others, or has not proven enough yet, gets every page anew.
    if request.person is None or delegations_of(request.person, request.actor.now):
        return None
    return (session_key(request), request.actor.oid, request.actor.principals)


def is_whole(response: Response, request: Request) -> bool:
    """Say whether a page that was just drawn is one to keep: nothing in it is for once only."""
    return (
        response.status_int == 200
        and response.content_type == "text/html"
        and "cpms.told" not in request.environ
        and ONCE not in request.environ
        and "Set-Cookie" not in response.headers
    )


def marked(response: Response, request: Request) -> Response:
    """Return a page that is not kept; the reader's own browser keeps it where it is public."""
    if request.person is not None or not is_whole(response, request):
        return response
    nonce, token = request.csp_nonce.encode(), get_csrf_token(request).encode()
    body = response.body
    mark = mark_of(body.replace(nonce, b"\0nonce\0").replace(token, b"\0token\0"))
    if is_tagged(response, mark, token if token in body else b"", request):
        return not_changed(response)
    return response


def mark_of(text: bytes) -> str:
    """Return what names the text of a page, whoever gets it."""
    return sha256(text).hexdigest()[:32]


def is_tagged(response: Response, mark: str, token: bytes, request: Request) -> bool:
    """Tag a page everybody sees, so that a browser can ask again; say whether it has it already."""
    # The page in the browser has its token in it: another token makes another page.
    whole = f"{mark}{sha256(token).hexdigest()[:8]}"
    response.headers["Vary"] = VARY
    response.headers["ETag"] = f'W/"{whole}"'
    return whole in request.if_none_match


def not_changed(response: Response) -> Response:
    """Return the answer to a browser that has this page."""
    left_out = ("content-length", "content-type")
    kept = [one for one in response.headerlist if one[0].lower() not in left_out]
    return Response(status=304, headerlist=kept)


def page_of(
    response: Response, request: Request, reads: Reads | None, time: tuple[datetime, datetime]
) -> KeptPage:
    """Return a page that was just drawn, without what counts for one answer only."""
    nonce, token = request.csp_nonce.encode(), get_csrf_token(request).encode()
    named: list[bytes] = []
    for number, part in enumerate(parted(response.body, nonce, b"nonce")):
        named += [part] if number % 2 else parted(part, token, b"token")
    left_out = ("content-length", "content-security-policy")
    headers = [one for one in response.headerlist if one[0].lower() not in left_out]
    mark = mark_of(b"\0".join(named))
    return KeptPage(tuple(named), tuple(headers), mark, reads, time)


def parted(text: bytes, sought: bytes, name: bytes) -> list[bytes]:
    """Return a text in pieces, a name between them where what is sought stood."""
    pieces = text.split(sought)
    return [piece for one in pieces for piece in (name, one)][1:]


def response_of(page: KeptPage, request: Request) -> Response:
    """Return a page with the nonce and the token of this answer; 304 where the browser has it."""
    token = get_csrf_token(request).encode() if b"token" in page.pieces[1::2] else b""
    response = Response(headerlist=list(page.headers))
    if request.person is None and is_tagged(response, page.mark, token, request):
        return not_changed(response)
    fresh = {b"nonce": request.csp_nonce.encode(), b"token": token}
    pieces = [fresh[one] if number % 2 else one for number, one in enumerate(page.pieces)]
    response.body = b"".join(pieces)
    return response


def includeme(config: Configurator) -> None:
    """Let views say ``kept=True``, or give a function: request → stamp of what else is read."""
    config.add_setting(
        "cpms.cms.kept_megabytes", int, 32, "memory of a process for pages that were drawn before"
    )
    most = setting(config.registry, "cpms.cms.kept_megabytes") * 1_000_000
    config.registry.cpms_kept_pages = KeptPages(most)
    config.add_view_deriver(kept_view, "kept", over="rendered_view")
