"""How an image is seen, in numbers that mean the same on a screen of any size."""

from __future__ import annotations

import math
from typing import Any

import colander

FARTHEST = 10_000_000.0


class NumberType(colander.Float):
    """A finite number."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Refuse what is not finite."""
        found = super().deserialize(node, cstruct)
        if isinstance(found, float) and not math.isfinite(found):
            raise colander.Invalid(node)
        return found


def number_node(name: str, **options: Any) -> colander.SchemaNode:
    """Return a node for a finite number; ``reach``: how far from zero it may be."""
    reach = options.pop("reach", FARTHEST)
    return colander.SchemaNode(
        NumberType(), name=name, validator=colander.Range(-reach, reach), **options
    )


class PointSchema(colander.TupleSchema):
    """Column and row, in pixels: (0, 0) is the outer corner of the first one."""

    column = number_node("column")
    row = number_node("row")


class ViewSchema(colander.MappingSchema):
    """How an image is seen: window, zoom relative to a fitted image, place of the middle."""

    center = number_node("center", missing=None)
    width = number_node("width", missing=None)
    zoom = number_node("zoom", missing=1.0, reach=1000.0)
    column = number_node("column", missing=None)
    row = number_node("row", missing=None)
    rotation = number_node("rotation", missing=0.0, reach=360.0)
    flipped = colander.SchemaNode(colander.Boolean(), missing=False)
    turned = colander.SchemaNode(colander.Boolean(), missing=False)
    inverted = colander.SchemaNode(colander.Boolean(), missing=False)
