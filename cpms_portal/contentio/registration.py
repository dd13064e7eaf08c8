"""Importers and bringers-up, in the order the packages are included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor

#: importer(root, folder of the content, actor) -> number of objects made
Importer = Callable[[Any, Path, Actor], int]
#: exporter(root, actor) -> path within the content and the bytes of each file
Exporter = Callable[[Any, Actor], Iterator[tuple[str, bytes]]]
#: written(root, actor): remembers that what it has stands in files now
Written = Callable[[Any, Actor], None]
#: bring_up(root, actor): makes what must always be there
BringingUp = Callable[[Any, Actor], None]


def add_importer(
    config: Configurator, name: str, importer: Importer, *, training: bool = False
) -> None:
    """Directive: register an importer; ``training`` ones run on the training site only."""
    config.registry.cpms_importers.append((name, config.maybe_dotted(importer), training))


def add_exporter(
    config: Configurator, name: str, exporter: Exporter | str, written: Written | str | None = None
) -> None:
    """Directive: register what writes a package's part of ``content/``.

    written: called when all of it was written.
    """
    made = (name, config.maybe_dotted(exporter), config.maybe_dotted(written))
    config.registry.cpms_exporters.append(made)


def exporters(registry: Registry) -> list[tuple[str, Exporter, Written | None]]:
    """Return the exporters in order, each with what is called when it has written."""
    return list(registry.cpms_exporters)


def add_bringing_up(config: Configurator, bring_up: BringingUp) -> None:
    """Directive: register what makes a package's containers in a new database."""
    config.registry.cpms_bringing_up.append(config.maybe_dotted(bring_up))


def importers(registry: Registry) -> list[tuple[str, Importer, bool]]:
    """Return the importers in order: name, importer, whether for training only."""
    return list(registry.cpms_importers)


def includeme(config: Configurator) -> None:
    """Offer the directives."""
    config.registry.cpms_importers = []
    config.registry.cpms_exporters = []
    config.registry.cpms_bringing_up = []
    config.add_directive("add_importer", add_importer, action_wrap=False)
    config.add_directive("add_exporter", add_exporter, action_wrap=False)
    config.add_directive("add_bringing_up", add_bringing_up, action_wrap=False)
