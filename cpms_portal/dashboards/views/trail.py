"""The audit of a centre, for its data protection officer: who, when, what; nothing clinical."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.audit.trail import Row, acted_for, trail_of
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.networks.resources import Institution
from cpms_portal.security.permissions import Permission

SHOWN = 50


def audit_page(context: Institution, request: Request) -> dict[str, Any]:
    """Show the rows of the trail about this centre, newest first."""
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 16 else None
    rows = trail_of(request.registry).rows("institution", oid_of(context), SHOWN + 1, before=before)
    shown = rows[:SHOWN]
    people: dict[int, Any] = {}
    for row in shown:
        for oid in (row.entry.who, acted_for(row.entry)):
            if oid not in people:
                people[oid] = _name(context, oid)
    return {
        "title": _("Audit"),
        "rows": [_line(context, row, people) for row in shown],
        "older": shown[-1].number if len(rows) > SHOWN else None,
        "before": before,
    }


def _name(anywhere: Any, oid: int) -> Any:
    if not oid:
        return _("The portal")
    person = resource_of(anywhere, oid)
    return _("Somebody who left") if person is None else person.title


def _line(anywhere: Any, row: Row, people: dict[int, Any]) -> dict[str, Any]:
    """Return a row without anything clinical: patients by their random ids only."""
    entry = row.entry
    patient = resource_of(anywhere, entry.patient) if entry.patient else None
    return {
        "number": row.number,
        "at": entry.at,
        "who": people[entry.who],
        "for": people[acted_for(entry)] if acted_for(entry) else "",
        "what": entry.action,
        "noun": entry.noun,
        "patient": "" if patient is None else patient.__name__,
    }


def includeme(config: Configurator) -> None:
    """Register the page and its tab."""
    config.add_view(
        audit_page,
        context=Institution,
        name="audit",
        permission=Permission.AUDIT_VIEW,
        request_method="GET",
        renderer="cpms_portal.dashboards:templates/audit.pt",
    )
    config.add_tab(Institution, "audit", _("Audit"), order=90, permission=Permission.AUDIT_VIEW)
