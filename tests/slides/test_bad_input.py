"""Files that lie, end too early or go round in circles are refused, quickly and in words."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_portal.imaging.deidentification.reasons import TEXTS, RefusedError
from cpms_portal.imaging.slides import drawing
from tests.factories.slides import (
    LONG,
    UNDEFINED,
    aperio,
    generic,
    hamamatsu,
    level_page,
    tiff,
    tissue,
)
from tests.slides.files import taken

SMALL = {
    "aperio": aperio([], width=600, height=400),
    "generic": generic([], width=600, height=400),
    "classic": generic([], width=600, height=400, big=False, order=">"),
    "hamamatsu": hamamatsu([], width=1024, height=200),
}


def refusal(content: bytes) -> str:
    """Return why a file is refused; empty when it is taken."""
    try:
        taken(content)
    except RefusedError as error:
        assert error.code in TEXTS
        return error.code
    return ""


def changed(page, **tags):
    """Return a page with other tags."""
    page.tags |= {int(name[1:]): value for name, value in tags.items()}
    return page


@settings(max_examples=60)
@given(st.sampled_from(sorted(SMALL)), st.floats(0, 1))
def test_a_file_that_ends_too_early_when_taken_then_is_refused(name, share):
    content = SMALL[name]
    # The directories lie behind what they describe, so that each cut takes one of them.
    assert refusal(content[: int(len(content) * share * 0.99)])


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=6),
)
def test_a_file_with_other_bytes_when_taken_then_is_refused_or_taken_and_nothing_breaks(
    name, changes
):
    content = bytearray(SMALL[name])
    for share, raw in changes:
        at = int((len(content) - 4) * share)
        content[at : at + len(raw)] = raw
    refusal(bytes(content))


@settings(max_examples=150)
@given(st.sampled_from(sorted(SMALL)), st.data())
def test_a_directory_with_other_numbers_when_taken_then_nothing_breaks(name, data):
    content = bytearray(SMALL[name])
    mark = bytes.fromhex("0101") if name == "classic" else b"\x01\x01"
    # Near where a width (tag 257 and its neighbours) is written.
    at = content.rfind(mark)
    for _ in range(data.draw(st.integers(1, 4))):
        place = max(at - 40, 0) + data.draw(st.integers(0, 300))
        if place < len(content):
            content[place] = data.draw(st.integers(0, 255))
    refusal(bytes(content))


@pytest.mark.parametrize("big", [True, False])
def test_directories_that_go_round_in_circles_when_taken_then_are_refused(big):
    content = bytearray(tiff([level_page(tissue(600, 400))], big=big))
    word, place = ("<Q", 8) if big else ("<I", 4)
    (first,) = struct.unpack_from(word, content, place)
    content[-8 if big else -4 :] = struct.pack(word, first)
    assert refusal(bytes(content)) == "slide_damaged"


def test_a_chain_of_very_many_directories_when_taken_then_is_refused():
    pages = [level_page(tissue(64, 64), side=64) for _ in range(201)]
    assert refusal(tiff(pages)) == "slide_damaged"


@pytest.mark.parametrize("side", [65_535, 5_000, 0])
def test_a_tile_of_an_absurd_size_when_taken_then_is_refused(side):
    page = changed(level_page(tissue(600, 400)), t322=(LONG, side), t323=(LONG, side))
    assert refusal(tiff([page])) == "slide_damaged"


def test_a_slide_of_an_absurd_size_when_taken_then_is_refused():
    page = changed(level_page(tissue(600, 400)), t256=(LONG, 2**31 - 1), t257=(LONG, 2**31 - 1))
    assert refusal(tiff([page])) == "too_large"
    page = changed(level_page(tissue(600, 400)), t256=(LONG, 2**32 - 1))
    assert refusal(tiff([page])) == "slide_damaged"


def test_a_tile_that_says_it_is_larger_than_the_others_when_taken_then_is_refused():
    page = level_page(tissue(600, 400))
    at = page.pieces[0].index(b"\xff\xc0") + 5
    page.pieces[0] = page.pieces[0][:at] + b"\xff\xff\xff\xff" + page.pieces[0][at + 4 :]
    assert refusal(tiff([page])) == "slide_damaged"


def test_a_codestream_that_says_it_is_larger_when_taken_then_is_refused():
    out = io.BytesIO()
    tissue(256, 256).save(out, "JPEG2000", no_jp2=True)
    raw = out.getvalue()
    raw = raw[:8] + struct.pack(">II", 2**31, 2**31) + raw[16:]
    page = changed(level_page(tissue(256, 256)), t259=(LONG, 33005))
    page.pieces = [raw]
    assert refusal(tiff([page])) == "slide_damaged"


@pytest.mark.parametrize("offset", [2**32 - 1, 2**31])
def test_a_tile_beyond_the_end_when_taken_then_is_refused(offset):
    page = level_page(tissue(200, 200))
    content = tiff([page])
    # One tile: its place stands in the directory itself.
    at = content.index(struct.pack("<HHI", 324, 4, 1)) + 8
    content = content[:at] + struct.pack("<I", offset) + content[at + 4 :]
    assert refusal(content) == "cut_off"


def test_tiles_that_overlap_to_more_than_the_file_when_taken_then_are_refused():
    """A thousand tiles that all begin in one large one would fill the disk."""
    page = changed(level_page(tissue(256, 256)), t256=(LONG, 8192), t257=(LONG, 8192))
    (tile,) = page.pieces
    # Without its end of image a tile may be cut anywhere: each length is another tile.
    page.pieces = []
    lengths = [len(tile) - 2 - number for number in range(1024)]
    page.tags |= {324: (LONG, [2**31] * 1024), 325: (LONG, lengths), 65001: (UNDEFINED, tile)}
    content = tiff([page])
    places = struct.pack("<I", content.index(tile)) * 1024
    content = content.replace(struct.pack("<I", 2**31) * 1024, places)
    assert refusal(content) == "slide_damaged"


def _of_one_tile(across: int, holds: int) -> bytes:
    """Return a slide whose tiles of 32 pixels, so many of them not empty, share one place."""
    page = level_page(tissue(32, 32), side=32)
    (tile,) = page.pieces
    page.pieces, count, side = [], across * across, across * 32
    sizes = [len(tile)] * holds + [0] * (count - holds)
    page.tags |= {256: (LONG, side), 257: (LONG, side), 65001: (UNDEFINED, tile)}
    page.tags |= {324: (LONG, [2**31] * count), 325: (LONG, sizes)}
    content = tiff([page])
    place = struct.pack("<I", content.index(tile))
    return content.replace(struct.pack("<I", 2**31) * count, place * count)


def test_a_million_tiles_of_no_bytes_when_taken_then_are_refused_at_once():
    content = _of_one_tile(1000, 0)
    tracemalloc.start()
    before = time.process_time()
    assert refusal(content) == "slide_damaged"
    assert time.process_time() - before < 5
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


def test_very_many_tiles_that_share_their_bytes_when_taken_then_are_decoded_once(monkeypatch):
    decoded = []
    real = drawing.picture
    monkeypatch.setattr(
        drawing, "picture", lambda *args, **more: decoded.append(1) or real(*args, **more)
    )
    file, pyramid = taken(_of_one_tile(100, 10_000))
    assert pyramid.width == 3200
    # The one tile, and those drawn of it for the levels that are drawn of drawn ones.
    assert len(decoded) < 20
    assert len(file) < 1_000_000


def test_a_slide_too_large_to_be_drawn_smaller_when_taken_then_is_refused_at_once():
    page = changed(level_page(tissue(256, 256)), t256=(LONG, 60_000), t257=(LONG, 60_000))
    (tile,) = page.pieces
    page.pieces, count = [], (-(-60_000 // 256)) ** 2
    page.tags |= {324: (LONG, [16] * count), 325: (LONG, [len(tile)] * count)}
    page.tags |= {65001: (UNDEFINED, tile)}
    assert refusal(tiff([page])) == "too_large"


def test_words_of_a_ruined_kind_when_taken_then_are_refused():
    assert refusal(b"II*\0" + bytes(60)) == "slide_damaged"
    assert refusal(b"II*\0") == "cut_off"
    assert refusal(b"II+\0" + b"\xff" * 60) == "slide_damaged"
    assert refusal(b"MZ" + bytes(60)) == "no_slide"


def test_words_between_the_parts_of_an_ndpi_when_taken_then_it_is_refused():
    content = hamamatsu([], width=1024, height=200)
    at = content.index(b"\xff\xd0")
    words = b"\xff\xfe\x00\x06name"
    # In the place of coded data, so that nothing else of the file moves.
    content = content[: at + 20] + words + content[at + 20 + len(words) :]
    assert refusal(content) == "slide_damaged"
