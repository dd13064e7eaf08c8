"""What can be found: packages say how their resources read; clinical ones are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from pyramid.config import Configurator
from pyramid.location import lineage
from pyramid.registry import Registry

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.security.acl import principals_allowed

#: Below these nothing is ever found by its text.
NEVER = frozenset({"patient", "panel"})


@dataclass(frozen=True)
class FileText:
    """A file whose words are found as well. digest: of its content; open: its content."""

    digest: str
    media_type: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class Passage:
    """What one hit shows: a text in one language. anchor: of a part of its page.

    file: its words are found as well. also: more words it is found by.
    """

    language: str
    title: str
    text: str
    anchor: str = ""
    file: FileText | None = None
    also: str = ""


@dataclass(frozen=True)
class Reading:
    """A resource as full text search knows it.

    kind: what the facet of types says. network: oid of the network, 0 for the portal's own.
    since, until: outside of this time only insiders find it. insiders: principals; the viewers
    are read from the stored access list. changed: for the reader, and to put the newer first.
    permission: what viewing it takes, where it is not that of its noun.
    """

    kind: str
    passages: tuple[Passage, ...]
    network: int = 0
    tags: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    insiders: tuple[str, ...] = ()
    changed: datetime | None = None
    permission: str = ""


#: read(resource) -> how it reads now, or None when nobody is to find it
Reader = Callable[[Any], Reading | None]


def add_fulltext(config: Configurator, kind: type, reader: Reader | str) -> None:
    """Directive: let resources of a class be found by their text."""
    if getattr(kind, "noun", "") in NEVER:
        raise ConfigurationRefusedError(f"{kind.__name__} is never found by its text")
    config.registry.cpms_fulltext_readers[kind] = config.maybe_dotted(reader)


def reader_of(resource: Any, registry: Registry) -> Reader | None:
    """Return how a resource is read, or None when its class is not found by text."""
    readers: dict[type, Reader] = registry.cpms_fulltext_readers
    return next((readers[kind] for kind in type(resource).__mro__ if kind in readers), None)


def reading_of(resource: Any, registry: Registry) -> Reading | None:
    """Return how a resource reads, or None; nothing at or below a patient ever does."""
    reader = reader_of(resource, registry)
    if reader is None or any(getattr(node, "noun", "") in NEVER for node in lineage(resource)):
        return None
    return reader(resource)


def viewers_of(resource: Any, reading: Reading) -> list[str]:
    """Return the principals that may view a resource, from its stored access list."""
    return principals_allowed(resource, reading.permission or f"{resource.noun}:view")


def nouns_read(registry: Registry) -> Iterable[str]:
    """Return the nouns of everything that is found by its text, each once."""
    return sorted({kind.noun for kind in registry.cpms_fulltext_readers})


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_fulltext_readers = {}
    config.add_directive("add_fulltext", add_fulltext, action_wrap=False)
