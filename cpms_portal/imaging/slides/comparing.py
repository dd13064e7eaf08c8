"""Whether a smaller level shows the same as a larger one.

A label or a macro image that is tiled and has the shape of the slide says nothing else. A true
level that fails is no loss: it is drawn anew.
"""

from __future__ import annotations

from typing import Any

import numpy
from PIL import Image

from cpms_portal.imaging.slides.decoding import picture
from cpms_portal.imaging.slides.layers import Layer, TiledLayer

#: Tiles that are compared: those that hold the most, and some spread over the level.
_FULLEST, _SPREAD = 4, 4
_CELLS = 16
_MOST_MEAN, _MOST_CELL = 10, 40


def _chosen(layer: TiledLayer) -> set[int]:
    count = layer.form.count
    fullest = numpy.argsort(numpy.asarray(layer.counts[:count], "i8"))[-_FULLEST:]
    spread = numpy.linspace(0, count - 1, _SPREAD).round()
    return {int(number) for number in (*fullest, *spread)}


def part_of(layer: Layer, box: tuple[float, float, float, float], size: int) -> Any:
    """Return a part of a layer (left, top, right, bottom) as a small square picture."""
    form = layer.form
    left, top, right, bottom = box
    scale = max(right - left, bottom - top) / size / 4
    small = max(round(form.tile_width / max(scale, 1)), 1)
    sheet = Image.new("RGB", (size * 4, size * 4), "white")
    for row in range(int(top // form.tile_height), -int(-bottom // form.tile_height)):
        for column in range(int(left // form.tile_width), -int(-right // form.tile_width)):
            tile = layer.tile(row * form.columns + column)
            if tile:
                found = picture(tile, form, form.prefix, at_least=small)
                across, down = (size * 4 / (right - left), size * 4 / (bottom - top))
                x, y = column * form.tile_width - left, row * form.tile_height - top
                wide, high = round(form.tile_width * across), round(form.tile_height * down)
                shrunk = found.resize((max(wide, 1), max(high, 1)), Image.Resampling.BOX)
                sheet.paste(shrunk, (round(x * across), round(y * down)))
    return sheet.resize((size, size), Image.Resampling.BOX)


def shows_the_same(larger: Layer, smaller: TiledLayer) -> bool:
    """Say whether a level is another one made smaller, by some of its tiles."""
    form = smaller.form
    across, down = larger.form.width / form.width, larger.form.height / form.height
    for number in _chosen(smaller):
        row, column = divmod(number, form.columns)
        left, top = column * form.tile_width, row * form.tile_height
        right = min(left + form.tile_width, form.width)
        bottom = min(top + form.tile_height, form.height)
        own = part_of(smaller, (left, top, right, bottom), _CELLS)
        box = (left * across, top * down, right * across, bottom * down)
        other = part_of(larger, box, _CELLS)
        cells = numpy.abs(numpy.asarray(own, "i4") - numpy.asarray(other, "i4"))
        if cells.mean() > _MOST_MEAN or numpy.percentile(cells, 95) > _MOST_CELL:
            return False
    return True
