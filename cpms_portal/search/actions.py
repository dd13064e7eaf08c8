"""Keep the catalog true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyramid.registry import Registry
from substanced.util import find_objectmap, get_oid

from cpms_portal.core.resources import Content, root_of
from cpms_portal.search.indexes import CATALOG

#: Nouns some page lists. Everything else stays out: an index nobody reads costs every writer.
LISTED = frozenset(
    {
        "comment",
        "consent_form",
        "contribution",
        "country",
        "document",
        "held_document",
        "held_series",
        "information_request",
        "institution",
        "invitation",
        "membership",
        "delegation",
        "emergency_access",
        "network",
        "page",
        "panel",
        "patient",
        "person",
        "slide",
        "study",
        "ticket",
    }
)


def is_listed(resource: Any) -> bool:
    """Say whether the catalog keeps a resource: it is content of a listed noun with an oid."""
    return (
        isinstance(resource, Content)
        and resource.noun in LISTED
        and get_oid(resource, None) is not None
        and find_objectmap(resource) is not None
    )


def catalog_of(anywhere: Any) -> Any:
    """Return the portal's catalog, or None before it is there."""
    catalogs = root_of(anywhere).get("catalogs")
    return None if catalogs is None else catalogs.get(CATALOG)


def reindex(resource: Any) -> None:
    """Read a resource into the catalog again."""
    catalog = catalog_of(resource)
    if catalog is not None:
        catalog.reindex_resource(resource)


def forget(anywhere: Any, oids: Iterable[int]) -> None:
    """Take oids out of the catalog."""
    catalog = catalog_of(anywhere)
    if catalog is not None:
        for oid in oids:
            if oid in catalog.objectids:
                catalog.unindex_resource(oid)


def add_catalog(root: Any, registry: Registry) -> None:
    """Make the catalogs service with the portal's catalog, when it is missing."""
    if "catalogs" not in root:
        catalogs = registry.content.create("Catalogs")
        root.add_service("catalogs", catalogs, registry=registry)
    if CATALOG not in root["catalogs"]:
        catalog = registry.content.create("Catalog")
        root["catalogs"].add(CATALOG, catalog, registry=registry)
        catalog.update_indexes(registry=registry)
