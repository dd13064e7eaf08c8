"""The main menu every portal has; an entry whose place does not exist yet is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import IRequest, IView, IViewClassifier
from pyramid.request import Request
from zope.interface import providedBy

from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission

Find = Callable[[Request], str | None]


def has_view(request: Request, name: str) -> bool:
    """Say whether the root of the tree has a view of a name."""
    provided = (IViewClassifier, IRequest, providedBy(request.root))
    return request.registry.adapters.lookup(provided, IView, name=name) is not None


def view_of_root(name: str) -> Find:
    """Return a finder of the address of a view of the root."""

    def find(request: Request) -> str | None:
        root = getattr(request, "root", None)
        if root is None or not has_view(request, name):
            return None
        return request.resource_path(root, name)

    return find


def child_of_root(name: str) -> Find:
    """Return a finder of the address of a node right below the root."""

    def find(request: Request) -> str | None:
        root: Any = getattr(request, "root", None)
        try:
            return request.resource_path(root[name])
        except (KeyError, TypeError, AttributeError):
            return None

    return find


#: Pages of the library that the foot of every page leads to, by their names there.
STANDING = {
    "privacy": _("Privacy and cookies"),
    "accessibility": _("Accessibility"),
    "terms": _("Terms of use"),
    "imprint": _("Imprint"),
}


def standing_pages(request: Request) -> list[tuple[str, str]]:
    """Return title and address of the pages at the foot; those that are not there are left out."""
    library = child_of_root("library")(request)
    if library is None:
        return []
    there: Any = request.root["library"]
    return [(title, f"{library}{name}") for name, title in STANDING.items() if name in there]


def includeme(config: Configurator) -> None:
    """Register the four entries."""
    config.add_menu_entry(
        _("My work"),
        view_of_root("my-work"),
        order=10,
        icon="inbox",
        permission=Permission.PORTAL_ENTER,
    )
    config.add_menu_entry(
        _("Networks"),
        child_of_root("networks"),
        order=20,
        icon="network",
        permission=Permission.PORTAL_ENTER,
    )
    config.add_menu_entry(_("Library"), child_of_root("library"), order=30, icon="book")
    config.add_menu_entry(_("Help"), child_of_root("support"), order=40, icon="help")
