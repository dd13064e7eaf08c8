"""A slide as the portal keeps it: levels of tiles, and where each tile lies in the stored file."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any

#: How many bytes of the file (its BigTIFF header) are made when it is read, not stored.
HEADER = 16


@dataclass(frozen=True)
class Level:
    """One size of a slide. Sizes in pixels.

    coding: "jpeg", "jpeg2000" or "raw" (none, LZW or Deflate, by ``compression``).
    offsets, counts: where the arrays lie (8 and 4 bytes each) that say where tiles are.
    prefix: base64 of what stands before each JPEG tile. drawn: made here, not by the scanner.
    pack: the number of the sealed file its tiles lie in; -1 for the one that holds the arrays.
    """

    width: int
    height: int
    tile_width: int
    tile_height: int
    coding: str
    offsets: int
    counts: int
    compression: int = 7
    photometric: int = 6
    samples: int = 3
    predictor: int = 1
    prefix: str = ""
    drawn: bool = False
    pack: int = -1

    @property
    def columns(self) -> int:
        """How many tiles lie side by side."""
        return -(-self.width // self.tile_width)

    @property
    def rows(self) -> int:
        """How many tiles lie one above the other."""
        return -(-self.height // self.tile_height)

    @property
    def head(self) -> bytes:
        """What stands before each JPEG tile."""
        return base64.b64decode(self.prefix)


@dataclass(frozen=True)
class Pyramid:
    """The levels of a slide, the largest first.

    pixel: micrometres of a pixel of the first level, across and down; 0 when unknown.
    magnification: of the objective; 0 when unknown. end: where the first directory lies.
    """

    levels: tuple[Level, ...]
    pixel: tuple[float, float] = (0.0, 0.0)
    magnification: float = 0.0
    end: int = 0

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.levels[0].width

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.levels[0].height

    def as_json(self) -> dict[str, Any]:
        """Return what is sealed."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Pyramid:
        """Return a pyramid from what was sealed."""
        levels = tuple(Level(**level) for level in stored["levels"])
        across, down = stored["pixel"]
        return cls(levels, (across, down), stored["magnification"], stored["end"])
