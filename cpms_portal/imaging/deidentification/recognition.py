"""Text in pictures: found by Tesseract, which is fed through a pipe and writes no file."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from cpms_portal.imaging.deidentification.programs import ProgramFailedError, program, run

PROGRAM = "tesseract"
#: Small letters are read after enlarging; at their own size two names of three were missed.
ENLARGED = 3
_LARGEST_SIDE = 6000
_LEAST_SURE, _LEAST_SURE_SHORT = 20.0, 50.0


@dataclass(frozen=True)
class Word:
    """A word and the box around it, in pixels of the picture: left, top, width, height."""

    text: str
    box: tuple[int, int, int, int]


def is_installed() -> bool:
    """Say whether text can be recognised on this machine."""
    return program(PROGRAM) is not None


def words_in(picture: Image.Image, enlarged: int = ENLARGED) -> list[Word]:
    """Return the words seen in a picture; ProgramFailedError when they cannot be looked for."""
    grey = picture.convert("L")
    factor = max(1, min(enlarged, _LARGEST_SIDE // max(grey.size)))
    if factor > 1:
        size = (grey.width * factor, grey.height * factor)
        grey = grey.resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    grey.save(out, "PNG", compress_level=1)
    said = run([PROGRAM, "stdin", "stdout", "--psm", "11", "tsv"], out.getvalue())
    return [word for line in said.decode("utf-8", "replace").splitlines()
            if (word := _word(line, factor))]  # fmt: skip


def _word(line: str, factor: int) -> Word | None:
    """Return the word of a line of Tesseract's table; None for blocks, specks and headings."""
    parts = line.split("\t")
    if len(parts) != 12 or parts[0] != "5" or not parts[11].strip():
        return None
    text, sure = parts[11].strip(), float(parts[10])
    letters = sum(letter.isalnum() for letter in text)
    if not letters or sure < (_LEAST_SURE if letters > 2 else _LEAST_SURE_SHORT):
        return None
    left, top, width, height = (int(part) for part in parts[6:10])
    right, bottom = -(-(left + width) // factor), -(-(top + height) // factor)
    left, top = left // factor, top // factor
    return Word(text, (left, top, right - left, bottom - top))


__all__ = ["ProgramFailedError", "Word", "is_installed", "words_in"]
