"""The one stylesheet of the portal: tokens, ground, and a file for each component, put together."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "css"
FIRST = ("fonts", "tokens", "ground", "frame")
LAST = ("print",)
#: What is there for who writes it: comments, and the blanks lines begin with.
_FOR_WRITERS = re.compile(r"/\*(?!!).*?\*/|^\s+", re.S | re.M)
_AROUND = re.compile(r"\s*([{};])\s*")


def parts() -> list[Path]:
    """Return the files in the order in which they count: components by name, print last."""
    components = sorted((FOLDER / "components").glob("*.css"))
    first = [FOLDER / f"{name}.css" for name in FIRST]
    return [*first, *components, *(FOLDER / f"{name}.css" for name in LAST)]


def as_sent(text: str) -> str:
    """Return a text of style without what is there for who writes it."""
    return _AROUND.sub(r"\1", _FOR_WRITERS.sub("", text)).replace(";}", "}").strip()


@cache
def stylesheet() -> str:
    """Return the text of ``portal.css``."""
    return as_sent("\n".join(path.read_text(encoding="utf-8") for path in parts()))
