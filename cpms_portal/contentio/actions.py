"""Bring a database up: the root, its containers, its content. Doing it twice changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import transaction
from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from pyramid.registry import Registry

from cpms_portal.contentio.exporting import remember
from cpms_portal.contentio.registration import importers
from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.settings import setting
from cpms_portal.core.substance import ROOT_KEY, mark_evolved
from cpms_portal.search.actions import add_catalog
from cpms_portal.security.sessions import STORE
from cpms_portal.workflow.actions import begin

#: Under this key the root of the database keeps the digests of what was imported.
DIGESTS = "content_digests"


def bring_up(registry: Registry, connection: Any) -> bool:
    """Make the tree and import the content where they are missing; True when something was done."""
    top = connection.root()
    digest = content_digest(registry)
    if ROOT_KEY in top and top[DIGESTS].get("content") == digest:
        return False
    actor = system_actor(registry)
    if ROOT_KEY not in top:
        _make_root(top, registry, actor)
    root = top[ROOT_KEY]
    for make in registry.cpms_bringing_up:
        make(root, actor)
    transaction.commit()
    import_content(root, actor)
    remember(top, root, Path(setting(registry, "cpms.content")), actor)
    top[DIGESTS]["content"] = digest
    transaction.commit()
    return True


def _make_root(top: Any, registry: Registry, actor: Actor) -> None:
    root = registry.content.create("Root", "CPMS", actor.now)
    top[ROOT_KEY] = root
    top[STORE] = OOBTree()
    top[DIGESTS] = PersistentMapping()
    transaction.savepoint()
    add_catalog(root, registry)
    begin(root, actor)
    mark_evolved(root, registry)


def import_content(root: Any, actor: Actor, folder: Path | None = None) -> int:
    """Run every importer that belongs to this site; return how many objects were made.

    folder: other than that of the settings.
    """
    registry = actor.registry
    folder = folder or Path(setting(registry, "cpms.content"))
    training = setting(registry, "cpms.site") == "training"
    made = 0
    for _name, importer, for_training in importers(registry):
        if training or not for_training:
            made += importer(root, folder, actor)
            transaction.commit()
    return made


def content_digest(registry: Registry) -> str:
    """Return a digest of all content files and of the site, to see whether they changed."""
    folder = Path(setting(registry, "cpms.content"))
    found = hashlib.sha256(setting(registry, "cpms.site").encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".yaml", ".md"}:
            found.update(str(path.relative_to(folder)).encode())
            found.update(path.read_bytes())
    return found.hexdigest()
