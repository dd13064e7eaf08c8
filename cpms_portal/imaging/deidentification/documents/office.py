"""Office Open XML (ECMA-376): properties, authors, comments' and changes' names, and paths go."""

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

# Attributes that say who wrote or changed something, in Word, Excel and PowerPoint.
_NAMES = frozenset(("author", "initials", "userId", "providerId", "displayName", "userName",
                    "name_of_author", "lastEditedBy", "personId_name", "contact"))  # fmt: skip
_AUTHORS = frozenset(("cmAuthor", "author", "person"))
_GONE = frozenset(("absPath", "docVars", "docVar", "rsids", "attachedTemplate", "mailMerge",
                   "saveThroughXslt", "fileSharing"))  # fmt: skip
_REVISION = ("rsid",)
_NAMELESS = "Author"
_EMPTIED = ("docprops/core.xml", "docprops/app.xml", "docprops/custom.xml")
_PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
_PLAIN = (".xml", ".rels", ".vml")
_DRAWINGS = (".emf", ".wmf", ".gif", ".svg", ".wdp", ".fntdata", ".odttf")
_OFFICE = (".docx", ".xlsx", ".pptx")
_DEEPEST = 3


def clean_office(content: bytes, counts: Counter[str], depth: int = 0) -> tuple[bytes, list[str]]:
    """Return a Word, Excel or PowerPoint file without its makers, and its words.

    WithheldError for what cannot be looked into; RefusedError when damaged or with macros.
    """
    parts = parts_of(content)
    dropped = {name for name, _ in parts if _is_dropped(name)}
    kept: list[Part] = []
    said: list[str] = []
    for name, inside in parts:
        if name in dropped:
            counts["removed"] += 1
            continue
        cleaned, words = _part(name, inside, counts, depth)
        kept.append((name, _without_links(name, cleaned, dropped)))
        said += words
    return packed_anew(kept), said


def _is_dropped(name: str) -> bool:
    low = name.lower()
    if PurePosixPath(low).name == "vbaproject.bin":
        raise RefusedError("macros")
    return (
        low.startswith(("docprops/thumbnail", "_xmlsignatures/", "xl/revisions/", "userdata/"))
        or "printersettings" in low
        or low.endswith(("/people.xml", "vbadata.xml"))
    )


def _part(name: str, content: bytes, counts: Counter[str], depth: int) -> tuple[bytes, list[str]]:
    low = name.lower()
    if low in _EMPTIED:
        counts["removed"] += 1
        return _emptied(content), []
    if low.endswith(_PLAIN):
        root = parsed(content)
        _clean_tree(root, counts)
        return written(root), texts_of(root)
    if low.endswith(_PICTURES):
        return clean_picture(content, counts), []
    if low.endswith(_OFFICE) and depth < _DEEPEST:
        return clean_office(content, counts, depth + 1)
    if low.endswith(_DRAWINGS):
        return content, [content.decode("latin-1"), content.decode("utf-16-le", "ignore")]
    raise WithheldError("embedded")


def _emptied(content: bytes) -> bytes:
    root = parsed(content)
    for child in list(root):
        root.remove(child)
    return written(root)


def _clean_tree(root: etree._Element, counts: Counter[str]) -> None:
    for element in list(root.iter()):
        name = local(element.tag)
        parent = element.getparent()
        if name in _GONE and parent is not None:
            parent.remove(element)
            counts["removed"] += 1
            continue
        if name == "author" and element.text:
            element.text = _NAMELESS
            counts["replaced"] += 1
        _clean_attributes(element, name, counts)


def _clean_attributes(element: etree._Element, name: str, counts: Counter[str]) -> None:
    for key in list(element.attrib):
        attribute = local(key)
        if attribute.startswith(_REVISION):
            del element.attrib[key]
        elif attribute in _NAMES or (attribute == "name" and name in _AUTHORS):
            element.attrib[key] = _NAMELESS
            counts["replaced"] += 1
        elif attribute == "Target" and element.get("TargetMode") == "External":
            element.attrib[key] = _target(str(element.attrib[key]))


def _target(address: str) -> str:
    """Return an address outside the file; places on somebody's disk or network are not told."""
    return address if address.startswith(("http://", "https://", "#")) else "about:blank"


def _without_links(name: str, content: bytes, dropped: set[str]) -> bytes:
    """Return a list of relations or types without the parts that are gone."""
    low = name.lower()
    if not dropped or not (low.endswith(".rels") or low == "[content_types].xml"):
        return content
    gone = {PurePosixPath(one).name for one in dropped}
    root = parsed(content)
    for element in list(root):
        target = element.get("Target") or element.get("PartName") or ""
        if PurePosixPath(target).name in gone and element.get("TargetMode") != "External":
            root.remove(element)
    return written(root)
