"""Requests as the portal takes them: what cannot be read is refused, files come where expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.interfaces import VH_ROOT_KEY, IRequestExtensions, IRequestFactory, IRoutesMapper
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.traversal import find_resource, quote_path_segment, resource_path
from pyramid.url import ANCHOR_SAFE
from pyramid.urldispatch import RoutesMapper

from cpms_portal.core.objectmap import PathTuple

#: Parts of a form that hold files; anywhere else text belongs.
FILES = frozenset({"captions", "files"})
#: Where WebOb keeps the fields it read, with the body they were in; and those looked at here.
_PARSED, _LOOKED_AT = "webob._parsed_post_vars", "cpms.fields_looked_at"
#: Names that stand in an address as they are.
_PLAIN = re.compile(r"[\w.-]*", re.ASCII)


def whole_number(text: str) -> int:
    """Return a number somebody sent in an address or a form: 0 when it is none, or far too long."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


class PortalRequest(Request):
    """A request whose body is refused when it is no form, or has a file where text belongs."""

    def __init__(self, environ: dict[str, Any], *rest: Any, **more: Any) -> None:
        # What is not UTF-8 in an address names nothing, and is no reason to fail later.
        raw = environ.get("PATH_INFO", "").encode("latin-1")
        environ["PATH_INFO"] = raw.decode("utf-8", "replace").encode().decode("latin-1")
        # A body the server keeps in a file of its own need not be copied to be read twice.
        if hasattr(environ.get("wsgi.input"), "seek"):
            environ["webob.is_body_seekable"] = True
        super().__init__(environ, *rest, **more)

    def resource_path(self, resource: Any, *elements: Any, **more: Any) -> str:
        """Return the path of a resource, as the framework does; a page asks for dozens of them."""
        plain = not any(more.values()) and VH_ROOT_KEY not in self.environ
        if not plain or not all(map(_PLAIN.fullmatch, elements)):
            return str(super().resource_path(resource, *elements, **more))
        path = resource_path(resource)
        ending = "" if path == "/" else "/"
        return f"{self.script_name}{path}{ending}{'/'.join(elements)}"

    def path_to(self, path: PathTuple, query: Mapping[str, str], anchor: str) -> str:
        """Return what ``resource_path`` does of the resource at a path, which is not loaded."""
        if VH_ROOT_KEY in self.environ:
            resource = find_resource(self.root, path)
            return self.resource_path(resource, query=query or None, anchor=anchor or None)
        found = f"{self.script_name}{'/'.join(map(quote_path_segment, path))}/"
        found += f"?{urlencode(query)}" if query else ""
        return f"{found}#{quote(anchor, ANCHOR_SAFE)}" if anchor else found

    @property
    def POST(self) -> Any:
        """Return the fields of the form that was sent; HTTPBadRequest when there is no sense."""
        parsed = self.environ.get(_PARSED)
        # A save asks for its fields a dozen times: they are looked at once, as they are read once.
        known = parsed is not None and parsed is self.environ.get(_LOOKED_AT)
        if known and parsed[1] is self.body_file_raw:
            return parsed[0]
        try:
            sent = super().POST
        except (ValueError, LookupError, DeprecationWarning) as error:
            # WebOb raises a DeprecationWarning at any character set but UTF-8.
            raise HTTPBadRequest() from error
        if not self.path_info.startswith("/manage"):
            strange = (name for name, part in sent.items() if hasattr(part, "filename"))
            if any(name not in FILES for name in strange):
                raise HTTPBadRequest()
        self.environ[_LOOKED_AT] = self.environ.get(_PARSED)
        return sent

    @property
    def json_body(self) -> Any:
        """Return what was sent as JSON; ValueError when it is none."""
        try:
            return super().json_body
        except (LookupError, RecursionError) as error:
            raise ValueError("not JSON") from error


def _beginnings(routes: Iterable[Any]) -> tuple[frozenset[str], tuple[str, ...]]:
    whole: set[str] = set()
    open_ended: set[str] = set()
    for route in routes:
        pattern = route.pattern.lstrip("/")
        said = re.split(r"[{*]", pattern, maxsplit=1)[0]
        step, more, _rest = said.partition("/")
        (whole if more or said == pattern else open_ended).add(step)
    return frozenset(whole), tuple(open_ended)


class RoutesByBeginning(RoutesMapper):
    """Routes, tried only where one of them begins as the address does: most of it is the tree."""

    def __init__(self) -> None:
        super().__init__()
        #: Of so many routes: whole first steps, and beginnings of one that goes on as it likes.
        self._beginnings: tuple[int, frozenset[str], tuple[str, ...]] = (0, frozenset(), ())

    def __call__(self, request: Request) -> dict[str, Any]:
        """Return the route of a request and what it says, both None for a place in the tree."""
        if self._beginnings[0] != len(self.routelist):
            self._beginnings = (len(self.routelist), *_beginnings(self.routelist))
        begins = request.environ.get("PATH_INFO", "").lstrip("/").partition("/")[0]
        _number, whole, open_ended = self._beginnings
        if begins in whole or begins.startswith(open_ended):
            found: dict[str, Any] = super().__call__(request)
            return found
        return {"route": None, "match": None}


def make_one_class(registry: Registry) -> None:
    """Put what packages add to requests into their class: else each request gets one of its own.

    Called once, when everything is configured.
    """
    added = registry.queryUtility(IRequestExtensions)
    if added is not None:
        made = type("PortalRequest", (PortalRequest,), {**added.methods, **added.descriptors})
        registry.registerUtility(made, IRequestFactory)
        registry.unregisterUtility(provided=IRequestExtensions)


def includeme(config: Configurator) -> None:
    """Take requests so."""
    config.registry.registerUtility(RoutesByBeginning(), IRoutesMapper)
    config.set_request_factory(PortalRequest)
