"""What readers and those who look after a library are told of comments."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _

NOTICES = {
    "comment.added": _("A comment in a library waits for you to look at it."),
    "comment.show": _("Your comment in a library is shown now."),
}


def includeme(config: Configurator) -> None:
    """Register the texts of notices."""
    for key, text in NOTICES.items():
        config.add_notice_text(key, text)
