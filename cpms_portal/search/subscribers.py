"""The catalog follows the tree: what is listed is indexed when it is added, changed or removed."""

from __future__ import annotations

from typing import Any

from substanced.event import (
    subscribe_acl_modified,
    subscribe_added,
    subscribe_modified,
    subscribe_removed,
)
from substanced.util import postorder

from cpms_portal.search.actions import forget, is_listed, reindex


@subscribe_added()
def index_added(event: Any) -> None:
    """Index what was added, with everything in it that is listed."""
    for node in postorder(event.object):
        if is_listed(node):
            reindex(node)


@subscribe_modified()
def index_modified(event: Any) -> None:
    """Index again what changed."""
    if is_listed(event.object):
        reindex(event.object)


@subscribe_acl_modified()
def index_viewers(event: Any) -> None:
    """Index again who may view."""
    if is_listed(event.object):
        reindex(event.object)


@subscribe_removed()
def forget_removed(event: Any) -> None:
    """Take what was removed out of the catalog."""
    if event.moving is None:
        forget(event.parent, event.removed_oids)
