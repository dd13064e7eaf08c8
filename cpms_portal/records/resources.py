"""The record of a patient and its documents: what is kept in the open is sizes and times only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent
from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Container, Content, content_type
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.storage.blobs import SealedBlob

RECORD, DOCUMENTS, HELD_DOCUMENTS = "record", "documents", "held-documents"


class Section(Persistent):
    """One section as it was saved last. sealed: its values; version counts the savings from 1."""

    def __init__(self, sealed: bytes, version: int, *, filled: bool, at: datetime, by: str) -> None:
        self.sealed = sealed
        self.version = version
        self.filled = filled
        self.changed = at
        self.changed_by = by


class Draft(Persistent):
    """What somebody typed and did not save yet. sealed: the answers of the form."""

    def __init__(self, sealed: bytes, at: datetime) -> None:
        self.sealed = sealed
        self.at = at


@content_type("Record")
@implementer(IPassage)
class Record(Content):
    """The sections of a patient by name, and the drafts by ``oid/name``."""

    noun = "record"

    def __init__(self, title: str = "Record", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.sections: OOBTree = OOBTree()
        self.drafts: OOBTree = OOBTree()


@content_type("Documents")
@implementer(IPassage)
class Documents(Container):
    """The documents of a patient."""

    noun = "documents"


@content_type("Document")
class Document(Content):
    """An uploaded file, sealed. about: its name and kind, sealed; owner: oid of who added it."""

    noun = "document"
    #: The same for all: names of files tell too much for the history of a browser.
    title: str = _("Document")

    def __init__(self, about: bytes, blob: SealedBlob, created: datetime) -> None:
        super().__init__("", created)
        del self.title
        self.about = about
        self.blob = blob
        self.owner = 0

    @property
    def size(self) -> int:
        """The size in bytes."""
        return self.blob.size

    def index_sorts(self) -> dict[str, Any]:
        """Documents are listed by when they came."""
        return {"title": "", "created": self.created}


@content_type("HeldDocuments")
@implementer(IPassage)
class HeldDocuments(Container):
    """Documents of a patient that wait for whoever brought them to decide."""

    noun = "held_documents"


@content_type("HeldDocument")
class HeldDocument(Document):
    """A document that may name the patient: nobody opens it. until: when it is destroyed."""

    noun = "held_document"

    def __init__(self, about: bytes, blob: SealedBlob, created: datetime) -> None:
        super().__init__(about, blob, created)
        self.until = created
