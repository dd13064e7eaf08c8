"""Light or dark, as the reader chose; without a choice the device decides."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.layout.assets import YEAR, NoTree

THEMES = ("light", "dark")


def local_path(address: str) -> str:
    """Return an address when it is a path of this portal, else the root."""
    harmless = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if harmless and address.isprintable() else "/"


def choose_theme(request: Request) -> Response:
    """Remember light or dark in a cookie, forget it for anything else, and go back."""
    answer = HTTPSeeOther(location=local_path(request.POST.get("back", "/")))
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        answer.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", path="/")
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
