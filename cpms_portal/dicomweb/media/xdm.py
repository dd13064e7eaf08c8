"""IHE XDM (ITI TF-2 3.32) and DICOM discs (PS3.10): METADATA.XML and DICOMDIR inside a ZIP."""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from pydicom import dcmread

from cpms_portal.dicomweb.media.manifest import Manifest, MediaRefusedError
from cpms_portal.imaging.ingest.sources import SourceRefusedError, ZipSource

_RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
LARGEST_LIST = 16 * 1024 * 1024
DICOM = "application/dicom"


@dataclass(frozen=True)
class Listed:
    """A file a list names. size and digest (SHA-1, hex): empty when the list does not say."""

    path: str
    kind: str
    size: str = ""
    digest: str = ""


class _Disc:
    """The files of a ZIP by their path in capitals, as discs name them."""

    def __init__(self, content: bytes, largest: int) -> None:
        stream = io.BytesIO(content)
        try:
            ZipSource(stream, largest)
            self._zip = zipfile.ZipFile(stream)
        except (SourceRefusedError, zipfile.BadZipFile) as error:
            raise MediaRefusedError from error
        self.paths = {info.filename.strip("/").upper(): info for info in self._zip.infolist()}

    def read(self, path: str) -> bytes | None:
        """Return a file; None when it is not there or cannot be unpacked."""
        info = self.paths.get(path)
        try:
            return None if info is None or info.is_dir() else self._zip.read(info)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
            return None

    def lists(self, name: str) -> list[str]:
        """Return where a list of this name lies."""
        return sorted(path for path in self.paths if posixpath.basename(path) == name)


def read_disc(content: bytes, largest: int) -> Manifest:
    """Return what a disc holds; MediaRefusedError when it has no list that can be read."""
    disc = _Disc(content, largest)
    found = {one.path: one for one in [*_dicomdir(disc), *_metadata(disc)]}
    if not found:
        raise MediaRefusedError
    manifest = Manifest()
    for listed in found.values():
        _sort_in(manifest, listed, disc.read(listed.path))
    return manifest


def _sort_in(manifest: Manifest, listed: Listed, content: bytes | None) -> None:
    if content is None:
        manifest.missing += 1
    elif not _is_as_listed(listed, content):
        manifest.altered += 1
    elif listed.kind == DICOM:
        manifest.images.append(content)
    else:
        manifest.documents += 1


def _is_as_listed(listed: Listed, content: bytes) -> bool:
    if listed.size and listed.size != str(len(content)):
        return False
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return not listed.digest or listed.digest.lower() == digest


def _dicomdir(disc: _Disc) -> Iterator[Listed]:
    """Yield the images the directory of a disc names (PS3.3 annex F)."""
    for path in disc.lists("DICOMDIR"):
        try:
            records = dcmread(io.BytesIO(disc.read(path) or b"")).DirectoryRecordSequence
            named = [record.get("ReferencedFileID") for record in records]
        except Exception as error:
            # A hostile directory makes the library raise anything; it ends in words.
            raise MediaRefusedError from error
        for parts in filter(None, named):
            name = parts if isinstance(parts, str) else "/".join(map(str, parts))
            yield Listed(_below(path, name), DICOM)


def _metadata(disc: _Disc) -> Iterator[Listed]:
    """Yield the documents a submission set names (ebRIM ExtrinsicObject)."""
    for path in disc.lists("METADATA.XML"):
        content = disc.read(path) or b""
        if len(content) > LARGEST_LIST:
            raise MediaRefusedError
        try:
            tree = fromstring(content)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise MediaRefusedError from error
        for document in tree.iter(f"{_RIM}ExtrinsicObject"):
            slots = _slots(document)
            if "URI" in slots:
                kind = document.get("mimeType", "").lower()
                where = _below(path, slots["URI"])
                if posixpath.basename(where) != "DICOMDIR":
                    yield Listed(where, kind, slots.get("size", ""), slots.get("hash", ""))


def _slots(document: Element) -> dict[str, str]:
    found = {}
    for slot in document.iter(f"{_RIM}Slot"):
        values = [value.text or "" for value in slot.iter(f"{_RIM}Value")]
        found[slot.get("name", "")] = "".join(values).strip()
    return found


def _below(list_path: str, name: str) -> str:
    """Return the path of a file a list names, as it stands beside the list; never above it."""
    plain = name.replace("\\", "/").upper()
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(list_path), plain))
    return "" if joined.startswith(("/", "..")) else joined
