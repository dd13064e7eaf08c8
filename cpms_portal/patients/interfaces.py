"""Texts of the notices of patients: they name nobody and nothing clinical."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _

NOTICES = {
    "institution.visibility": _("Who of your centre sees its patients was changed."),
    "emergency_access.opened": _("A colleague opened one of your records by break-glass."),
    "emergency_access.to_review": _("A record of your centre was opened by break-glass."),
    "emergency_access.nobody_reviews": _(
        "A record was opened by break-glass at a centre that has no data protection officer."
    ),
    "emergency_access.reviewed": _("The break-glass you used was reviewed."),
}


def includeme(config: Configurator) -> None:
    """Register the texts."""
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
