"""What a disc or bundle turns out to hold: images to take in, and what is told about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.ingest.sources import BUNDLE_MARK, entry_head


class MediaRefusedError(CPMSError):
    """The file is neither a disc nor a bundle that can be read."""

    status = 422

    def __init__(self) -> None:
        super().__init__(
            _("This is no disc by IHE XDM or DICOMDIR, and no FHIR bundle, that can be read.")
        )


@dataclass
class Manifest:
    """What was found.

    images: DICOM files. documents: others that are listed, left where they are. missing: listed,
    and not there. altered: not as the list says. elsewhere: only named, to be had at another place.
    """

    images: list[bytes] = field(default_factory=list)
    documents: int = 0
    missing: int = 0
    altered: int = 0
    elsewhere: int = 0

    def bundle(self) -> Iterator[bytes]:
        """Yield the images as an upload."""
        yield BUNDLE_MARK
        for content in self.images:
            yield entry_head(len(content))
            yield content
