"""The pages of panels."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _
from cpms_portal.networks.resources import Network
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission


def includeme(config: Configurator) -> None:
    """Register the pages, the tabs of a panel and what other pages show of panels."""
    config.scan("cpms_portal.panels.views")
    tabs = (
        ("", _("Overview"), Permission.PANEL_VIEW, ("edit", "step", "assign-lead")),
        ("case", _("Case"), Permission.RECORD_VIEW, ()),
        ("advice", _("Contributions"), Permission.CONTRIBUTION_VIEW, ("ask-information",)),
        ("outcome", _("Outcome"), Permission.OUTCOME_VIEW, ("edit-outcome",)),
        ("members", _("Members"), Permission.PANEL_VIEW, ("invite",)),
    )
    for number, (name, title, permission, covers) in enumerate(tabs):
        config.add_tab(Panel, name, title, order=10 * number, permission=permission, covers=covers)
    config.add_tab(
        Network, "assistance", _("Assistance"), order=60, permission=Permission.NETWORK_COORDINATE
    )
    config.add_section(Patient, "patient-panels", order=20, permission=Permission.PATIENT_VIEW)
