"""Office files are ZIPs of XML: opened within limits, each part cleaned, packed anew."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable

from lxml import etree

from cpms_portal.imaging.deidentification.reasons import RefusedError

MOST_PARTS = 5000
LARGEST = 400 * 1024 * 1024
LARGEST_RATIO = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)

Part = tuple[str, bytes]
Cleaned = Callable[[str, bytes], bytes | None]


def parts_of(content: bytes) -> list[Part]:
    """Return the parts of a package; RefusedError when it is damaged, protected or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = [info for info in packed.infolist() if not info.is_dir()]
            _check(members)
            return [(info.filename, packed.read(info)) for info in members]
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError,
            RuntimeError, zipfile.LargeZipFile) as error:  # fmt: skip
        raise RefusedError("broken_document") from error


def _check(members: list[zipfile.ZipInfo]) -> None:
    if any(info.flag_bits & 1 for info in members):
        raise RefusedError("protected")
    if len(members) > MOST_PARTS or sum(info.file_size for info in members) > LARGEST:
        raise RefusedError("too_large")
    if any(info.file_size > max(info.compress_size, 4096) * LARGEST_RATIO for info in members):
        raise RefusedError("too_large")


def packed_anew(parts: Iterable[Part]) -> bytes:
    """Return parts as a package: no dates, no remarks, the media type of OpenDocument first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in sorted(parts, key=lambda part: part[0] != "mimetype"):
            info = zipfile.ZipInfo(name, _EPOCH)
            plain = name == "mimetype"
            info.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            packed.writestr(info, content)
    return out.getvalue()


def parsed(content: bytes) -> etree._Element:
    """Return XML as a tree without remarks and instructions; no entity, nothing fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True, huge_tree=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RefusedError("broken_document") from error
    if root.getroottree().docinfo.doctype:
        raise RefusedError("broken_document")
    return root


def written(root: etree._Element) -> bytes:
    """Return a tree as XML."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def local(name: object) -> str:
    """Return the name of an element or attribute without its namespace."""
    return str(name).rpartition("}")[2]


def texts_of(root: etree._Element) -> list[str]:
    """Return the words of a tree: run together, as names are cut by formatting; and apart."""
    words = [str(word) for word in root.itertext()]
    said = [str(value) for element in root.iter() for value in element.attrib.values()]
    return ["".join(words), " ".join(words), " ".join(said)]
