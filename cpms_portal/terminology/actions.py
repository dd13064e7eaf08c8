"""Fill the store of terms: with what is brought along, and with files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.settings import setting
from cpms_portal.terminology.interfaces import Release
from cpms_portal.terminology.resources import Terms
from cpms_portal.terminology.sources import brought_along, read_terms
from cpms_portal.terminology.store import TermStore


def store_of(registry: Registry) -> TermStore:
    """Return the store of this portal, which may have no file yet."""
    store: TermStore | None = getattr(registry, "cpms_terms", None)
    if store is None:
        chosen = setting(registry, "cpms.terminology.path")
        path = Path(chosen) if chosen else Path(setting(registry, "cpms.var")) / "terms.sqlite"
        store = registry.cpms_terms = TermStore(path)
    return store


def filled_store(registry: Registry) -> TermStore:
    """Return the store; when there is no file it is filled first, which takes seconds."""
    store = store_of(registry)
    if not store.exists():
        with store.filling():
            if not store.exists():
                store.fill(brought_along())
    return store


def load_terms(registry: Registry, path: Path, version: str = "") -> list[Release]:
    """Load a file beside what there is and return what it held; nothing of a bad file is kept."""
    releases = read_terms(path, version)
    store = filled_store(registry)
    with store.filling():
        store.fill(releases)
    return releases


def bring_up(root: Any, actor: Actor) -> None:
    """Give a new database its place for terms, and fill the store."""
    if "terms" not in root:
        root.add("terms", Terms("Coded terms", actor.now))
    filled_store(actor.registry)
