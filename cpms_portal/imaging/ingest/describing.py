"""An instance described as DICOM JSON (PS3.18 Annex F), once, when it arrives.

What DICOMweb answers with later is ready then: no file is parsed for a question. Pixels and
other large values are named, not written; the name is completed when the answer is sent.
"""

from __future__ import annotations

import json
import math
import struct
from base64 import b64encode
from functools import lru_cache
from typing import Any

from cpms_portal.imaging.deidentification.elements import Dataset, Element
from cpms_portal.imaging.deidentification.text import ASCII, character_sets, decoded

#: Written before the place of a large value; replaced by the address of the instance.
BULK = '"BulkDataURI":"bulkdata:'
LARGEST_INLINE = 256
_UNICODE = '{"vr":"CS","Value":["ISO_IR 192"]}'
_CHARACTER_SET, _PADDING = 0x00080005, 0xFFFCFFFC
_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_BYTES = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
_WHOLE = frozenset(["LT", "ST", "UT", "UR"])
_NAME_PARTS = ("Alphabetic", "Ideographic", "Phonetic")


def described(dataset: Dataset) -> bytes:
    """Return the DICOM JSON of a data set in one line."""
    return _level(dataset, ASCII, "").encode()


def _level(dataset: Dataset, encodings: tuple[str, ...], place: str) -> str:
    charset = dataset.find(_CHARACTER_SET)
    if charset is not None and charset.items is None:
        encodings = character_sets(charset.raw)
    level: dict[int, str] = {}
    for element in dataset.elements:
        tag = element.tag
        if tag >> 16 == 2 or not tag & 0xFFFF or tag == _PADDING:
            continue
        level[tag] = _value(element, dataset, encodings, f"{place}{tag:08X}")
    if charset is not None:
        level[_CHARACTER_SET] = _UNICODE
    return "{" + ",".join(f'"{tag:08X}":{level[tag]}' for tag in sorted(level)) + "}"


def _value(element: Element, dataset: Dataset, encodings: tuple[str, ...], place: str) -> str:
    vr = element.vr or "UN"
    if element.items is not None:
        items = [
            _level(item, encodings, f"{place}.{number}.")
            for number, item in enumerate(element.items)
        ]
        return f'{{"vr":"SQ","Value":[{",".join(items)}]}}' if items else '{"vr":"SQ"}'
    size = element.end - element.value
    if element.fragments is not None or (vr in _BYTES and size > LARGEST_INLINE):
        return f'{{"vr":"{vr}",{BULK}{place}"}}'
    written = _written if size <= LARGEST_INLINE else _written.__wrapped__
    return written(vr, element.raw, encodings, dataset.encoding.order)


@lru_cache(maxsize=4096)
def _written(vr: str, raw: bytes, encodings: tuple[str, ...], order: str) -> str:
    """Return the JSON of a value; slices of a series share most of theirs."""
    told: dict[str, Any] = {"vr": vr}
    if raw and vr in _BYTES:
        told["InlineBinary"] = b64encode(raw).decode()
    elif raw and (values := _values(vr, raw, encodings, order)):
        told["Value"] = values
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _values(vr: str, raw: bytes, encodings: tuple[str, ...], order: str) -> list[Any]:
    if vr in _NUMBERS:
        kind = _NUMBERS[vr]
        count = len(raw) // struct.calcsize(f"={kind}")
        found = struct.unpack_from(f"{order}{count}{kind}", raw)
        return [None if isinstance(one, float) and not math.isfinite(one) else one for one in found]
    if vr == "AT":
        pairs = struct.unpack_from(f"{order}{len(raw) // 4 * 2}H", raw)
        return [f"{a:04X}{b:04X}" for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
    text = decoded(raw, encodings, vr).rstrip(" \0")
    if vr in _WHOLE:
        return [text] if text else []
    parts = [part.strip(" \0") or None for part in text.split("\\")] if text else []
    if vr == "PN":
        return [None if part is None else _name(part) for part in parts]
    if vr in ("DS", "IS"):
        return [None if part is None else _number(part, vr) for part in parts]
    return parts


def _name(text: str) -> dict[str, str]:
    return {part: found for part, found in zip(_NAME_PARTS, text.split("="), strict=False) if found}


def _number(text: str, vr: str) -> Any:
    try:
        found = int(text) if vr == "IS" else float(text)
    except ValueError:
        return text
    return found if math.isfinite(found) else text
