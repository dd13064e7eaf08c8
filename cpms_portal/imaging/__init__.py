"""Imaging: DICOM studies, de-identified on arrival and seen in the browser.

Its words are those of DICOM: Study, Series, Instance, Modality, SOP Class, UID. A study
belongs to a holder (a patient); what cannot be made safe is withheld with a reason.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Declare settings, offer ``add_study_holder``, register content and pages."""
    config.add_setting("cpms.imaging.workers", int, 2, "processes that de-identify uploads")
    config.add_setting(
        "cpms.imaging.largest_unpacked", int, 8 * 1024**3, "most bytes a ZIP may unpack to"
    )
    config.add_setting(
        "cpms.imaging.held_days", int, 14, "images to look at are destroyed after so many days"
    )
    config.include(".frames.htj2k")
    config.include(".ingest.holders")
    config.scan(".resources")
    config.scan(".held.resources")
    config.include(".views")
