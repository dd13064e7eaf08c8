"""A piece of the pages of patients and panels: programs, discs, the code of the patient."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.panels.resources import Panel
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


def connections(node: Any, request: Request) -> dict[str, Any]:
    """Return where images come in from elsewhere. The code is the id of the patient."""
    may_add = isinstance(node, Patient) and request.has_permission(Permission.STUDY_ADD, node)
    return {
        "code": node.__name__ if may_add else "",
        "media_url": request.resource_path(node, "import-media") if may_add else "",
        "connect_url": request.resource_path(node, "connect"),
    }


def includeme(config: Configurator) -> None:
    """Offer the piece."""
    for kind, permission in (
        (Patient, Permission.STUDY_VIEW),
        (Panel, Permission.PANEL_VIEW),
    ):
        config.add_view(
            connections,
            name="connections",
            context=kind,
            permission=permission,
            renderer="cpms_portal.dicomweb:templates/connections.pt",
        )
        config.add_section(kind, "connections", order=90, permission=permission, place="aside")
