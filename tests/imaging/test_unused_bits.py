"""Bits beside those of the image: cleared where something is in them, else left bit for bit."""

from __future__ import annotations

import io

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jpeg_ls import encode_array
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import get_encoder, pixel_array
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.factories.dicom import SYNTAXES, StudyPlan, ct_slice, written

KEY = b"k" * 32
SIDE = 24
PLAN = StudyPlan(uid_seed="unused bits", size=SIDE)
NATIVE = [one for one in SYNTAXES if not one.startswith("1.2.840.10008.1.2.4")]


def letters() -> numpy.ndarray:
    """Return where a name is written into an image, as ones."""
    made = numpy.zeros((SIDE, SIDE), numpy.uint32)
    made[3:9, 2:20:3] = 1
    return made


def image(values: numpy.ndarray, stored: int, high: int, signed: bool = False) -> Dataset:
    """Return an image of these pixels."""
    dataset = ct_slice(PLAN, 0, 0)
    dataset.Rows = dataset.Columns = SIDE
    dataset.BitsAllocated, dataset.BitsStored = values.dtype.itemsize * 8, stored
    dataset.HighBit, dataset.PixelRepresentation = high, int(signed)
    dataset.PixelData = values.tobytes()
    return dataset


def overlay(dataset: Dataset, position: int, group: int = 0x6000) -> Dataset:
    """Say that an overlay lies in a bit of the pixels."""
    dataset.add_new((group, 0x0010), "US", SIDE)
    dataset.add_new((group, 0x0011), "US", SIDE)
    dataset.add_new((group, 0x0040), "CS", "G")
    dataset.add_new((group, 0x0050), "SS", [1, 1])
    dataset.add_new((group, 0x0100), "US", 16)
    dataset.add_new((group, 0x0102), "US", position)
    return dataset


def decided(dataset: Dataset, syntax: str = SYNTAXES[0]) -> Decision:
    """Return what is decided on an image."""
    return Deidentifier(KEY).deidentify(written(dataset, syntax))


def stored_pixels(decision: Decision) -> numpy.ndarray:
    """Return every bit of the pixels of what is stored."""
    assert decision.content is not None, decision.code
    dataset = dcmread(io.BytesIO(decision.content))
    if dataset.file_meta.TransferSyntaxUID.is_compressed:
        dataset.BitsStored = dataset.BitsAllocated
        dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
        return pixel_array(dataset, raw=True).reshape(SIDE, SIDE)
    order = "<" if dataset.original_encoding[1] else ">"
    kind = f"{order}u{dataset.BitsAllocated // 8}"
    return numpy.frombuffer(dataset.PixelData, kind)[: SIDE * SIDE].reshape(SIDE, SIDE)


@st.composite
def shapes(draw):
    """Return bits allocated, stored, high bit, whether signed."""
    allocated = draw(st.sampled_from([8, 16, 32]))
    stored = draw(st.integers(2, allocated - 1))
    return allocated, stored, draw(st.integers(stored - 1, allocated - 1)), draw(st.booleans())


def pixels(shape, seed: int) -> numpy.ndarray:
    """Return clean pixels of a shape: their bits in place, their sign above them."""
    allocated, stored, high, signed = shape
    low = high + 1 - stored
    drawn = numpy.random.default_rng(seed).integers(0, 1 << stored, (SIDE, SIDE), numpy.int64)
    if signed:
        drawn -= (drawn >> (stored - 1)) << stored
    return (drawn << low).astype(f"i{allocated // 8}").view(f"u{allocated // 8}")


def unused(shape) -> list[int]:
    """Return the bits that are not image."""
    allocated, stored, high, _ = shape
    return [bit for bit in range(allocated) if not high + 1 - stored <= bit <= high]


@given(shapes(), st.integers(0, 2**31), st.sampled_from(NATIVE))
def test_pixels_with_clean_bits_when_stored_then_stay_bit_for_bit(shape, seed, syntax) -> None:
    values = pixels(shape, seed)
    decision = decided(image(values, *shape[1:]), syntax)
    assert numpy.array_equal(stored_pixels(decision), values)


@given(
    shapes(), st.integers(0, 2**31), st.sampled_from(NATIVE), st.data(), st.booleans(),
    st.sampled_from(range(0x6000, 0x6020, 2)),
)  # fmt: skip
def test_letters_in_an_unused_bit_when_stored_then_are_gone_and_the_image_is_not(
    shape, seed, syntax, data, said, group
) -> None:
    clean, bit = pixels(shape, seed), data.draw(st.sampled_from(unused(shape)))
    dataset = image(clean ^ (letters() << bit).astype(clean.dtype), *shape[1:])
    if said and bit:
        overlay(dataset, bit, group)
    decision = decided(dataset, syntax)
    assert numpy.array_equal(stored_pixels(decision), clean)
    assert decision.counts["removed"]
    found = dcmread(io.BytesIO(decision.content or b""))
    assert not [one for one in found if one.tag.group >> 8 == 0x60]


def compressed(values: numpy.ndarray, syntax: str, signed: bool = False) -> Dataset:
    """Return an image of 12 bits whose compressed frame has room for 16."""
    out = io.BytesIO()
    if syntax == JPEG2000Lossless:
        Image.fromarray(values).save(out, "JPEG2000", no_jp2=True)
    elif syntax == JPEGLSLossless:
        out.write(encode_array(values))
    else:
        out.write(get_encoder(RLELossless).encode(
            values.tobytes(), rows=SIDE, columns=SIDE, samples_per_pixel=1, bits_allocated=16,
            bits_stored=16, pixel_representation=0, number_of_frames=1,
            photometric_interpretation="MONOCHROME2", encoding_plugin="pydicom",
        ))  # fmt: skip
    dataset = image(values, 12, 11, signed)
    dataset.PixelData = encapsulate([out.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    return dataset


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("hidden", [False, True])
def test_run_lengths_when_something_hides_in_them_then_lose_it_and_else_stay(
    signed, hidden
) -> None:
    shape = (16, 12, 11, signed)
    clean = pixels(shape, 7)
    clean[10:, :] = 0x0123
    dirty = clean ^ (letters() << 14).astype("u2") if hidden else clean
    dataset = compressed(dirty, RLELossless, signed)
    whole = dcmread(io.BytesIO(written(dataset, RLELossless))).PixelData
    decision = decided(dataset, RLELossless)
    assert numpy.array_equal(stored_pixels(decision), clean)
    kept = dcmread(io.BytesIO(decision.content or b"")).PixelData
    assert (kept == whole) is not hidden


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless])
def test_compressed_frames_with_room_for_more_when_looked_into_then_are_kept_only_when_clean(
    syntax,
) -> None:
    clean = pixels((16, 12, 11, False), 5)
    kept = decided(compressed(clean, syntax), syntax)
    assert (kept.status, kept.code) == ("stored", "")
    assert numpy.array_equal(stored_pixels(kept), clean)
    dirty = decided(compressed(clean | (letters() << 15).astype("u2"), syntax), syntax)
    assert (dirty.status, dirty.code) == ("withheld", "hidden_bits")


@pytest.mark.parametrize(("stored", "high", "position"), [(12, 11, 3), (12, 20, 0), (12, 5, 14)])
def test_an_overlay_in_the_image_itself_or_nobody_knows_where_when_met_then_is_withheld(
    stored, high, position
) -> None:
    dataset = overlay(image(pixels((16, 12, 11, False), 1), stored, high), position)
    decision = decided(dataset)
    assert (decision.status, decision.code) == ("withheld", "hidden_bits")
