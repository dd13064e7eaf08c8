"""Transfer syntaxes as clients ask for them: what lies here, and what can be made of it."""

from __future__ import annotations

from pydicom.encaps import get_frame

from cpms_portal.dicomweb.wire.accepting import NotAcceptableError, Offer
from cpms_portal.imaging.deidentification.elements import PIXEL_DATA
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.syntaxes import EXPLICIT, JPEG, JPEG_2000, NATIVE, RLE
from cpms_portal.imaging.ingest.facts import Facts

DICOM, OCTETS = "application/dicom", "application/octet-stream"
#: PS3.18 table 8.7.3-5.
_MEDIA = (
    {RLE: "image/dicom-rle"}
    | {syntax: "image/jpeg" for syntax in JPEG}
    | {JPEG[-2]: "image/jls", JPEG[-1]: "image/jls"}
    | {syntax: "image/jp2" for syntax in JPEG_2000[:2]}
    | {syntax: "image/jpx" for syntax in JPEG_2000[2:4]}
    | {syntax: "image/jphc" for syntax in JPEG_2000[4:]}
)


def instance_offers(syntaxes: set[str]) -> list[Offer]:
    """Return in which forms whole instances can be sent."""
    stored = [Offer(DICOM, syntax) for syntax in syntaxes if len(syntaxes) == 1]
    mixed = [] if stored else [Offer(DICOM, "")]
    return [*stored, *mixed, Offer(DICOM, EXPLICIT, stored=False)]


def frame_offers(syntax: str) -> list[Offer]:
    """Return in which forms frames of an instance can be sent: as they lie here, or decoded."""
    plain = Offer(OCTETS, EXPLICIT, stored=syntax in NATIVE)
    return [plain] if syntax in NATIVE else [Offer(_MEDIA.get(syntax, OCTETS), syntax), plain]


def stored_frame(content: bytes, facts: Facts, number: int) -> bytes:
    """Return a frame of compressed pixels as it lies in an instance."""
    pixels = read_file(content).dataset.find(PIXEL_DATA)
    if pixels is None or pixels.fragments is None:
        raise NotAcceptableError
    frames = max(facts.get("frames") or 1, 1)
    fragments = pixels.fragments[1:]
    if frames == 1:
        return b"".join(content[start:end] for start, end in fragments)
    if len(fragments) == frames:
        start, end = fragments[number]
        return content[start:end]
    try:
        return get_frame(content[pixels.value : pixels.end], number, number_of_frames=frames)
    except ValueError as error:
        raise NotAcceptableError from error
