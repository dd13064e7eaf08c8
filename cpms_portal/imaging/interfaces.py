"""What imaging asks of whoever holds studies."""

from __future__ import annotations

from zope.interface import Attribute, Interface


class IStudyHolder(Interface):
    """A container that may hold studies: a patient, as imaging sees one.

    A higher package says ``config.add_study_holder(class, known_identity)``.
    """

    key_id = Attribute("id of the data key everything of this holder is sealed with")


class IAnnotated(Interface):
    """What somebody may draw on: a study, a slide. It stands below a holder of studies."""

    annotation_form = Attribute("the standard a drawing is kept in: ``sr`` (DICOM) or ``geojson``")
