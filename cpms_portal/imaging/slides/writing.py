"""The stored form: a plain BigTIFF made anew, tiles first, what says where they lie behind them."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy

from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.directories import Places, directory
from cpms_portal.imaging.slides.layers import Form, Layer
from cpms_portal.imaging.slides.pyramid import HEADER, Level, Pyramid

Told = Callable[[int, int], None]


def nobody(done: int, total: int) -> None:
    """Tell nobody how far the work is."""


@dataclass
class Plan:
    """What is written, and what is known of it afterwards (``pyramid``).

    pixel: micrometres across and down; 0 when unknown. largest: the most bytes tiles may
    hold together, those of the file they come from; 0 for no limit. stays: layers whose tiles
    lie elsewhere already and stay there, with their arrays of places and lengths. packs: the
    numbers of the packs these lie in, when it is not the first.
    """

    layers: list[Layer]
    pixel: tuple[float, float] = (0.0, 0.0)
    magnification: float = 0.0
    largest: int = 0
    stays: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    packs: dict[int, int] = field(default_factory=dict)
    pyramid: Pyramid | None = None


def header_of(pyramid: Pyramid) -> bytes:
    """Return the first 16 bytes of the file, which are not stored."""
    return b"II+\0" + struct.pack("<HHQ", 8, 0, pyramid.end)


def _tiles(layer: Layer, at: int, offsets: Any, counts: Any) -> Iterator[bytes]:
    """Yield the tiles of a layer; tiles that shared their bytes share them again."""
    shared: dict[Any, tuple[int, int]] = {}
    for number in range(layer.form.count):
        key = layer.same_as(number)
        if key is not None and key in shared:
            offsets[number], counts[number] = shared[key]
            continue
        tile = layer.tile(number)
        offsets[number], counts[number] = (at, len(tile)) if tile else (0, 0)
        if key is not None:
            shared[key] = (int(offsets[number]), len(tile))
        at += len(tile)
        yield tile


def written(plan: Plan, told: Told = nobody) -> Iterator[bytes]:
    """Yield the file without its header; ``plan.pyramid`` is set when everything was yielded.

    told: called now and then with how many tiles are done, and of how many.
    """
    at, copied, done = HEADER, 0, 0
    total = sum(layer.form.count for layer in plan.layers)
    arrays = []
    for number, layer in enumerate(plan.layers):
        if number in plan.stays:
            arrays.append(plan.stays[number])
            continue
        offsets, counts = numpy.zeros(layer.form.count, "<u8"), numpy.zeros(layer.form.count, "<u4")
        for tile in _tiles(layer, at, offsets, counts):
            at, done = at + len(tile), done + 1
            copied += 0 if layer.form.drawn else len(tile)
            if plan.largest and copied > plan.largest:
                raise RefusedError("slide_damaged")
            if done % 256 == 0:
                told(done, total)
            yield tile
        arrays.append((offsets, counts))
    yield from _closing(plan, at, arrays)


def _padded(raw: bytes) -> bytes:
    return raw + bytes(-len(raw) % 8)


def _closing(plan: Plan, at: int, arrays: list[Any]) -> Iterator[bytes]:
    """Yield the arrays and the directories, and set the pyramid."""
    padding = bytes(-at % 8)
    yield padding
    at += len(padding)
    all_places = []
    for offsets, counts in arrays:
        raw = offsets.tobytes() + _padded(counts.tobytes())
        all_places.append(Places(offsets, counts, at, at + offsets.nbytes))
        at += len(raw)
        yield raw
    levels = tuple(
        _level(layer.form, places, pack=plan.packs.get(number, 0) if number in plan.stays else -1)
        for number, (layer, places) in enumerate(zip(plan.layers, all_places, strict=True))
    )
    plan.pyramid = Pyramid(levels, plan.pixel, plan.magnification, at)
    for number, places in enumerate(all_places if not plan.stays else ()):
        raw = directory(
            plan.layers[number].form, places, at, reduced=number > 0,
            last=number == len(levels) - 1, pixel=(0.0, 0.0) if number else plan.pixel,
        )  # fmt: skip
        at += len(raw)
        yield raw


def _level(form: Form, places: Places, pack: int) -> Level:
    return Level(
        form.width, form.height, form.tile_width, form.tile_height, form.coding,
        places.at_offsets, places.at_counts,
        compression=form.compression, photometric=form.photometric, samples=form.samples,
        predictor=form.predictor, drawn=form.drawn, pack=pack,
        prefix=base64.b64encode(form.prefix).decode(),
    )  # fmt: skip
