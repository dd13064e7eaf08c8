"""Levels of one slide in DICOM that came in several uploads: joined into one pyramid.

Tiles the scanner sent stay in the packs of their series. What was drawn for the larger of both
goes on; what was drawn in place of a level that came now does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from cpms_portal.imaging.slides.layers import Form, Layer
from cpms_portal.imaging.slides.pyramid import Level, Pyramid
from cpms_portal.imaging.slides.writing import Plan

#: Reads the file that holds the arrays: (place, length) → bytes.
Read = Callable[[int, int], bytes]
_SAME_SIZE, _SAME_SHAPE = 0.1, 0.02


@dataclass(frozen=True)
class Part:
    """A stored pyramid. pack: what is added to the number of the pack of its tiles."""

    pyramid: Pyramid
    read: Read
    pack: int = 0


class KeptLayer:
    """A level as it is stored already."""

    def __init__(self, level: Level, part: Part) -> None:
        self.form = Form(
            level.width, level.height, level.tile_width, level.tile_height,
            coding=level.coding, compression=level.compression, photometric=level.photometric,
            samples=level.samples, predictor=level.predictor, drawn=level.drawn,
        )  # fmt: skip
        self._read = part.read
        count = self.form.count
        self.offsets: Any = numpy.frombuffer(part.read(level.offsets, 8 * count), "<u8")
        self.counts: Any = numpy.frombuffer(part.read(level.counts, 4 * count), "<u4")
        self.pack = level.pack + part.pack if level.pack >= 0 else -1

    def same_as(self, number: int) -> Any:
        """Say that no tiles share their bytes."""
        return None

    def tile(self, number: int) -> bytes:
        """Return a tile that was drawn."""
        offset, count = int(self.offsets[number]), int(self.counts[number])
        return self._read(offset, count) if count else b""


def fit_together(one: Pyramid, other: Pyramid) -> bool:
    """Say whether two pyramids have the same shape, so that they may be levels of one slide."""
    shapes = one.width / one.height, other.width / other.height
    coarse = 2 / min(one.width, one.height, other.width, other.height)
    return abs(shapes[0] / shapes[1] - 1) < _SAME_SHAPE + coarse


def _chosen(parts: list[Part]) -> list[KeptLayer]:
    """Return the levels that stay, the largest first: those of the scanner before drawn ones."""
    layers = [KeptLayer(level, part) for part in parts for level in part.pyramid.levels]
    found: list[KeptLayer] = []
    for layer in sorted(layers, key=lambda one: one.form.drawn):
        near = (abs(one.form.width / layer.form.width - 1) < _SAME_SIZE for one in found)
        exact = any(one.form.width == layer.form.width for one in found)
        if not exact and not (layer.form.drawn and any(near)):
            found.append(layer)
    return sorted(found, key=lambda one: -one.form.width)


def joined(kept: Part, came: Part) -> Plan:
    """Return the plan of both together; levels of one width are shown once."""
    largest = max((kept, came), key=lambda part: part.pyramid.width)
    found = _chosen([largest, came if largest is kept else kept])
    layers: list[Layer] = list(found)
    stays = {number: (layer.offsets, layer.counts) for number, layer in enumerate(found)
             if layer.pack >= 0}  # fmt: skip
    packs = {number: layer.pack for number, layer in enumerate(found) if layer.pack >= 0}
    about = largest.pyramid
    return Plan(layers, about.pixel, about.magnification, stays=stays, packs=packs)
