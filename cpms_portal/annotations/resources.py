"""An annotation stands below its panel and is sealed with the patient's key."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from pyramid.registry import Registry
from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Container, content_type
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.panels.resources import Part

#: The name of the container below a panel.
ANNOTATIONS = "annotations"


@content_type("Annotations")
@implementer(IPassage)
class Annotations(Container):
    """The annotations of a panel."""

    noun = "annotations"


@content_type("Annotation")
class Annotation(Part):
    """Something drawn on a study or slide. sealed: document (base64), view.

    target: oid of what it is drawn on. form: ``sr`` or ``geojson``. cited_by: oid of the
    contribution that shows it, 0 for none. edited: when the author last changed it, or None.
    """

    noun = "annotation"
    title: str = _("Annotation")
    edited: datetime | None = None
    cited_by: int = 0

    def __init__(self, person: int, round_: int, created: datetime, *, target: Any) -> None:
        super().__init__(person, round_, created)
        self.target: int = target.__oid__
        self.form: str = target.annotation_form

    def keep_document(self, registry: Registry, document: bytes) -> None:
        """Keep the standard object, sealed."""
        self.keep(registry, "document", base64.b64encode(document).decode("ascii"))

    def document(self, registry: Registry) -> bytes:
        """Return the standard object: a DICOM file or GeoJSON."""
        return base64.b64decode(self.read(registry, "document"))

    def index_facets(self) -> dict[str, Any]:
        """Annotations are found by their author and by what they are drawn on."""
        return {"author": self.person, "target": self.target}
