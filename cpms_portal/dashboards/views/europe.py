"""The map of Europe: a shape for each country, drawn into the page so that each can be a link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

DRAWING = Path(__file__).parents[1] / "static" / "img" / "europe.svg"
SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Shape:
    """How a country is drawn. dot: centre and radius of a circle for the very small, or None."""

    path: str
    dot: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Europe:
    """The drawing: shapes by ISO 3166-1 alpha-2 code in lower case, and the land around."""

    box: str
    around: tuple[str, ...]
    shapes: dict[str, Shape]


@cache
def europe() -> Europe:
    """Return the drawing, read once."""
    drawing = parse(DRAWING).getroot()  # noqa: S314 - our own file
    around = tuple(path.get("d", "") for path in drawing.findall(f"{SVG}path"))
    shapes = {}
    for link in drawing.findall(f"{SVG}a"):
        path, circle = link.find(f"{SVG}path"), link.find(f"{SVG}circle")
        if path is not None:
            dot = None
            if circle is not None:
                dot = (circle.get("cx", ""), circle.get("cy", ""), circle.get("r", ""))
            shapes[link.get("href", "")[1:].lower()] = Shape(path.get("d", ""), dot)
    return Europe(drawing.get("viewBox", ""), around, shapes)


@dataclass(frozen=True)
class Spot:
    """A country on the map. detail: what is said with its name. many: drawn stronger."""

    title: str
    url: str
    shape: Shape
    detail: Any = ""
    many: bool = False
    current: bool = False


@dataclass(frozen=True)
class Land:
    """A country that a map leads to. number: how many centres, None when not counted."""

    code: str
    title: str
    url: str
    number: int | None = None
    current: bool = False


def map_of(lands: Iterable[Land], words: Any = None) -> dict[str, Any]:
    """Return what the map template draws: linked countries, and all the rest as ground.

    words: number of centres → text.
    """
    drawing, spots, linked = europe(), [], set()
    for land in lands:
        shape = drawing.shapes.get(land.code)
        if shape is not None:
            linked.add(land.code)
            detail = words(land.number) if words and land.number is not None else ""
            many = (land.number or 0) >= MANY
            spots.append(Spot(land.title, land.url, shape, detail, many, land.current))
    rest = [shape.path for code, shape in drawing.shapes.items() if code not in linked]
    return {"box": drawing.box, "ground": [*drawing.around, *rest], "spots": spots}


#: From so many centres on a country is drawn stronger.
MANY = 4
