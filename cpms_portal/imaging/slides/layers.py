"""Layers: the levels of a slide that is being taken, each a row of tiles that can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from cpms_portal.imaging.deidentification.codestreams import clean_frame
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.slides.jpegs import prefix_of, shape_of, tables_of
from cpms_portal.imaging.slides.tiff import Directory, TIFFFile

LARGEST_TILE = 4096
LARGEST_SIDE = 2**31
MOST_TILES = 4_000_000
LARGEST_TILE_BYTES = 64 * 1024 * 1024
(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, DESCRIPTION, SAMPLES, PLANAR) = (
    256, 257, 258, 259, 262, 270, 277, 284)  # fmt: skip
PREDICTOR, TILE_WIDTH, TILE_LENGTH, TILE_OFFSETS, TILE_COUNTS, TABLES = 317, 322, 323, 324, 325, 347
_CODINGS = {7: "jpeg", 33003: "jpeg2000", 33005: "jpeg2000", 34712: "jpeg2000", 1: "raw",
            5: "raw", 8: "raw", 32946: "raw"}  # fmt: skip

InBytes = Callable[[bytes], bool]


@dataclass(frozen=True)
class Form:
    """Size and packing of the tiles of a layer; the words of TIFF 6.0. drawn: made here."""

    width: int
    height: int
    tile_width: int
    tile_height: int
    coding: str = "jpeg"
    compression: int = 7
    photometric: int = 6
    samples: int = 3
    predictor: int = 1
    tables: bytes = b""
    drawn: bool = False

    @property
    def columns(self) -> int:
        """How many tiles lie side by side."""
        return -(-self.width // self.tile_width)

    @property
    def rows(self) -> int:
        """How many tiles lie one above the other."""
        return -(-self.height // self.tile_height)

    @property
    def count(self) -> int:
        """How many tiles there are."""
        return self.columns * self.rows

    @property
    def prefix(self) -> bytes:
        """What stands before each JPEG tile."""
        rgb = self.photometric == 2 and self.samples == 3
        return prefix_of(self.tables, rgb) if self.coding == "jpeg" else b""

    def check(self) -> None:
        """Raise RefusedError when the sizes are no slide's."""
        if not (0 < self.width < LARGEST_SIDE and 0 < self.height < LARGEST_SIDE):
            raise RefusedError("slide_damaged")
        if not (0 < self.tile_width <= LARGEST_TILE and 0 < self.tile_height <= LARGEST_TILE):
            raise RefusedError("slide_damaged")
        if self.count > MOST_TILES:
            raise RefusedError("too_large")


class Layer(Protocol):
    """A level that can be read tile by tile."""

    form: Form

    def tile(self, number: int) -> bytes:
        """Return a tile without metadata; empty when the scanner left it out."""

    def same_as(self, number: int) -> Any:
        """Return what is equal for tiles that share their bytes; None when it shares none."""


@dataclass
class TiledLayer:
    """A tiled directory of a TIFF: tiles are copied, only metadata within them goes."""

    file: TIFFFile
    form: Form
    offsets: Any
    counts: Any
    in_bytes: InBytes
    heads: set[bytes] = field(default_factory=set)

    def same_as(self, number: int) -> Any:
        """Return the place of the tile."""
        return int(self.offsets[number]), int(self.counts[number])

    def tile(self, number: int) -> bytes:
        """Return a tile, checked: as large as announced, nothing beside the coded picture."""
        offset, count = self.same_as(number)
        if not count:
            return b""
        if count > LARGEST_TILE_BYTES:
            raise RefusedError("slide_damaged")
        raw = self.file.read(offset, count)
        if self.form.coding == "raw":
            return self._raw(raw)
        return checked_tile(raw, self.form, self.in_bytes, self.heads)

    def _raw(self, raw: bytes) -> bytes:
        form = self.form
        if form.compression == 1 and len(raw) != form.tile_width * form.tile_height * form.samples:
            raise RefusedError("slide_damaged")
        if form.compression == 1 and self.in_bytes(raw):
            raise WithheldError("pixel_format")
        return raw


def checked_tile(raw: bytes, form: Form, in_bytes: InBytes, heads: set[bytes]) -> bytes:
    """Return a coded tile without metadata; its announced size must be that of the layer.

    heads: beginnings of tiles that were looked at already; they repeat.
    """
    try:
        clean = clean_frame(raw)
        shape = shape_of(clean)
    except WithheldError as error:
        raise RefusedError("slide_damaged") from error
    if (shape.width, shape.height) != (form.tile_width, form.tile_height):
        raise RefusedError("slide_damaged")
    if shape.components != form.samples or shape.bits != 8 or not shape.baseline:
        raise WithheldError("pixel_format")
    head = clean[: shape.scan or 256]
    if head not in heads:
        if in_bytes(head):
            raise WithheldError("pixel_format")
        if len(heads) < 1000:
            heads.add(head)
    return clean


def tiled_form(directory: Directory) -> Form:
    """Return the form of a tiled directory; WithheldError when its packing is not known."""
    compression = directory.number(COMPRESSION, 1)
    samples = directory.number(SAMPLES, 1)
    bits = directory.values(BITS)
    known = compression in _CODINGS and samples in (1, 3) and directory.number(PLANAR, 1) == 1
    if not known or not len(bits) or any(int(each) != 8 for each in bits):
        raise WithheldError("pixel_format")
    form = Form(
        directory.number(WIDTH), directory.number(HEIGHT),
        directory.number(TILE_WIDTH), directory.number(TILE_LENGTH),
        coding=_CODINGS[compression],
        compression=compression,
        photometric=directory.number(PHOTOMETRIC, 1),
        samples=samples,
        predictor=directory.number(PREDICTOR, 1),
        tables=tables_of(directory.raw(TABLES)) if TABLES in directory else b"",
    )  # fmt: skip
    form.check()
    return form


def tiled_layer(file: TIFFFile, directory: Directory, in_bytes: InBytes) -> TiledLayer:
    """Return a tiled directory as a layer; RefusedError when its places cannot be true."""
    form = tiled_form(directory)
    if in_bytes(form.tables):
        raise WithheldError("pixel_format")
    offsets, counts = directory.values(TILE_OFFSETS), directory.values(TILE_COUNTS)
    if len(offsets) < form.count or len(counts) < form.count:
        raise RefusedError("slide_damaged")
    ends = offsets[: form.count].astype("u8") + counts[: form.count].astype("u8")
    if int(ends.max(initial=0)) > file.size:
        raise RefusedError("cut_off")
    return TiledLayer(file, form, offsets, counts, in_bytes)
