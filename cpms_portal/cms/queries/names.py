"""Names of items: the last part of their address."""

from __future__ import annotations

import re
from typing import Any

from pyramid.interfaces import IRequest, IView, IViewClassifier
from pyramid.location import lineage
from pyramid.registry import Registry
from unidecode import unidecode
from zope.interface import providedBy

from cpms_portal.cms.resources import Library

LONGEST = 80
NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


def is_view(registry: Registry, place: Any, name: str) -> bool:
    """Say whether a name is that of a page of a place: an item of that name would hide it."""
    provided = (IViewClassifier, IRequest, providedBy(place))
    return registry.adapters.lookup(provided, IView, name=name) is not None


def is_name(name: str) -> bool:
    """Say whether a name can stand in an address: small letters of ASCII, figures, hyphens."""
    return len(name) <= LONGEST and NAME.fullmatch(name) is not None


def name_of(title: str) -> str:
    """Return the name that follows from a title in whatever script; never empty."""
    letters = re.sub(r"[^a-z0-9]+", "-", unidecode(title).lower()).strip("-")
    return letters[:60].strip("-") or "page"


def free_name(place: Any, wanted: str, registry: Registry) -> str:
    """Return a name nothing in a place has yet."""
    name, number = wanted, 1
    while name in place or is_view(registry, place, name):
        number += 1
        name = f"{wanted}-{number}"
    return name


def path_in_library(place: Any) -> list[str]:
    """Return the names that lead from a library to what stands in it; nothing for itself."""
    names = []
    for node in lineage(place):
        if isinstance(node, Library):
            break
        names.append(str(node.__name__))
    return names[::-1]
