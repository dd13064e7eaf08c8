"""Regions of stored pixels blacked out for good, and pictures of what lies in them.

Works on files the engine wrote. Compressed pixels that are masked become uncompressed ones:
what is lossy is never compressed again, and stays marked as lossy (PS3.3 C.7.6.1.1.5).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_color_lut, pixel_array
from pydicom.uid import JPEGTransferSyntaxes, UncompressedTransferSyntaxes

from cpms_portal.imaging.deidentification.reasons import WithheldError

Box = tuple[int, int, int, int]

CLEAN_PIXEL_DATA = ("113101", "Clean Pixel Data Option")
_LOSSY = frozenset((*JPEGTransferSyntaxes[:2], "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.91",
                    "1.2.840.10008.1.2.4.93", "1.2.840.10008.1.2.4.203"))  # fmt: skip
_MOST_PIXELS = 64 * 1024 * 1024


def within(box: Sequence[int], columns: int, rows: int) -> Box | None:
    """Return the part of a box (left, top, width, height) inside an image; None for nothing."""
    left, top = max(int(box[0]), 0), max(int(box[1]), 0)
    right, bottom = min(int(box[0]) + int(box[2]), columns), min(int(box[1]) + int(box[3]), rows)
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def masked(content: bytes, boxes: Sequence[Sequence[int]]) -> bytes:
    """Return a file with its regions blacked out in every frame, and marked so.

    Without boxes the pixels stay bit for bit as they are and only the mark changes: somebody
    looked and found no text. WithheldError when the pixels cannot be masked.
    """
    try:
        dataset = dcmread(io.BytesIO(content))
        if boxes:
            _black_out(dataset, boxes)
            _claim(dataset)
        dataset.BurnedInAnnotation = "NO"
        out = io.BytesIO()
        dataset.save_as(out, enforce_file_format=True)
    except WithheldError:
        raise
    except Exception as error:
        # Decoders raise whatever their libraries do; an image that cannot be masked stays held.
        raise WithheldError("pixel_format") from error
    return out.getvalue()


def _claim(dataset: Dataset) -> None:
    """Say that pixels were cleaned (PS3.15 E.3.1; PS3.16 CID 7050)."""
    item = Dataset()
    item.CodeValue, item.CodeMeaning = CLEAN_PIXEL_DATA
    item.CodingSchemeDesignator = "DCM"
    dataset.DeidentificationMethodCodeSequence.append(item)


def _black_out(dataset: Dataset, boxes: Sequence[Sequence[int]]) -> None:
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax not in UncompressedTransferSyntaxes:
        dataset.decompress(generate_instance_uid=False)
        if syntax in _LOSSY:
            dataset.LossyImageCompression = "01"
    values = _values(dataset)
    photometric = dataset.PhotometricInterpretation
    for box in boxes:
        inside = within(box, dataset.Columns, dataset.Rows)
        if inside is None:
            continue
        left, top, width, height = inside
        region = values[:, top : top + height, left : left + width]
        if photometric == "YBR_FULL":
            region[...] = (0, 128, 128)
        elif photometric == "MONOCHROME1":
            region[...] = values.max()
        else:
            region[...] = values.min() if photometric == "MONOCHROME2" else 0
    raw = bytes(values.base.tobytes() if values.base is not None else values.tobytes())
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)


def _values(dataset: Dataset) -> numpy.ndarray:
    """Return native pixels as frames × rows × columns × samples, to be written into."""
    samples, bits = dataset.SamplesPerPixel, dataset.BitsAllocated
    if bits not in (8, 16, 32) or samples not in (1, 3):
        raise WithheldError("pixel_format")
    if samples == 3 and dataset.PhotometricInterpretation not in ("RGB", "YBR_FULL"):
        raise WithheldError("pixel_format")
    frames = int(dataset.get("NumberOfFrames") or 1)
    order = ">" if dataset.original_encoding[1] is False else "<"
    kind = f"{order}{'i' if dataset.PixelRepresentation else 'u'}{bits // 8}"
    rows, columns = dataset.Rows, dataset.Columns
    length = frames * rows * columns * samples * bits // 8
    flat = numpy.frombuffer(bytearray(dataset.PixelData[:length]), kind)
    if samples == 3 and dataset.get("PlanarConfiguration") == 1:
        return flat.reshape(frames, 3, rows, columns).transpose(0, 2, 3, 1)
    return flat.reshape(frames, rows, columns, samples)


def picture_of(content: bytes, number: int = 0) -> Image.Image:
    """Return a frame as a picture of eight bits; WithheldError when it cannot be decoded."""
    try:
        dataset = dcmread(io.BytesIO(content))
        if dataset.Rows * dataset.Columns > _MOST_PIXELS:
            raise WithheldError("pixel_format")
        values = pixel_array(dataset, index=number)
        if dataset.PhotometricInterpretation == "PALETTE COLOR":
            values = apply_color_lut(values, dataset)
    except Exception as error:
        # As above: whatever a decoder raises means that nobody can see the image.
        raise WithheldError("pixel_format") from error
    if values.ndim == 3:
        wide = values >> 8 if values.dtype.itemsize == 2 else values
        return Image.fromarray(wide.astype(numpy.uint8))
    low, high = float(values.min()), float(values.max())
    grey = (values.astype(numpy.float32) - low) / max(high - low, 1.0) * 255
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    return Image.fromarray(grey.astype(numpy.uint8))
