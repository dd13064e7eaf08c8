"""Keep the catalog true."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import transaction
from pyramid.registry import Registry
from substanced.interfaces import MODE_IMMEDIATE
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


class _Waiting:
    """What one transaction changed and the catalog has not read again yet.

    All indexes read a resource in one go, when a question is asked or the transaction commits.
    """

    def __init__(self, catalog: Any) -> None:
        self.catalog = catalog
        self.oids: set[int] = set()
        self.is_expected = False

    def add(self, oid: int) -> None:
        """Read a resource again, before the commit at the latest."""
        self.oids.add(oid)
        if not self.is_expected:
            self.is_expected = True
            transaction.get().addBeforeCommitHook(self.settle)

    def settle(self) -> None:
        """Read what waits as it stands now."""
        self.is_expected = False
        objectmap = find_objectmap(self.catalog)
        while self.oids:
            oid = self.oids.pop()
            resource = objectmap.object_for(oid)
            if resource is not None:
                self.catalog.reindex_resource(resource, oid=oid, action_mode=MODE_IMMEDIATE)


def _catalog_in(anywhere: Any) -> Any:
    catalogs = root_of(anywhere).get("catalogs")
    return None if catalogs is None else catalogs.get(CATALOG)


def _waiting(catalog: Any) -> _Waiting | None:
    try:
        return cast(_Waiting, transaction.get().data(catalog))
    except KeyError:
        return None


def catalog_of(anywhere: Any) -> Any:
    """Return the portal's catalog, true to what this transaction changed; None before it is there.

    Nothing is rolled back to a savepoint in the portal: what was read for a question stays.
    """
    catalog = _catalog_in(anywhere)
    waiting = None if catalog is None else _waiting(catalog)
    if waiting is not None:
        waiting.settle()
    return catalog


def reindex(resource: Any) -> None:
    """Read a resource into the catalog again."""
    catalog = _catalog_in(resource)
    if catalog is None:
        return
    waiting = _waiting(catalog)
    if waiting is None:
        waiting = _Waiting(catalog)
        transaction.get().set_data(catalog, waiting)
    waiting.add(get_oid(resource))


def forget(anywhere: Any, oids: Iterable[int]) -> None:
    """Take oids out of the catalog."""
    catalog = _catalog_in(anywhere)
    if catalog is None:
        return
    waiting = _waiting(catalog)
    for oid in oids:
        if waiting is not None:
            waiting.oids.discard(oid)
        if oid in catalog.objectids:
            catalog.unindex_resource(oid, action_mode=MODE_IMMEDIATE)


def add_catalog(root: Any, registry: Registry) -> None:
    """Make the catalogs service with the portal's catalog, when it is missing."""
    if "catalogs" not in root:
        catalogs = registry.content.create("Catalogs")
        root.add_service("catalogs", catalogs, registry=registry)
    if CATALOG not in root["catalogs"]:
        catalog = registry.content.create("Catalog")
        root["catalogs"].add(CATALOG, catalog, registry=registry)
        catalog.update_indexes(registry=registry)
