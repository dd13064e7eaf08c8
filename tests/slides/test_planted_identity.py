"""Identity planted in every corner of a slide: no byte of it is in what is stored, seed by seed."""

from __future__ import annotations

import io
import random
import struct
from functools import cache

import pytest

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification.identity import Traces
from cpms_portal.imaging.queries import files_of, slides_of
from cpms_portal.imaging.slides.taking import plan_of
from cpms_portal.imaging.slides.writing import written
from tests.factories.dicom import planted_person
from tests.factories.slides import (
    ASCII,
    LONG,
    SHORT,
    UNDEFINED,
    DICOMSlide,
    Page,
    jpeg,
    split_jpeg,
    tiff,
    tissue,
)
from tests.slides.files import known
from tests.slides.test_cleaning import leaks

SIDE, TILE = 256, 128
SEEDS, TOGETHER = 240, 20
#: Tags of words, dates, profiles, packets, hidden directories, and private ones.
TEXTS = (269, 270, 271, 272, 285, 305, 306, 315, 316, 333, 337, 33432, 42112, 50708, 65000, 65535)
BLOCKS = (700, 33723, 34377, 34675, 34665, 34853, 37500, 37510, 330, 400, 65001, 50215)


@cache
def tiles(level: int) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the tables and the tiles of a level, drawn once."""
    side = SIDE >> level
    image = tissue(SIDE, SIDE, 77).resize((side, side))
    tables, found = b"", []
    for top in range(0, side, TILE):
        for left in range(0, side, TILE):
            tile = image.crop((left, top, left + TILE, top + TILE))
            tables, short = split_jpeg(jpeg(tile, subsampling="4:2:0"))
            found.append(short)
    return tables, tuple(found)


def segment(code: int, inside: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return bytes((0xFF, code)) + (len(inside) + 2).to_bytes(2) + inside


class Corners:
    """Where words can hide in a slide; the seed says which words, in which coding, and where."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.strings = planted_person(seed).strings()

    def said(self) -> bytes:
        """Return some words in some encoding."""
        words = " ".join(self.chance.sample(self.strings, self.chance.randint(1, 3)))
        return words.encode(self.chance.choice(["utf-8", "utf-16-le", "utf-16-be"]))

    def tile(self, raw: bytes) -> bytes:
        """Return a tile with comments, Exif, a profile, a thumbnail, bytes behind its end."""
        hidden = [
            segment(0xFE, self.said()),
            segment(0xE1, b"Exif\0\0" + self.said()),
            segment(0xE2, b"ICC_PROFILE\0\1\1" + self.said()),
            segment(0xED, b"Photoshop 3.0\0" + self.said()),
            segment(self.chance.randint(0xE0, 0xEF), self.said()),
        ]
        self.chance.shuffle(hidden)
        return raw[:2] + b"".join(hidden[: self.chance.randint(1, 5)]) + raw[2:] + self.said()

    def tables(self, raw: bytes) -> bytes:
        """Return shared tables with a comment among them."""
        return (
            raw[:2] + segment(0xFE, self.said()) + raw[2:-2] + segment(0xE1, self.said()) + raw[-2:]
        )

    def page(self, level: int) -> Page:
        """Return a level with words in tags of all sorts."""
        tables, pieces = tiles(level)
        side = SIDE >> level
        tags: dict[int, tuple[int, object]] = {
            tag: (ASCII, self.said() + b"\0") for tag in TEXTS if self.chance.random() < 0.6
        }
        tags |= {tag: (UNDEFINED, self.said()) for tag in BLOCKS if self.chance.random() < 0.6}
        tags |= {
            254: (LONG, int(level > 0)), 256: (LONG, side), 257: (LONG, side),
            258: (SHORT, [8, 8, 8]), 259: (SHORT, 7), 262: (SHORT, 6), 277: (SHORT, 3),
            284: (SHORT, 1), 322: (LONG, TILE), 323: (LONG, TILE),
            347: (UNDEFINED, self.tables(tables)),
        }  # fmt: skip
        return Page(tags, [self.tile(piece) for piece in pieces])

    def label(self) -> Page:
        """Return a label or a macro image: in a strip or tiled, under a name of its own."""
        picture = self.tile(tiles(1)[1][0])
        name = self.chance.choice([b"Label ", b"macro ", b"Label Image ", b"barcode "])
        size = 128
        tags: dict[int, tuple[int, object]] = {
            254: (LONG, self.chance.choice([0, 1, 9])), 256: (LONG, size), 257: (LONG, size),
            258: (SHORT, [8, 8, 8]), 259: (SHORT, 7), 262: (SHORT, 6), 277: (SHORT, 3),
            270: (ASCII, name + self.said() + b"\0"),
        }  # fmt: skip
        tiled = self.chance.random() < 0.5
        shape = {322: (LONG, TILE), 323: (LONG, TILE)} if tiled else {278: (LONG, size)}
        tags[347] = (UNDEFINED, self.tables(tiles(1)[0]))
        return Page(tags | shape, [picture], tiled=tiled)

    def file(self) -> bytes:
        """Return a slide: words between its parts, in a directory nothing leads to, at its end."""
        chance = self.chance
        content = tiff(
            [self.page(0), self.label(), self.page(1), self.label()],
            big=chance.random() < 0.5, order=chance.choice("<>"), padding=self.said(),
        )  # fmt: skip
        words = self.said()
        unused = struct.pack("<HHHII", 1, 270, 2, len(words), len(content) + 18) + bytes(4)
        return content + unused + words


@pytest.mark.parametrize("group", range(SEEDS // TOGETHER))
def test_words_in_every_corner_of_a_slide_when_taken_then_no_byte_of_them_is_left(group) -> None:
    for seed in range(group * TOGETHER, (group + 1) * TOGETHER):
        content, person = Corners(seed).file(), planted_person(seed)
        assert leaks(content, person), seed
        # Half of the patients are known by name: no rule may lean on that.
        traces = known(person) if seed % 2 else Traces()
        plan = plan_of(io.BytesIO(content), len(content), traces.finder())
        stored = b"".join(written(plan))
        assert not leaks(stored, person), seed
        assert [one.drawn for one in plan.pyramid.levels] == [False, False], seed


def test_label_and_overview_of_dicom_with_words_when_uploaded_then_nothing_of_them_is_stored(
    root, registry, patient
) -> None:
    actor = system_actor(registry)
    for seed in range(500, 504):
        person = planted_person(seed)
        files = DICOMSlide(person, f"planted {seed}", sparse=seed % 2 == 0).files()
        named = [(f"{person.family}-{name}", content) for name, content in files]
        receipt = receive_study(patient, named, actor)
        assert receipt.stored == 2, seed
        slide = next(one for one in slides_of(patient) if one.__name__ == receipt.slides[0])
        study = patient["studies"][slide.study]
        stored = [
            *files_of(registry, study),
            *(b"".join(pack.read(registry)) for pack in slide.packs),
        ]
        assert not leaks(b"".join(stored), person), seed
        picture = jpeg(tissue(256, 256, 5), subsampling="4:2:2")
        assert picture[-500:-400] not in b"".join(stored)
