"""Static files of the packages, at addresses that change with their content.

The fingerprint covers a whole folder and stands in the path, so that a module or a font named
relatively by another file gets the new address as well. Browsers keep them for a year.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.path import AssetResolver
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.static import static_view

from cpms_portal.layout.packing import light
from cpms_portal.layout.stylesheet import stylesheet

YEAR = 365 * 24 * 3600


def fingerprint(folder: Path) -> str:
    """Return twelve hex digits that stand for the names and contents of a folder."""
    digest = sha256()
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class NoTree:
    """The context of static files: they need no object database."""

    def __init__(self, request: Request) -> None:
        self.request = request


def add_assets(config: Configurator, name: str, spec: str) -> None:
    """Directive: serve a folder of a package; ``request.asset(path, name)`` gives the address."""

    def register() -> None:
        folder = Path(AssetResolver().resolve(spec).abspath())
        config.registry.cpms_assets[name] = fingerprint(folder)

    config.action(("cpms assets", name), register)
    route = f"assets:{name}"
    config.add_route(route, f"/static/{name}/{{fingerprint}}/*subpath", factory=NoTree)
    serve = static_view(spec, cache_max_age=YEAR, use_subpath=True)
    config.add_view(
        serve, route_name=route, permission=NO_PERMISSION_REQUIRED, decorator=(lasting, light)
    )


def lasting(view: Any) -> Any:
    """Wrap a static view: browsers and proxies may keep the answer and need not ask again."""

    def keep(context: Any, request: Request) -> Response:
        response = view(context, request)
        fresh = request.matchdict["fingerprint"] in request.registry.cpms_assets.values()
        age = YEAR if fresh else 60
        response.headers["Cache-Control"] = f"public, max-age={age}" + ", immutable" * fresh
        return response

    return keep


def asset(request: Request, path: str, package: str = "layout") -> str:
    """Return the address of a static file of a package (a request method)."""
    mark = request.registry.cpms_assets[package]
    return f"{request.script_name}/static/{package}/{mark}/{path}"


def portal_css(request: Request) -> Response:
    """Answer with the one stylesheet of the portal."""
    if request.matchdict["sheet"] != "portal":
        raise HTTPNotFound()
    return Response(stylesheet(), content_type="text/css", charset="utf-8")


def includeme(config: Configurator) -> None:
    """Offer the directive, ``request.asset`` and the files of the layout itself."""
    config.registry.cpms_assets = {}
    config.add_directive("add_assets", add_assets)
    config.add_request_method(asset)
    pattern = "/static/layout/{fingerprint}/css/{sheet:portal}.css"
    config.add_route("stylesheet", pattern, factory=NoTree)
    config.add_view(
        portal_css,
        route_name="stylesheet",
        permission=NO_PERMISSION_REQUIRED,
        decorator=(lasting, light),
    )
    config.add_assets("layout", "cpms_portal.layout:static")
