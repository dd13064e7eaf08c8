"""Studies and their series. Slices are not objects: a series keeps them in sealed packs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from persistent import Persistent
from persistent.mapping import PersistentMapping
from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Container, Content, content_type
from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.storage.blobs import SealedBlob

#: The name of the container below a holder.
STUDIES = "studies"


class Series(Persistent):
    """A series of a study. ``sealed`` holds its index: what is known of each instance.

    packs: in the order they came; late slices add one. metadata: for each pack, its instances
    as DICOM JSON. count: instances that can be read. faceless: somebody who looked said that
    no face can be drawn from its slices of a head.
    """

    faceless: bool = False
    metadata: tuple[SealedBlob, ...] = ()

    def __init__(self, series_id: str, modality: str) -> None:
        self.series_id = series_id
        self.modality = modality
        self.count = 0
        self.packs: tuple[SealedBlob, ...] = ()
        self.sealed = b""

    @property
    def field(self) -> str:
        """The name its index is sealed under."""
        return f"series/{self.series_id}"


@content_type("Slide")
@implementer(IAnnotated)
class Slide(Content):
    """A whole slide, tiles in sealed files. Its container is that of the studies.

    packs: the last one holds what says where tiles lie; the tiles of a DICOM slide stay in the
    pack of their series. sealed: the levels, and the size of a pixel. version: stands in the
    addresses of tiles, which browsers keep. study: the name of the study of a DICOM slide.
    """

    noun = "slide"
    title: str = _("Slide")
    annotation_form = "geojson"

    study: str = ""

    def __init__(
        self, key_id: str, packs: tuple[SealedBlob, ...], created: datetime | None = None
    ) -> None:
        self.created = created
        self.key_id = key_id
        self.packs = packs
        self.sealed = b""
        self.version = ""

    @property
    def size(self) -> int:
        """How many bytes are stored."""
        return sum(pack.size for pack in self.packs)

    def index_facets(self) -> dict[str, Any]:
        """Slides are found by modality: SM, slide microscopy (PS3.3 C.7.3.1.1.1)."""
        return {"modality": ["SM"]}


@content_type("Studies")
class Studies(Container):
    """The studies of one holder."""

    noun = "studies"


@content_type("Study")
@implementer(IAnnotated)
class Study(Content):
    """A DICOM study. study_uid: the mapped UID, which says nothing without the key.

    about: sealed description and date (moved). series: by an id that never changes.
    reports: sealed; what became of each upload. face: whether a face may be recognised, as
    answered ("asked" when it is a head and nobody answered yet); face_by and face_at: by whom.
    """

    noun = "study"
    reports: bytes = b""
    face: str = ""
    face_by: str = ""
    face_at: datetime | None = None
    annotation_form = "sr"

    def __init__(self, study_uid: str, key_id: str, created: datetime | None = None) -> None:
        super().__init__("", created)
        self.study_uid = study_uid
        self.key_id = key_id
        self.about = b""
        self.series: PersistentMapping[str, Series] = PersistentMapping()

    @property
    def modalities(self) -> list[str]:
        """The modalities of its series, each once."""
        return sorted({series.modality for series in self.series.values() if series.modality})

    @property
    def count(self) -> int:
        """How many instances it has."""
        return sum(series.count for series in self.series.values())

    @property
    def size(self) -> int:
        """How many bytes its packs hold."""
        return sum(pack.size for series in self.series.values() for pack in series.packs)

    def index_facets(self) -> dict[str, Any]:
        """Studies are found by modality."""
        return {"modality": self.modalities}
