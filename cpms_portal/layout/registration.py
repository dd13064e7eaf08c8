"""What higher packages offer to pages: tabs, sections, menu entries, kept on the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry
from zope.interface.interfaces import IInterface

Address = str | Callable[[Any], str | None]


@dataclass(frozen=True)
class Tab:
    """A view of a node that is shown as a tab of that node."""

    context: Any
    name: str
    title: str
    order: int
    permission: str | None
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A view that is rendered as a piece of another package's page."""

    context: Any
    name: str
    order: int
    permission: str | None
    place: str


@dataclass(frozen=True)
class MenuEntry:
    """A line of the main menu; ``address`` is a path or a callable (request) -> address or None."""

    title: str
    address: Address
    order: int
    permission: str | None
    icon: str


@dataclass
class Offers:
    """Everything offered so far."""

    tabs: list[Tab] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    menu: list[MenuEntry] = field(default_factory=list)


def offers(registry: Registry) -> Offers:
    """Return what the packages have offered to pages."""
    return registry.cpms_layout_offers


def fits(wanted: Any, context: Any) -> bool:
    """Say whether a context is of a class or provides an interface."""
    if isinstance(wanted, type):
        return isinstance(context, wanted)
    return IInterface.providedBy(wanted) and bool(wanted.providedBy(context))


def add_tab(
    config: Configurator,
    context: Any,
    name: str,
    title: str,
    *,
    order: int = 100,
    permission: str | None = None,
    covers: tuple[str, ...] = (),
) -> None:
    """Directive: show a view of a node as a tab.

    context: class or interface. covers: names of further views that belong under this tab.
    """
    tab = Tab(config.maybe_dotted(context), name, title, order, permission, tuple(covers))
    tabs = offers(config.registry).tabs
    config.action(("cpms tab", tab.context, name), tabs.append, (tab,))


def add_section(
    config: Configurator,
    context: Any,
    view_name: str,
    *,
    order: int = 100,
    permission: str | None = None,
    place: str = "main",
) -> None:
    """Directive: offer the view ``view_name`` as a piece of the pages of ``context``.

    place: ``main`` or ``aside``; a page may name places of its own.
    """
    section = Section(config.maybe_dotted(context), view_name, order, permission, place)
    sections = offers(config.registry).sections
    config.action(("cpms section", section.context, view_name), sections.append, (section,))


def add_menu_entry(
    config: Configurator,
    title: str,
    address: Address,
    *,
    order: int = 100,
    permission: str | None = None,
    icon: str = "",
) -> None:
    """Directive: put a line into the main menu of every page."""
    entry = MenuEntry(title, address, order, permission, icon)
    menu = offers(config.registry).menu
    config.action(("cpms menu", str(title)), menu.append, (entry,))


def includeme(config: Configurator) -> None:
    """Offer the directives."""
    config.registry.cpms_layout_offers = Offers()
    config.registry.cpms_layout_templates = {}
    config.add_directive("add_tab", add_tab)
    config.add_directive("add_section", add_section)
    config.add_directive("add_menu_entry", add_menu_entry)
