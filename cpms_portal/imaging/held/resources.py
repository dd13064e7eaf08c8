"""What is held: a series of images with their proposals, sealed."""

from __future__ import annotations

from datetime import datetime

from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Container, Content, content_type
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.storage.blobs import SealedBlob

#: The name of the container below a holder.
HELD_IMAGES = "held-images"
#: What the index of a held series is sealed under.
FIELD = "held"


@content_type("HeldImages")
@implementer(IPassage)
class HeldImages(Container):
    """The held series of one holder."""

    noun = "held_images"


@content_type("HeldSeries")
class HeldSeries(Content):
    """Images of one series of one upload. until: the moment they are destroyed.

    sealed: facts and proposed boxes by the number of the image; blobs: the images by number.
    """

    noun = "held_series"
    title: str = _("Images to look at")

    def __init__(self, key_id: str, until: datetime, created: datetime) -> None:
        super().__init__("", created)
        del self.title
        self.key_id = key_id
        self.until = until
        self.sealed = b""
        self.blobs: dict[str, SealedBlob] = {}
        self.owner = 0
