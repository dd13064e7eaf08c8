"""The Native DICOM Model (PS3.19 annex A.1): what is said in DICOM JSON, as XML."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from pydicom.datadict import keyword_for_tag

NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
#: What XML 1.0 cannot hold (section 2.2).
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME_PARTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")


def native_model(found: dict[str, Any]) -> bytes:
    """Return a data set in DICOM JSON as a document of the Native DICOM Model."""
    root = Element("NativeDicomModel", {"xmlns": NAMESPACE, "xml:space": "preserve"})
    _level(root, found)
    # A reader makes every bare end of line the same (XML 1.0 section 2.11); the text has its own.
    return tostring(root, encoding="utf-8", xml_declaration=True).replace(b"\r", b"&#13;")


def _level(above: Element, found: dict[str, Any]) -> None:
    for tag, told in sorted(found.items()):
        about = {"tag": tag, "vr": told["vr"]}
        keyword, creator = keyword_for_tag(int(tag, 16)), _creator(found, tag)
        about |= {"keyword": keyword} if keyword else {}
        about |= {"privateCreator": creator} if creator else {}
        _attribute(SubElement(above, "DicomAttribute", about), told)


def _creator(found: dict[str, Any], tag: str) -> str:
    """Return who a private element belongs to (PS3.5 section 7.8.1); empty when to nobody."""
    if int(tag[:4], 16) % 2 == 0 or tag[4:6] == "00":
        return ""
    values = found.get(f"{tag[:4]}00{tag[4:6]}", {}).get("Value") or [""]
    return _text(values[0])


def _attribute(element: Element, told: dict[str, Any]) -> None:
    if "BulkDataURI" in told:
        SubElement(element, "BulkData", {"uri": told["BulkDataURI"]})
    if "InlineBinary" in told:
        SubElement(element, "InlineBinary").text = told["InlineBinary"]
    for number, value in enumerate(told.get("Value", ()), 1):
        place = {"number": str(number)}
        if told["vr"] == "SQ":
            _level(SubElement(element, "Item", place), value or {})
        elif told["vr"] == "PN":
            _name(SubElement(element, "PersonName", place), value or {})
        else:
            SubElement(element, "Value", place).text = _text(value)


def _name(element: Element, value: dict[str, str]) -> None:
    for group in ("Alphabetic", "Ideographic", "Phonetic"):
        if group not in value:
            continue
        written = SubElement(element, group)
        for part, text in zip(_NAME_PARTS, value[group].split("^"), strict=False):
            if text:
                SubElement(written, part).text = _text(text)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return "" if value is None else _UNWRITABLE.sub("", str(value))
