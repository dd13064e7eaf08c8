"""The language a visitor chose in the footer; who is signed in chooses in their account."""

from __future__ import annotations

from functools import cache

from babel import Locale
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from cpms_portal.i18n.negotiation import COOKIE, LANGUAGES
from cpms_portal.layout.assets import YEAR, NoTree
from cpms_portal.layout.theme import local_path
from cpms_portal.security.cookies import over_https


@cache
def own_names() -> list[tuple[str, str]]:
    """Return the languages of the portal, each with its own name for itself."""
    return [(code, str(Locale(code).get_display_name(code)).capitalize()) for code in LANGUAGES]


def choose_language(request: Request) -> Response:
    """Remember a language in a cookie, forget it for anything else, and go back."""
    answer = HTTPSeeOther(location=local_path(request.POST.get("back", "/")))
    chosen = request.POST.get("language")
    if chosen in LANGUAGES:
        answer.set_cookie(
            COOKIE,
            chosen,
            max_age=YEAR,
            path="/",
            httponly=True,
            secure=over_https(request.registry),
            samesite="Lax",
        )
    else:
        answer.delete_cookie(COOKIE, path="/")
    return answer


def includeme(config: Configurator) -> None:
    """Register the address the switch is posted to."""
    config.add_route("language", "/language", factory=NoTree)
    config.add_view(
        choose_language,
        route_name="language",
        request_method="POST",
        permission=NO_PERMISSION_REQUIRED,
    )
