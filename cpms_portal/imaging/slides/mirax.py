"""3DHISTECH's MRXS: a folder of files whose camera images overlap.

Only OpenSlide knows how to join them, and it wants files. They are given to it in the memory
of this process, so that nothing lies open on the disk; what it shows is kept as tiles.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import openslide
from PIL import Image

from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.decoding import jpeg_of
from cpms_portal.imaging.slides.drawing import TILE, completed
from cpms_portal.imaging.slides.layers import Form
from cpms_portal.imaging.slides.writing import Plan

#: The camera images are coded again, once, because they overlap: better than usual.
QUALITY = 92
#: The most bytes of one slide that are held in memory while it is joined.
MOST_IN_MEMORY = 2 * 1024**3
_LARGEST_WORDS = 1 << 20
_VERSION = re.compile(rb"\d\d\.\d\d")
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}\.dat")
_PIECE = 4 * 1024 * 1024


@dataclass(frozen=True)
class Words:
    """What Slidedat.ini says. files: the names of the data files, in order."""

    slide_id: str
    index: str
    files: tuple[str, ...]


def begins_words(head: bytes) -> bool:
    """Say whether a file begins like Slidedat.ini."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"[GENERAL]")


def words_of(raw: bytes) -> Words:
    """Return what Slidedat.ini says; RefusedError when it says too little."""
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(raw[:_LARGEST_WORDS].decode("utf-8-sig", "replace"))
        count = int(parser["DATAFILE"]["FILE_COUNT"])
        names = tuple(parser["DATAFILE"][f"FILE_{number}"] for number in range(min(count, 1000)))
        found = Words(parser["GENERAL"]["SLIDE_ID"], parser["HIERARCHICAL"]["INDEXFILE"], names)
    except (ConfigError, KeyError, ValueError) as error:
        raise RefusedError("slide_damaged") from error
    if not found.slide_id or not all(map(_NAME.fullmatch, (found.index, *found.files))):
        raise RefusedError("slide_damaged")
    return found


def part_of(head: bytes, words: Words) -> str:
    """Return the name of the file that begins so: the index or a data file; empty for others."""
    own = words.slide_id.encode()
    if not _VERSION.match(head) or head[5 : 5 + len(own)] != own:
        return ""
    # Data files go on with their number in three digits, then with padding.
    number = head[5 + len(own) : 8 + len(own)]
    if number.isdigit() and len(head) >= 264 + len(own):
        return words.files[int(number)] if int(number) < len(words.files) else ""
    return words.index


def _in_memory(stream: BinaryIO) -> int:
    descriptor = os.memfd_create("slide")
    while piece := stream.read(_PIECE):
        view = memoryview(piece)
        while view:
            view = view[os.write(descriptor, view) :]
    return descriptor


@contextlib.contextmanager
def opened(files: dict[str, BinaryIO], staging: Path) -> Iterator[Any]:
    """Open a slide with OpenSlide; its folder holds links into the memory of this process."""
    descriptors: list[int] = []
    with tempfile.TemporaryDirectory(dir=staging) as folder, contextlib.ExitStack() as stack:
        inside = Path(folder) / "slide"
        inside.mkdir()

        def link(path: Path, stream: BinaryIO) -> None:
            descriptors.append(_in_memory(stream))
            stack.callback(os.close, descriptors[-1])
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptors[-1]}")

        link(Path(folder) / "slide.mrxs", io.BytesIO(b""))
        for name, stream in files.items():
            link(inside / name, stream)
        try:
            with openslide.OpenSlide(str(Path(folder) / "slide.mrxs")) as slide:
                yield slide
        except (openslide.OpenSlideError, OSError, ValueError, KeyError) as error:
            raise RefusedError("slide_damaged") from error


class JoinedLayer:
    """The largest level, joined by OpenSlide; what was never scanned stays out."""

    def __init__(self, slide: Any) -> None:
        self._slide = slide
        said = slide.properties
        self._left = int(said.get("openslide.bounds-x", 0))
        self._top = int(said.get("openslide.bounds-y", 0))
        width = int(said.get("openslide.bounds-width", slide.dimensions[0]))
        height = int(said.get("openslide.bounds-height", slide.dimensions[1]))
        self.form = Form(width, height, TILE, TILE)
        self.form.check()

    def same_as(self, number: int) -> Any:
        """Say that no tiles share their bytes."""
        return None

    def tile(self, number: int) -> bytes:
        """Return a tile; empty when nothing of it was scanned."""
        row, column = divmod(number, self.form.columns)
        place = (self._left + column * TILE, self._top + row * TILE)
        found = self._slide.read_region(place, 0, (TILE, TILE))
        alpha = found.getchannel("A")
        if not alpha.getbbox():
            return b""
        ground = Image.new("RGB", found.size, "white")
        ground.paste(found, mask=alpha)
        return jpeg_of(ground, QUALITY)


def plan_of_slide(slide: Any) -> Plan:
    """Return what is to be stored of an opened slide."""
    said = slide.properties
    across, down = (_measure(said.get(f"openslide.mpp-{axis}"), 100) for axis in "xy")
    pixel = (across, down) if across and down else (0.0, 0.0)
    power = _measure(said.get("openslide.objective-power"), 400)
    return Plan(completed([JoinedLayer(slide)]), pixel, power)


def _measure(text: str | None, most: float) -> float:
    try:
        value = float(text or 0)
    except ValueError:
        return 0.0
    return round(value, 4) if 0.01 < value < most else 0.0
