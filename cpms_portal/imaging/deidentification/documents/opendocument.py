"""OpenDocument (ISO/IEC 26300): meta, authors of remarks and changes, printers, previews go."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from lxml import etree

from cpms_portal.imaging.deidentification.documents.packages import (
    Part,
    local,
    packed_anew,
    parsed,
    parts_of,
    texts_of,
    written,
)
from cpms_portal.imaging.deidentification.documents.pictures import clean_picture
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

# Elements whose words are somebody's name or the time of a remark.
_NAMES = frozenset((
    "creator", "creator-initials", "initial-creator", "author-name", "author-initials",
    "printed-by", "sender-firstname", "sender-lastname", "sender-initials", "sender-email",
    "sender-company", "sender-street", "sender-city", "sender-phone-private", "sender-phone-work",
    "sender-fax", "sender-title", "sender-position", "sender-postal-code", "sender-country",
))  # fmt: skip
_MOMENTS = frozenset(("date", "date-string"))
_PRINTERS = ("Printer", "RsidRoot", "Rsid", "CurrentDatabase", "Redline")
_PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
_GONE_FOLDERS = ("Thumbnails/", "Configurations2/", "Versions/", "ObjectReplacements/")
_GONE_PARTS = ("META-INF/documentsignatures.xml", "layout-cache", "VersionList.xml")
_MIMETYPE = "mimetype"


def clean_opendocument(content: bytes, counts: Counter[str]) -> tuple[bytes, list[str]]:
    """Return a text, sheet, slides, chart or image without its makers, and its words."""
    kept: list[Part] = []
    said: list[str] = []
    gone: set[str] = set()
    for name, inside in parts_of(content):
        if _is_dropped(name):
            counts["removed"] += 1
            gone.add(name)
            continue
        cleaned, words = _part(name, inside, counts)
        kept.append((name, cleaned))
        said += words
    return packed_anew([_listed(part, gone) for part in kept]), said


def _is_dropped(name: str) -> bool:
    if name.startswith(("Basic/", "Scripts/")):
        raise RefusedError("macros")
    return name.startswith(_GONE_FOLDERS) or name in _GONE_PARTS


def _part(name: str, content: bytes, counts: Counter[str]) -> tuple[bytes, list[str]]:
    low = PurePosixPath(name).name.lower()
    if name == _MIMETYPE:
        return content, []
    if low.endswith((".xml", ".rdf")):
        root = parsed(content)
        if low == "meta.xml":
            _empty_meta(root, counts)
        else:
            _clean_tree(root, counts)
        return written(root), texts_of(root)
    if low.endswith(_PICTURES):
        return clean_picture(content, counts), []
    if low.endswith((".svg", ".gif", ".emf", ".wmf", ".svm", ".ttf")):
        return content, [content.decode("latin-1"), content.decode("utf-16-le", "ignore")]
    raise WithheldError("embedded")


def _empty_meta(root: etree._Element, counts: Counter[str]) -> None:
    for child in list(root):
        for entry in list(child):
            child.remove(entry)
            counts["removed"] += 1


def _clean_tree(root: etree._Element, counts: Counter[str]) -> None:
    for element in list(root.iter()):
        name = local(element.tag)
        if name in _NAMES and element.text:
            element.text = ""
            counts["removed"] += 1
        elif name in _MOMENTS and local(element.getparent().tag) in ("annotation", "change-info"):
            element.text = "1970-01-01T00:00:00"
            counts["replaced"] += 1
        elif name == "config-item" and str(_named(element)).startswith(_PRINTERS):
            element.getparent().remove(element)
            counts["removed"] += 1


def _named(element: etree._Element) -> str:
    return next((str(value) for key, value in element.attrib.items() if local(key) == "name"), "")


def _listed(part: Part, gone: set[str]) -> Part:
    """Return the manifest without the parts that are gone; any other part as it is."""
    name, content = part
    if name != "META-INF/manifest.xml" or not gone:
        return part
    root = parsed(content)
    for entry in list(root):
        path = next((str(v) for k, v in entry.attrib.items() if local(k) == "full-path"), "")
        if path in gone or (path.endswith("/") and any(one.startswith(path) for one in gone)):
            root.remove(entry)
    return name, written(root)
