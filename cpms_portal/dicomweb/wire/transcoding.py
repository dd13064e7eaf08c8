"""Instances and frames in another transfer syntax than the one they lie in: Explicit VR LE."""

from __future__ import annotations

import io
from typing import Any

import numpy
from pydicom import Dataset, dcmread
from pydicom.pixels import get_decoder
from pydicom.uid import ExplicitVRLittleEndian

from cpms_portal.dicomweb.wire.accepting import NotAcceptableError
from cpms_portal.imaging.deidentification.elements import PIXEL_DATA
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.syntaxes import BIG_ENDIAN, EXPLICIT, NATIVE
from cpms_portal.imaging.ingest.facts import Facts

#: Bytes of a number in values the library leaves as they lie (PS3.5 section 6.2).
_WIDTHS = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
_LARGEST = 2**32 - 2


def in_syntax(content: bytes, stored: str, wanted: str) -> bytes:
    """Return an instance in a transfer syntax; NotAcceptableError when it cannot be made."""
    if wanted in ("", stored):
        return content
    if wanted != EXPLICIT:
        raise NotAcceptableError
    try:
        dataset = dcmread(io.BytesIO(content))
        if stored not in NATIVE:
            _decompress(dataset)
        if stored == BIG_ENDIAN:
            _turn(dataset)
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        out = io.BytesIO()
        dataset.save_as(out, implicit_vr=False, little_endian=True, enforce_file_format=True)
    except Exception as error:
        # Decoders raise whatever their libraries do.
        raise NotAcceptableError from error
    return out.getvalue()


def _turn(dataset: Dataset) -> None:
    """Make little-endian what was read as big-endian; the library turns numbers alone."""
    for element in dataset.iterall():
        width = _WIDTHS.get(element.VR)
        if element.tag == PIXEL_DATA and element.VR == "OW":
            # Cells of 32 bits are written whole, whatever the VR is called.
            width = max(dataset.BitsAllocated // 8, 2)
        if width and element.value:
            turned = numpy.frombuffer(element.value, f">u{width}").astype(f"<u{width}")
            element.value = turned.tobytes()
    dataset.set_original_encoding(False, True)


def _decompress(dataset: Dataset) -> None:
    """Replace compressed pixels; colour becomes RGB, and the data set says so (PS3.5 8.2)."""
    count = max(int(dataset.get("NumberOfFrames") or 1), 1)
    frames: list[bytes] = []
    about: dict[str, Any] = {}
    for number in range(count):
        frame, about = _frame(dataset, number)
        frames.append(frame)
    if sum(map(len, frames)) > _LARGEST:
        raise NotAcceptableError
    frames.append(b"\0" * (sum(map(len, frames)) % 2))
    pixels = dataset["PixelData"]
    pixels.value, pixels.is_undefined_length = b"".join(frames), False
    pixels.VR = "OB" if dataset.BitsAllocated <= 8 else "OW"
    dataset.PhotometricInterpretation = about["photometric_interpretation"]
    if dataset.SamplesPerPixel > 1:
        dataset.PlanarConfiguration = about["planar_configuration"]


def _frame(dataset: Dataset, number: int) -> tuple[bytes, dict[str, Any]]:
    values, about = get_decoder(dataset.file_meta.TransferSyntaxUID).as_array(dataset, index=number)
    return values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes(), dict(about)


def plain_frames(content: bytes, facts: Facts, numbers: list[int]) -> list[bytes]:
    """Return frames, counted from 0, as they lie in the instance in Explicit VR Little Endian.

    NotAcceptableError when they cannot be made.
    """
    if facts["syntax"] in NATIVE:
        return _cut(in_syntax(content, facts["syntax"], EXPLICIT), facts, numbers)
    try:
        dataset = dcmread(io.BytesIO(content))
        return [_frame(dataset, number)[0] for number in numbers]
    except Exception as error:
        # As above.
        raise NotAcceptableError from error


def frame_bits(facts: Facts) -> int:
    """Return how many bits a native frame takes (PS3.5 section 8.1.1; C.7.6.3.1.2 for 4:2:2)."""
    bits = (facts.get("samples") or 1) * (facts.get("allocated") or 8)
    bits *= (facts.get("rows") or 0) * (facts.get("columns") or 0)
    return bits * 2 // 3 if facts.get("photometric") == "YBR_FULL_422" else bits


def _cut(content: bytes, facts: Facts, numbers: list[int]) -> list[bytes]:
    pixels, size = read_file(content).dataset.find(PIXEL_DATA), frame_bits(facts)
    if pixels is None or not size:
        raise NotAcceptableError
    raw = pixels.raw
    if size % 8 == 0:
        size //= 8
        return [raw[number * size : (number + 1) * size] for number in numbers]
    # Frames of single bits need not begin where a byte does.
    single = numpy.unpackbits(numpy.frombuffer(raw, "u1"), bitorder="little")
    return [
        numpy.packbits(single[number * size : (number + 1) * size], bitorder="little").tobytes()
        for number in numbers
    ]
