"""What a node holds, in the management interface: a plain listing that changes nothing.

Substance D's own lists through catalogs the portal does not keep, and can move, rename and
remove past workflows and the audit trail. What the administrator may not manage is left out:
patients and everything below them.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from substanced.interfaces import IFolder
from substanced.util import get_oid

SEE = "sdi.view"
MOST = 1000


def contents(context: Any, request: Request) -> dict[str, Any]:
    """List what is in a node, as far as this administrator may manage it."""
    children = (child for child in context.values() if request.has_permission(SEE, child))
    return {
        "rows": [_row(child, request) for child in islice(children, MOST)],
        "kind": request.registry.content.typeof(context),
        "oid": get_oid(context, None),
    }


def _row(child: Any, request: Request) -> dict[str, Any]:
    return {
        "name": child.__name__,
        "title": getattr(child, "title", ""),
        "kind": request.registry.content.typeof(child),
        "oid": get_oid(child, None),
        "url": request.sdiapi.mgmt_path(child),
    }


def includeme(config: Configurator) -> None:
    """Register the listing."""
    config.add_mgmt_view(
        contents,
        context=IFolder,
        name="contents",
        tab_title="Contents",
        permission=SEE,
        request_method="GET",
        renderer="cpms_portal.core:templates/contents.pt",
    )
