"""What a page template asks of its surroundings, computed only when it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chameleon.utils import Markup
from pyramid.csrf import get_csrf_token
from pyramid.decorator import reify
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound
from pyramid.location import lineage
from pyramid.renderers import get_renderer
from pyramid.request import Request
from pyramid.view import render_view

from cpms_portal.core.clock import now
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.layout.language import own_names
from cpms_portal.layout.marks import Marks
from cpms_portal.layout.menu import child_of_root, has_view, standing_pages
from cpms_portal.layout.messages import Message, told
from cpms_portal.layout.registration import fits, offers
from cpms_portal.security.principals import delegations_of

#: Folders the portal makes by itself: their stored titles are English.
FOLDERS = {
    "documents": _("Documents"),
    "library": _("Library"),
    "members": _("Members"),
    "networks": _("Networks"),
    "panels": _("Panels"),
    "patients": _("Patients"),
    "people": _("People"),
    "studies": _("Studies"),
    "support": _("Helpdesk"),
    "terms": _("Coded terms"),
}


def title_of(place: Any) -> Any:
    """Return the title of a resource; that of a folder of the portal's own can be translated."""
    title = getattr(place, "title", "")
    known = FOLDERS.get(getattr(place, "__name__", None) or "")
    return known if title and known == title else title


@dataclass(frozen=True)
class Link:
    """A place to go: its title, its address, whether one is there already."""

    title: str
    url: str
    current: bool = False
    icon: str = ""
    name: str = ""


class Layout(Marks):
    """The variable ``layout`` of every template."""

    #: Written by the macro, as a macro leaves out what stands before its element.
    doctype = "<!DOCTYPE html>"

    def __init__(self, context: Any, request: Request, *, title: Any = None) -> None:
        self.context = context
        self.request = request
        self._title = title

    @reify
    def title(self) -> Any:
        """The name of the page: what the view says, else the title of the resource."""
        return self._title or title_of(self.context) or _("CPMS")

    @reify
    def master(self) -> Any:
        """The macro that pages fill."""
        return self._macros_in("master")["master"]

    @reify
    def macros(self) -> Any:
        """Macros for pieces of pages: ``layout.macros['empty-state']``."""
        return self._macros_in("macros")

    def _macros_in(self, name: str) -> Any:
        kept = self.request.registry.cpms_layout_templates
        if name not in kept:
            renderer = get_renderer(f"cpms_portal.layout:templates/{name}.pt")
            kept[name] = renderer.implementation()
        return kept[name].macros

    @property
    def site(self) -> str:
        """``training`` or ``production``."""
        return setting(self.request.registry, "cpms.site")

    @reify
    def person(self) -> Any:
        """Who is signed in, or None."""
        return getattr(self.request, "person", None)

    @reify
    def acts_for(self) -> Any:
        """The clinician an assistant acts for now, or None."""
        actor = getattr(self.request, "actor", None)
        return None if actor is None else actor.on_behalf_of

    @reify
    def assists(self) -> bool:
        """Say whether the reader may act for somebody else."""
        person = self.person
        return person is not None and bool(delegations_of(person, now(self.request.registry)))

    @property
    def unread(self) -> int | None:
        """How many notices the reader has not read; None in a portal without notices."""
        return getattr(self.request, "unread", None)

    @reify
    def messages(self) -> list[Message]:
        """What was told after the last change."""
        return told(self.request)

    @property
    def csrf_token(self) -> str:
        """The token every form that changes something carries."""
        return get_csrf_token(self.request)

    @property
    def can_sign_in(self) -> bool:
        """Say whether there is a page to sign in at."""
        return hasattr(self.request, "root") and has_view(self.request, "sign-in")

    @property
    def library_search(self) -> str | None:
        """Where visitors search what is published; None in a portal without a library."""
        library = child_of_root("library")(self.request)
        return None if library is None else f"{library}search"

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Title and address of the pages about the portal itself."""
        return standing_pages(self.request)

    @property
    def library_suggest(self) -> str:
        """Where titles that begin as typed are asked for."""
        return f"{child_of_root('library')(self.request)}suggest"

    @reify
    def theme(self) -> str | None:
        """``light`` or ``dark`` when the reader chose one."""
        chosen = self.request.cookies.get("theme")
        return chosen if chosen in ("light", "dark") else None

    @property
    def languages(self) -> list[tuple[str, str]]:
        """The languages of the portal: code, and its own name."""
        return own_names()

    def may(self, permission: str | None, context: Any = None) -> bool:
        """Say whether the reader has a permission here (or on another resource)."""
        if permission is None:
            return True
        context = self.context if context is None else context
        if context is None and getattr(self.request, "context", None) is None:
            # The address could not be read: no place was found yet.
            return False
        return bool(self.request.has_permission(permission, context))

    @reify
    def crumbs(self) -> list[Link]:
        """The nodes above the page, the root first, as far as the reader may see them."""
        if not hasattr(self.context, "__parent__"):
            return []
        places = [place for place in reversed(list(lineage(self.context))) if self._shows(place)]
        return [
            Link(
                getattr(place, "short_title", "") or title_of(place) or self._unnamed(place),
                self.request.resource_path(place),
                current=place is self.context,
            )
            for place in places
        ]

    def _unnamed(self, place: Any) -> Any:
        """Return what a node without a title is called: the page shown of it names it."""
        return self.title if place is self.context and place.__parent__ else _("Home")

    def _shows(self, place: Any) -> bool:
        if IPassage.providedBy(place) or not hasattr(place, "title"):
            return False
        if place.__parent__ is None or place is self.context:
            return True
        noun = getattr(place, "noun", None)
        return noun is not None and self.may(f"{noun}:view", place)

    @reify
    def tabs(self) -> list[Link]:
        """The views of this node that the reader may open."""
        fitting = [
            tab
            for tab in offers(self.request.registry).tabs
            if fits(tab.context, self.context) and self.may(tab.permission)
        ]
        here = getattr(self.request, "view_name", "")
        return [
            Link(
                tab.title,
                self.request.resource_path(self.context, *([tab.name] if tab.name else [])),
                current=here == tab.name or here in tab.covers,
                name=tab.name,
            )
            for tab in sorted(fitting, key=lambda tab: tab.order)
        ]

    @reify
    def menu(self) -> list[Link]:
        """The main menu for this reader."""
        root = getattr(self.request, "root", None)
        links = []
        for entry in sorted(offers(self.request.registry).menu, key=lambda entry: entry.order):
            if not self.may(entry.permission, root):
                continue
            url = entry.address(self.request) if callable(entry.address) else entry.address
            if url is not None:
                links.append(Link(entry.title, url, self._within(url), entry.icon))
        return links

    def _within(self, url: str) -> bool:
        path, place = self.request.path.rstrip("/"), url.rstrip("/")
        return path == place or (bool(place) and path.startswith(f"{place}/"))

    def sections(self, place: str = "main", context: Any = None) -> list[Markup]:
        """Return the pieces of page that higher packages offer for this place, rendered.

        context: another resource that the page shows as well, when the pieces are about that.
        """
        context = self.context if context is None else context
        fitting = [
            section
            for section in offers(self.request.registry).sections
            if section.place == place
            and fits(section.context, context)
            and self.may(section.permission, context)
        ]
        ordered = sorted(fitting, key=lambda section: section.order)
        rendered = (self._render(section.name, context) for section in ordered)
        return [piece for piece in rendered if piece]

    def _render(self, view_name: str, context: Any) -> Markup:
        try:
            body = render_view(context, self.request, view_name)
        except (HTTPForbidden, HTTPNotFound):
            return Markup("")
        return Markup((body or b"").decode("utf-8"))
