"""What is stored of a slide: its tiles, bit for bit, and nothing that says whose it is."""

from __future__ import annotations

import io

import numpy
import openslide
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.slides.jpegs import whole
from cpms_portal.imaging.slides.tiff import TIFFFile
from tests.factories.dicom import Planted, planted_person
from tests.factories.slides import (
    LONG,
    SHORT,
    Page,
    aperio,
    generic,
    hamamatsu,
    jpeg,
    level_page,
    picture_page,
    tiff,
    tissue,
)
from tests.slides.files import known, taken, tile_in

PERSON = planted_person(4)


def leaks(file: bytes, person: Planted) -> list[str]:
    """Return what of a person lies in a file, in any common encoding."""
    return [
        word
        for word in person.strings()
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
        if word.encode(encoding) in file or word.upper().encode(encoding) in file
    ]


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.sampled_from([aperio, generic, hamamatsu]))
def test_a_slide_with_planted_identity_when_taken_then_no_byte_of_it_is_left(seed, make):
    person = planted_person(seed)
    content = make(person.strings(), width=1024, height=600)
    assert leaks(content, person)
    file, _ = taken(content, known(person))
    assert not leaks(file, person)


def test_label_and_macro_image_when_taken_then_no_byte_of_them_is_left():
    content = aperio(PERSON.strings())
    file, pyramid = taken(content)
    for picture in (tissue(200, 300, 5), tissue(600, 200, 6)):
        coded = jpeg(picture)
        part = coded[len(coded) // 2 : len(coded) // 2 + 64]
        assert part in content
        assert part not in file
    assert [(one.width, one.drawn) for one in pyramid.levels] == [
        (1500, False), (375, False), (188, True)
    ]  # fmt: skip


def test_the_directories_that_are_stored_when_read_then_hold_structure_alone():
    file, _ = taken(aperio(PERSON.strings(), big=True))
    structure = {254, 256, 257, 258, 259, 262, 277, 284, 322, 323, 324, 325, 347, 282, 283, 296}
    for directory in TIFFFile(io.BytesIO(file), len(file)).directories:
        assert set(directory.entries) <= structure


@pytest.mark.parametrize("make", [aperio, generic])
def test_tiles_when_taken_then_are_those_of_the_scanner_bit_for_bit(make):
    content = make([])
    file, pyramid = taken(content)
    original = TIFFFile(io.BytesIO(content), len(content)).directories[0]
    offsets, counts = original.values(324), original.values(325)
    for number in range(len(offsets)):
        start, end = int(offsets[number]), int(offsets[number]) + int(counts[number])
        coded = content[start:end]
        # Pillow writes an empty comment where none was asked for; nothing else differs.
        assert tile_in(file, pyramid, 0, number)[-400:] == coded[-400:]
        assert len(coded) - len(tile_in(file, pyramid, 0, number)) in range(40)


def test_an_ndpi_when_cut_at_its_restart_markers_then_shows_the_same_pixels():
    file, pyramid = taken(hamamatsu([]))
    raw = jpeg(tissue(2048, 1200, 3), subsampling="4:2:0", restart_marker_blocks=32)
    original = numpy.asarray(Image.open(io.BytesIO(raw))).astype(int)
    level = pyramid.levels[0]
    assert (level.tile_width, level.tile_height, level.columns, level.rows) == (512, 512, 4, 3)
    for number in range(8):
        row, column = divmod(number, 4)
        tile = Image.open(io.BytesIO(whole(level.head, tile_in(file, pyramid, 0, number))))
        part = original[row * 512 : row * 512 + 512, column * 512 : column * 512 + 512]
        # Only at the edge of a tile colours are smoothed from one side instead of two.
        inner = numpy.abs(numpy.asarray(tile) - part)[8:-8, 8:-8]
        assert inner.max() == 0


def test_the_size_of_a_pixel_and_the_objective_when_said_then_are_kept():
    assert (taken(aperio([]))[1].pixel, taken(aperio([]))[1].magnification) == ((0.499, 0.499), 20)
    assert taken(generic([]))[1].pixel == (0.25, 0.25)
    ndpi = taken(hamamatsu([]))[1]
    assert (ndpi.pixel[0], ndpi.magnification) == (pytest.approx(0.4545, abs=1e-4), 20)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [True, False])
def test_a_file_in_either_order_and_size_when_taken_then_openslide_reads_it(tmp_path, order, big):
    file, _ = taken(generic([], order=order, big=big, levels=1))
    (tmp_path / "a.tif").write_bytes(file)
    slide = openslide.OpenSlide(str(tmp_path / "a.tif"))
    assert slide.level_dimensions == ((1500, 1100), (375, 275))
    assert slide.properties["openslide.mpp-x"] == "0.25"
    seen = numpy.asarray(slide.read_region((600, 400), 0, (64, 64)).convert("RGB")).astype(int)
    drawn = numpy.asarray(tissue(1500, 1100, 2).crop((600, 400, 664, 464)))
    assert numpy.abs(seen - drawn).mean() < 8


def test_a_tiled_label_when_it_names_itself_then_is_no_level():
    image = tissue(1024, 600)
    pages = [level_page(image), level_page(image.resize((512, 300)), b"Label of the slide")]
    _, pyramid = taken(tiff(pages))
    assert [(one.width, one.drawn) for one in pyramid.levels] == [(1024, False), (512, True)]


def test_a_tiled_picture_of_another_shape_when_taken_then_is_no_level():
    pages = [level_page(tissue(1024, 600)), level_page(tissue(300, 500, 8))]
    _, pyramid = taken(tiff(pages))
    assert [one.drawn for one in pyramid.levels] == [False, True]


def test_a_tiled_picture_of_something_else_when_its_shape_fits_then_is_no_level():
    """A macro image can have the shape of the slide; it does not show the same."""
    other = Image.new("RGB", (512, 300), "white")
    other.paste((10, 20, 30), (0, 0, 200, 300))
    _, pyramid = taken(tiff([level_page(tissue(1024, 600)), level_page(other)]))
    assert [one.drawn for one in pyramid.levels] == [False, True]


def test_a_picture_that_begins_with_a_label_when_taken_then_is_withheld():
    with pytest.raises(WithheldError) as caught:
        taken(tiff([level_page(tissue(600, 400), b"label 600x400")]))
    assert caught.value.code == "slide_label"


def test_a_photograph_in_a_strip_when_taken_then_is_no_slide():
    with pytest.raises(RefusedError) as caught:
        taken(tiff([picture_page(tissue(600, 400), b"photo", 0)]))
    assert caught.value.code == "no_slide"


def test_tiles_that_share_their_bytes_when_taken_then_share_them_again():
    page = level_page(Image.new("RGB", (2048, 2048), "white"))
    page.pieces = page.pieces[:1] * 64
    content = tiff([page])
    file, pyramid = taken(content)
    offsets = pyramid.levels[0].offsets
    assert file[offsets : offsets + 8] != file[offsets + 8 : offsets + 16]
    first = TIFFFile(io.BytesIO(content), len(content)).directories[0].values(324)
    shared = content.replace(
        b"".join(int(one).to_bytes(4, "little") for one in first),
        int(first[0]).to_bytes(4, "little") * 64,
    )
    smaller, _ = taken(shared)
    assert len(smaller) < len(file) / 2


@pytest.mark.parametrize("compression", [1, 8, 5])
def test_tiles_that_are_not_jpeg_when_taken_then_are_kept_as_they_are(tmp_path, compression):
    image = tissue(512, 256)
    out = io.BytesIO()
    names = {1: None, 8: "tiff_adobe_deflate", 5: "tiff_lzw"}
    pieces = []
    for left in (0, 256):
        tile = image.crop((left, 0, left + 256, 256))
        out = io.BytesIO()
        tile.save(out, "TIFF", compression=names[compression], strip_size=1 << 24)
        strip = TIFFFile(io.BytesIO(out.getvalue()), len(out.getvalue())).directories[0]
        place = strip.number(273)
        pieces.append(out.getvalue()[place : place + strip.number(279)])
        predictor = strip.number(317, 1)
    tags = {256: (LONG, 512), 257: (LONG, 256), 258: (SHORT, [8, 8, 8]), 259: (SHORT, compression),
            262: (SHORT, 2), 277: (SHORT, 3), 284: (SHORT, 1), 317: (SHORT, predictor),
            322: (LONG, 256), 323: (LONG, 256)}  # fmt: skip
    file, pyramid = taken(tiff([Page(tags, pieces)]))
    assert tile_in(file, pyramid, 0, 1) == pieces[1]
    (tmp_path / "a.tif").write_bytes(file)
    slide = openslide.OpenSlide(str(tmp_path / "a.tif"))
    seen = slide.read_region((0, 0), 0, (512, 256)).convert("RGB")
    assert seen.tobytes() == image.tobytes()


def test_jpeg_2000_when_taken_then_is_kept_and_shown_as_jpeg():
    pieces = []
    image = tissue(512, 256)
    for left in (0, 256):
        out = io.BytesIO()
        image.crop((left, 0, left + 256, 256)).save(out, "JPEG2000", no_jp2=True, comment="Würgel")
        pieces.append(out.getvalue())
    tags = {256: (LONG, 512), 257: (LONG, 256), 258: (SHORT, [8, 8, 8]), 259: (SHORT, 33005),
            262: (SHORT, 2), 277: (SHORT, 3), 284: (SHORT, 1), 322: (LONG, 256),
            323: (LONG, 256)}  # fmt: skip
    file, pyramid = taken(tiff([Page(tags, pieces)]))
    assert "Würgel".encode() in pieces[0]
    assert "Würgel".encode() not in file
    assert pyramid.levels[0].coding == "jpeg2000"
    assert pyramid.levels[-1].drawn
