"""What viewers ask and send to look together, and the bar in the viewer."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.security.permissions import Permission


def includeme(config: Configurator) -> None:
    """Register the pages and the bar."""
    config.scan("cpms_portal.presentations.views")
    config.add_section(
        IAnnotated,
        "presentation-bar",
        order=10,
        permission=Permission.STUDY_VIEW,
        place="viewer",
    )
