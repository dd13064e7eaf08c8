"""Bytes planted into files below the level of any library, as no writer would put them."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from cpms_portal.imaging.deidentification import writer
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.syntaxes import EXPLICIT_LITTLE
from tests.factories.dicom import StudyPlan, ct_slice, written

Raw = tuple[int, str, bytes]


def small(**values: object) -> Dataset:
    """Return a small slice with some values of its own."""
    dataset = ct_slice(StudyPlan(size=8), 0, 0)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def planted(content: bytes, *elements: Raw) -> bytes:
    """Return a file (explicit, little endian) with elements put in their place, or in another's."""
    file = read_file(content)
    start = file.dataset.elements[0].start
    new = {tag for tag, _, _ in elements}
    rows = [(one.tag, bytes(content[one.start : one.end]))
            for one in file.dataset.elements if one.tag not in new]  # fmt: skip
    rows += [(tag, writer.element(tag, vr, value, EXPLICIT_LITTLE)) for tag, vr, value in elements]
    return content[:start] + b"".join(row for _, row in sorted(rows, key=lambda row: row[0]))


def item(*elements: Raw) -> bytes:
    """Return an item of a sequence in explicit little endian."""
    body = b"".join(writer.element(tag, vr, value, EXPLICIT_LITTLE) for tag, vr, value in elements)
    return b"\xfe\xff\x00\xe0" + len(body).to_bytes(4, "little") + body


def compressed(frames: Iterable[bytes], syntax: str, bits: int = 8, table: bytes = b"") -> bytes:
    """Return an image of 8 × 8 pixels with compressed frames. table: its offset table, as it is."""
    parts = list(frames)
    dataset = small(BitsAllocated=bits, BitsStored=bits, HighBit=bits - 1,
                    NumberOfFrames=len(parts))  # fmt: skip
    dataset.PixelData = encapsulate(parts, has_bot=False)
    dataset["PixelData"].is_undefined_length = True
    content = written(dataset, syntax)
    empty = b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0"
    assert content.count(empty) == 1
    return content.replace(empty, empty[:-4] + len(table).to_bytes(4, "little") + table)


def jpeg(comment: bytes = b"") -> bytes:
    """Return a JPEG of 8 × 8 grey pixels."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (8, 8), 77).save(out, "JPEG", comment=comment)
    return out.getvalue()


def jpeg_2000(plain: bool = True) -> bytes:
    """Return 8 × 8 grey pixels in JPEG 2000: the codestream, or with boxes around it."""
    from PIL import Image

    out = io.BytesIO()
    pixels = numpy.arange(64, dtype=numpy.uint8).reshape(8, 8)
    Image.fromarray(pixels).save(out, "JPEG2000", no_jp2=plain)
    return out.getvalue()


def rle(tail: bytes = b"", unused: bytes = bytes(56)) -> bytes:
    """Return 8 × 8 pixels as a run-length frame. tail, unused: what lies beside its segment."""
    segment = b"\x07" + bytes(range(8)) + b"\xc9\x00" + b"\0"
    return (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + unused + segment + tail
