"""Make libraries: the portal's own in a new database, and one for each network."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.resources import Library
from cpms_portal.core.actor import Actor
from cpms_portal.networks.queries import networks_of
from cpms_portal.workflow.actions import begin


def bring_up(root: Any, actor: Actor) -> None:
    """Make the library of the portal in a new database."""
    if "library" not in root:
        add_library(root, actor)


def add_library(above: Any, actor: Actor) -> Library:
    """Make the library of the portal or of a network."""
    library = Library("Library", actor.now)
    above.add("library", library)
    begin(library, actor)
    return library


def add_network_libraries(root: Any, actor: Actor) -> int:
    """Give every network that has none its library; return how many were made."""
    bare = [network for network in networks_of(root) if "library" not in network]
    for network in bare:
        add_library(network, actor)
    return len(bare)
