"""Light or dark, as the reader chose; without a choice the device decides."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.layout.assets import YEAR, NoTree
from cpms_portal.security.cookies import over_https

THEMES = ("light", "dark")


def local_path(address: str) -> str:
    """Return an address when it is a path of this portal, else the root."""
    # Two strokes, at the beginning or behind dots that are resolved away, name another server.
    harmless = address.startswith("/") and "//" not in address.partition("?")[0]
    harmless = harmless and "\\" not in address
    return address if harmless and address.isprintable() else "/"


def choose_theme(request: Request) -> Response:
    """Remember light or dark in a cookie, forget it for anything else, and go back."""
    answer = HTTPSeeOther(location=local_path(request.POST.get("back", "/")))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        secure = over_https(request.registry)
        answer.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", path="/", secure=secure)
    else:
        answer.delete_cookie("theme", path="/")
    return answer


def includeme(config: Configurator) -> None:
    """Register the address the switch is posted to."""
    config.add_route("theme", "/theme", factory=NoTree)
    config.add_view(
        choose_theme,
        route_name="theme",
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
    )
