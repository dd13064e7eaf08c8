"""Where somebody is led: the page asked for, or what a higher package says must come first."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.forms.views import FormView
from cpms_portal.layout.menu import has_view
from cpms_portal.layout.theme import local_path
from cpms_portal.security.resources import Person

#: find(request, person) -> path of the page that should come first, or None
Landing = Callable[[Request, Person], str | None]


def add_landing(config: Configurator, find: Landing) -> None:
    """Directive: lead people to a page of yours after sign-in when it is needed."""
    config.registry.cpms_landings.append(config.maybe_dotted(find))


def wanted_path(request: Request) -> str:
    """Return the path of this portal that was asked for before signing in, else the root.

    The page that says "not found" calls it ``came_from``.
    """
    asked = request.GET.get("next") or request.GET.get("came_from") or "/"
    return local_path(asked) if asked.isascii() else "/"


def landing_path(request: Request, person: Person) -> str:
    """Return where a person goes after signing in."""
    for find in request.registry.cpms_landings:
        path = find(request, person)
        if path is not None:
            return path
    wanted = wanted_path(request)
    if wanted == "/" and has_view(request, "my-work"):
        return request.resource_path(request.root, "my-work")
    return wanted


def go_on(request: Request, path: str) -> Response:
    """Redirect to the next step of signing in, remembering the page that was asked for."""
    wanted = wanted_path(request)
    query = {} if wanted == "/" else {"next": wanted}
    return HTTPSeeOther(location=request.resource_path(request.root, *path.split("/"), query=query))


def to_account(person: Person, request: Request) -> Response:
    """Lead to the account of a person."""
    return HTTPSeeOther(location=request.resource_path(person, "account"))


class AccountForm(FormView):
    """A form of one's own account, which it leads back to."""

    def cancel_url(self) -> str | None:
        """Lead back to the account."""
        return self.request.resource_path(self.context, "account")

    def back(self) -> Response:
        """Go back to the account."""
        return to_account(self.context, self.request)


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_landings = []
    config.add_directive("add_landing", add_landing, action_wrap=False)
