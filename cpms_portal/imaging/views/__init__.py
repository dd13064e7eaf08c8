"""The pages of studies: a holder's list, upload, a study with its viewer, frames."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.request import Request

from cpms_portal.core.i18n import _
from cpms_portal.imaging.interfaces import IStudyHolder
from cpms_portal.imaging.resources import Study
from cpms_portal.security.permissions import Permission

LARGEST_PIECE = 16 * 1024 * 1024


def includeme(config: Configurator) -> None:
    """Register the pages, the tab of a holder, and the files of the viewer."""
    # Pieces of originals stay in memory: WebOb would copy more than 10 kB to a file in the clear.
    Request.request_body_tempfile_limit = LARGEST_PIECE
    config.add_assets("imaging", "cpms_portal.imaging:static")
    config.add_tab(
        IStudyHolder,
        "studies",
        _("Images"),
        order=40,
        permission=Permission.STUDY_VIEW,
        covers=("add-study",),
    )
    config.add_section(
        Study, "deidentified", order=90, permission=Permission.STUDY_VIEW, place="viewer"
    )
    config.add_section(
        IStudyHolder, "slide-lines", permission=Permission.STUDY_VIEW, place="documents"
    )
    # Who was recorded as looking at which study in which hour.
    config.registry.cpms_frames_told = set()
    config.scan(".")
