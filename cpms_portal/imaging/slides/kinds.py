"""Kinds of tiled TIFF whose pictures are told apart by the words of their maker alone.

Leica (SCN) and Philips say in XML which directory is what; of it nothing is kept but numbers.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.slides.layers import DESCRIPTION, HEIGHT, TILE_WIDTH, WIDTH
from cpms_portal.imaging.slides.tiff import Directory, TIFFFile

_LEICA = b"leica-microsystems.com/scn"
_PHILIPS = re.compile(rb"PIM_DP_|DPUfsImport")
#: Ventana, OME and Trestle: tiles that overlap, or pictures of the whole glass among levels.
_UNKNOWN = re.compile(rb"<iScan|<OME|Trestle", re.IGNORECASE)
_PACKET = 700
_SPACING = re.compile(rb'DICOM_PIXEL_SPACING"[^>]{0,200}>\s*(?:&quot;|")([\d.]{1,16})')
_LARGEST_WORDS = 4 * 1024 * 1024
#: An image of more than this part of the glass shows its label.
_WHOLE_GLASS = 0.8


def words_of(file: TIFFFile) -> bytes:
    """Return what the maker says in XML: of Leica or Philips; empty for other makers.

    WithheldError for makers whose labels cannot be told from levels.
    """
    for directory in file.directories:
        for tag in (DESCRIPTION, _PACKET):
            if _UNKNOWN.search(directory.raw(tag)):
                raise WithheldError("slide_kind")
    words = file.directories[0].raw(DESCRIPTION, _LARGEST_WORDS)
    return words if _LEICA in words or _PHILIPS.search(words) else b""


def named_levels(file: TIFFFile, words: bytes) -> list[Directory]:
    """Return the directories that can be levels, the largest first."""
    found = _of_leica(file, words) if _LEICA in words else _of_philips(file)
    if not found:
        raise RefusedError("no_slide")
    return found


def spacing_in(words: bytes) -> float:
    """Return the size of a pixel that Philips says, in micrometres; 0 when there is none."""
    found = _SPACING.search(words)
    try:
        return float(found[1]) * 1000 if found else 0.0
    except ValueError:
        return 0.0


def _of_philips(file: TIFFFile) -> list[Directory]:
    """Return the tiled directories half as wide each; padded ones are drawn anew.

    Label and macro image lie in strips or in the XML.
    """
    tiled = [one for one in file.directories if TILE_WIDTH in one]
    halves = {
        (tiled[0].number(WIDTH) / 2**power, tiled[0].number(HEIGHT) / 2**power)
        for power in range(16)
    } if tiled else set()  # fmt: skip
    return [one for one in tiled if (one.number(WIDTH), one.number(HEIGHT)) in halves]


def _of_leica(file: TIFFFile, words: bytes) -> list[Directory]:
    """Return the directories of the one image that is not of the whole glass."""
    try:
        collection = fromstring(words.rstrip(b"\0")).find("{*}collection")
        if collection is None:
            raise RefusedError("slide_damaged")
        glass = _area(collection)
        parts = [
            image
            for image in collection.findall("{*}image")
            if _area(image.find("{*}view")) < glass * _WHOLE_GLASS
        ]
        if len(parts) != 1:
            # Several pieces of tissue, each a picture of its own.
            raise WithheldError("slide_kind")
        sizes = parts[0].findall("{*}pixels/{*}dimension")
        flat = [one for one in sizes if one.get("z", "0") == "0"]
        places = [int(one.get("ifd", "")) for one in sorted(flat, key=_width, reverse=True)]
        if not all(0 <= place < len(file.directories) for place in places):
            raise RefusedError("slide_damaged")
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise RefusedError("slide_damaged") from error
    return [file.directories[place] for place in places]


def _width(element: Any) -> int:
    return int(element.get("sizeX", ""))


def _area(element: Any) -> float:
    if element is None:
        raise ValueError("no size")
    return float(_width(element)) * int(element.get("sizeY", ""))
