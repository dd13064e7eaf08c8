"""What the helpdesk says in notices, and the topics people ask about."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _

NOTICES = {
    "ticket.opened": _("A question waits at the helpdesk."),
    "ticket.asked_again": _("Somebody wrote to a question at the helpdesk."),
    "ticket.answered": _("Your question at the helpdesk was answered."),
}
#: Topic → its words. Chosen, not typed: it is the title of the ticket.
TOPICS = {
    "sign_in": _("Signing in and second factors"),
    "access": _("Access to a network"),
    "patients": _("Enrolling patients and consents"),
    "panels": _("Panels and advice"),
    "files": _("Files and images"),
    "meetings": _("Video meetings"),
    "training": _("Training and guides"),
    "other": _("Something else"),
}


def includeme(config: Configurator) -> None:
    """Register the texts of notices."""
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
