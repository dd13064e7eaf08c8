"""What viewers ask and send, the link to a drawing, and annotations beside contributions."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.panels.resources import Contribution
from cpms_portal.security.permissions import Permission


def includeme(config: Configurator) -> None:
    """Register the pages and what other pages show of annotations."""
    config.scan("cpms_portal.annotations.views")
    config.add_section(
        IAnnotated,
        "annotation-panels",
        permission=Permission.STUDY_VIEW,
        place="viewer",
    )
    config.add_section(
        Contribution,
        "cited",
        permission=Permission.CONTRIBUTION_VIEW,
        place="contribution",
    )
