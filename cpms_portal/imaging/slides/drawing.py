"""Smaller levels the scanner did not make: drawn from the level before, down to one tile."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from PIL import Image

from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.slides.decoding import jpeg_of, picture
from cpms_portal.imaging.slides.layers import Form, Layer

TILE = 512
STEP = 4
#: A level that is larger than this many pixels is not drawn from: hours would pass.
LARGEST_DRAWN_FROM = 40_000 * 40_000
_OPEN = 256


class DrawnLayer:
    """A level a quarter as wide as the one it is drawn from. Keeps its own tiles."""

    def __init__(self, source: Layer, step: int) -> None:
        self._source, self._step = source, step
        own = source.form
        width, height = -(-own.width // step), -(-own.height // step)
        self.form = Form(width, height, TILE, TILE, drawn=True)
        self._tiles: dict[int, bytes] = {}
        self._pictures: OrderedDict[Any, Any] = OrderedDict()

    def same_as(self, number: int) -> Any:
        """Say that no tiles share their bytes."""
        return None

    def tile(self, number: int) -> bytes:
        """Return a tile, drawn when it is asked for first."""
        if number not in self._tiles:
            self._tiles[number] = jpeg_of(self._drawn(number))
        return self._tiles[number]

    def _drawn(self, number: int) -> Any:
        row, column = divmod(number, self.form.columns)
        form, step = self._source.form, self._step
        left, top = column * TILE * step, row * TILE * step
        right, bottom = min(left + TILE * step, form.width), min(top + TILE * step, form.height)
        sheet = Image.new("RGB", (TILE, TILE), "white")
        for y in range(top // form.tile_height, -(-bottom // form.tile_height)):
            for x in range(left // form.tile_width, -(-right // form.tile_width)):
                small = self._picture(y * form.columns + x)
                place = (x * form.tile_width - left) // step, (y * form.tile_height - top) // step
                if small is not None:
                    sheet.paste(small, place)
        # What lies beyond the edge of the slide is whatever the scanner filled in.
        edge = Image.new("RGB", (TILE, TILE), "white")
        width, height = -(-(right - left) // step), -(-(bottom - top) // step)
        edge.paste(sheet.crop((0, 0, width, height)), (0, 0))
        return edge

    def _picture(self, number: int) -> Any:
        """Return a tile of the source, small; those used last are kept.

        Tiles that share their bytes are decoded once, however many there are.
        """
        shared = self._source.same_as(number)
        key = number if shared is None else shared
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        form, tile = self._source.form, self._source.tile(number)
        small = None
        if tile:
            size = -(-form.tile_width // self._step), -(-form.tile_height // self._step)
            found = picture(tile, form, form.prefix, at_least=max(size))
            small = found.resize(size, Image.Resampling.BOX) if found.size != size else found
        self._pictures[key] = small
        if len(self._pictures) > _OPEN:
            self._pictures.popitem(last=False)
        return small


def completed(layers: list[Layer]) -> list[Layer]:
    """Return levels with smaller ones added until the last is a single tile of at most 512."""
    found = list(layers)
    while max(found[-1].form.width, found[-1].form.height) > TILE or found[-1].form.count > 1:
        last = found[-1].form
        if last.width * last.height > LARGEST_DRAWN_FROM:
            raise RefusedError("too_large")
        step = STEP if max(last.width, last.height) > TILE * 2 else 2
        found.append(DrawnLayer(found[-1], step))
    return found
