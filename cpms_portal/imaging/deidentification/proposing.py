"""Where text may be burned in: around the regions an ultrasound names, and where words are seen.

A proposal, no more: recognition misses words, so a person looks at every image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cpms_portal.imaging.deidentification import recognition
from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.masking import Box, picture_of, within
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.reasons import WithheldError

_REGIONS = 0x00186011
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x00186018, 0x0018601A, 0x0018601C, 0x0018601E
_ROWS, _COLUMNS, _FRAMES = 0x00280010, 0x00280011, 0x00280008
_MARGIN, _GAP = 4, 24
#: So many images of an upload are read; the others get the boxes of images of the same size.
MOST_READ = 60


def _edge(item: Dataset, tag: int) -> int | None:
    element = item.find(tag)
    if element is None or element.items is not None or len(element.raw) < 4:
        return None
    return int.from_bytes(element.raw[:4], "little" if item.encoding.little else "big")


def around_regions(dataset: Dataset, columns: int, rows: int) -> list[Box]:
    """Return the bands outside the regions of an ultrasound image (PS3.3 C.8.5.5).

    Empty when the image names no regions.
    """
    element = dataset.find(_REGIONS)
    found = []
    for item in (element.items or []) if element is not None else []:
        edges = [_edge(item, tag) for tag in (_LEFT, _TOP, _RIGHT, _BOTTOM)]
        known = [edge for edge in edges if edge is not None]
        if len(known) == 4 and known[2] > known[0] and known[3] > known[1]:
            found.append(known)
    if not found:
        return []
    left, top = (min(one[at] for one in found) for at in (0, 1))
    right, bottom = (max(one[at] for one in found) + 1 for at in (2, 3))
    bands = ((0, 0, columns, top), (0, bottom, columns, rows - bottom),
             (0, top, left, bottom - top), (right, top, columns - right, bottom - top))  # fmt: skip
    return [box for band in bands if (box := within(band, columns, rows))]


def joined(boxes: Iterable[Box]) -> list[Box]:
    """Return boxes with those of one line of text run together."""
    lines: list[Box] = []
    for left, top, width, height in sorted(boxes, key=lambda box: (box[1], box[0])):
        for at, (x, y, w, h) in enumerate(lines):
            same_line = top < y + h and y < top + height
            near = left <= x + w + _GAP and x <= left + width + _GAP
            if same_line and near:
                first, upper = min(x, left), min(y, top)
                last, lower = max(x + w, left + width), max(y + h, top + height)
                lines[at] = (first, upper, last - first, lower - upper)
                break
        else:
            lines.append((left, top, width, height))
    return lines


def _covered(box: Sequence[int], bands: Iterable[Box]) -> bool:
    x, y, w, h = box
    return any(
        left <= x and top <= y and x + w <= left + width and y + h <= top + height
        for left, top, width, height in bands
    )


@dataclass
class Proposer:
    """Proposes boxes for the images of one upload. ``read``: how many were read so far."""

    read: int = 0
    seen: dict[tuple[int, int], list[Box]] = field(default_factory=dict)

    def boxes(self, content: bytes) -> tuple[list[Box], bool]:
        """Return the boxes of an image, and whether words were looked for in it."""
        dataset = read_file(content).dataset
        columns, rows = dataset.number(_COLUMNS) or 0, dataset.number(_ROWS) or 0
        bands = around_regions(dataset, columns, rows)
        frames = max(dataset.number(_FRAMES) or 1, 1)
        words, looked = self._words(content, frames, (columns, rows))
        return [*bands, *(box for box in words if not _covered(box, bands))], looked

    def _words(self, content: bytes, frames: int, size: tuple[int, int]) -> tuple[list[Box], bool]:
        alike = self.seen.setdefault(size, [])
        if not recognition.is_installed() or self.read >= MOST_READ:
            return list(alike), False
        self.read += 1
        found: list[Box] = []
        try:
            for number in sorted({0, frames // 2, frames - 1}):
                found += [word.box for word in recognition.words_in(picture_of(content, number))]
        except (WithheldError, recognition.ProgramFailedError):
            return list(alike), False
        wider = ((x - _MARGIN, y - _MARGIN, w + 2 * _MARGIN, h + 2 * _MARGIN)
                 for x, y, w, h in found)  # fmt: skip
        lines = joined(box for one in wider if (box := within(one, *size)))
        self.seen[size] = joined([*alike, *lines])
        return lines, True
