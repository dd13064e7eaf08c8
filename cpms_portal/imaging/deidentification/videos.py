"""Video inside DICOM (PS3.5 sections 8.2.5 to 8.2.9): its pictures are kept, everything else goes.

The coded pictures are copied bit for bit. Sound, subtitles, tags, and what encoders and machines
write between the pictures (user data, supplemental information, time codes) are left out.
"""

from __future__ import annotations

from collections import Counter

from cpms_portal.imaging.deidentification.cleaning import Cleaner
from cpms_portal.imaging.deidentification.documents.media import copied
from cpms_portal.imaging.deidentification.elements import PIXEL_DATA, Dataset, Element
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.syntaxes import VIDEO

_LARGEST = 0xFFFFFFFE
#: Last part of the transfer syntax, without a mark of fragments → how the pictures are coded.
_CODINGS = {**dict.fromkeys(("100", "101"), "mpeg2"), **dict.fromkeys(("107", "108"), "hevc")}
#: The units of a stream that pictures are made of (ISO/IEC 13818-2 table 6-1 without user data
#: and groups; ITU-T H.264 table 7-1, H.265 table 7-1 without supplemental information).
_NEEDED = {"mpeg2": "0-175|179|181|183", "h264": "1-5|7-9|13-15|19|20", "hevc": "0-9|16-21|32-36"}
#: What is written: a bare stream for MPEG-2, else a file that browsers play from its beginning.
_WRITES = {"mpeg2": "mpeg2video", "h264": "mp4", "hevc": "mp4"}
_MEDIA_TYPES = {"mpeg2": "video/mpeg", "h264": "video/mp4", "hevc": "video/mp4"}


def coding_of(syntax: str) -> str:
    """Return how the pictures of a video are coded: mpeg2, h264, hevc; empty for no video."""
    if syntax not in VIDEO:
        return ""
    return _CODINGS.get(syntax.removesuffix(".1").rpartition(".")[2], "h264")


def media_type_of(syntax: str) -> str:
    """Return the media type under which a stored video is answered."""
    return _MEDIA_TYPES[coding_of(syntax)]


def video_of(dataset: Dataset) -> bytes:
    """Return the video of a data set; empty when it has none."""
    pixels = dataset.find(PIXEL_DATA)
    if pixels is None or not pixels.fragments:
        return b""
    return b"".join(bytes(pixels.source[start:end]) for start, end in pixels.fragments[1:])


def _demuxer(content: bytes, coding: str) -> str:
    """Return what reads a video, from its first bytes; WithheldError when nothing known does.

    Bare streams of H.264 and HEVC say no times, and the standard wants MP4 or MPEG-TS.
    """
    if content[4:8] == b"ftyp":
        return "mov"
    if content[:1] == b"\x47" and content[188:189] in (b"\x47", b""):
        return "mpegts"
    if content[:4] == b"\0\0\1\xba":
        return "mpeg"
    if content[:3] == b"\0\0\1" and coding == "mpeg2":
        return "mpegvideo"
    raise WithheldError("video")


def _pictures_of(content: bytes, coding: str, counts: Counter[str]) -> bytes:
    reads, options = _demuxer(content, coding), ["-map", "0:V:0"]
    needed = f"filter_units=pass_types={_NEEDED[coding]}"
    if reads == "mov" and coding == "hevc":
        # The header of such a file keeps supplemental information; a transport stream has none.
        options += ["-bsf:v", f"hevc_mp4toannexb,{needed}"]
        content, reads = copied(content, (reads, "mpegts"), options, counts), "mpegts"
        options = ["-map", "0:V:0"]
    options += ["-bsf:v", needed]
    if _WRITES[coding] == "mp4":
        options += ["-movflags", "+faststart"]
    return copied(content, (reads, _WRITES[coding]), options, counts)


def clean_video(element: Element, dataset: Dataset, syntax: str, cleaner: Cleaner) -> bytes:
    """Return the video of a data set with its pictures only.

    WithheldError when it cannot be made safe, or somebody is still named in it.
    """
    if len(element.fragments or ()) < 2:
        raise RefusedError("damaged")
    content, coding = video_of(dataset), coding_of(syntax)
    try:
        made = _pictures_of(content, coding, cleaner.counts)
    except WithheldError:
        raise
    except RefusedError as error:
        raise WithheldError("video") from error
    if len(made) > _LARGEST:
        raise RefusedError("too_large")
    if cleaner.finder.in_bytes(made):
        raise WithheldError("names_patient")
    return made
