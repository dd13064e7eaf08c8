"""PDF (ISO 32000): what describes file and makers is taken away, what a page shows stays."""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from cpms_portal.imaging.deidentification.codestreams import clean_frame
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

_DROPPED = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/Thumb", "/AF", "/JS")
_ROOT = ("/OpenAction", "/AA", "/AF", "/Collection", "/Perms", "/Legal", "/SpiderInfo",
         "/Metadata", "/PieceInfo", "/DSS", "/URI")  # fmt: skip
_TREES = ("/EmbeddedFiles", "/JavaScript", "/Renditions")
_LIVE = {Name.FileAttachment, Name.RichMedia, Name.Sound, Name.Movie, Name.Screen, Name("/3D")}
_MARKS = ("/T", "/CreationDate", "/M", "/NM", "/RC")
_ACTIONS = {Name.JavaScript, Name.Launch, Name.SubmitForm, Name.ImportData, Name.Rendition}
_PICTURES = (Name.DCTDecode, Name.JPXDecode)
_LARGEST_PICTURE = 256 * 1024 * 1024
_HIDDEN = 0b100010
_MOST_PAGES, _MOST_PICTURES = 500, 20


def clean_pdf(content: bytes, counts: Counter[str]) -> bytes:
    """Return a PDF without metadata, attachments, scripts and hidden values.

    RefusedError when it is protected or damaged.
    """
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            _clean(pdf, counts)
            out = io.BytesIO()
            pdf.save(out, deterministic_id=True, fix_metadata_version=False)
    except pikepdf.PasswordError as error:
        raise RefusedError("protected") from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError) as error:
        raise RefusedError("broken_document") from error
    return out.getvalue()


def _clean(pdf: pikepdf.Pdf, counts: Counter[str]) -> None:
    root = pdf.Root
    for key in ("/Info", "/ID"):
        if key in pdf.trailer:
            del pdf.trailer[key]
            counts["removed"] += key == "/Info"
    _drop(root, _ROOT, counts)
    if "/Names" in root:
        _drop(root.Names, _TREES, counts)
    if "/AcroForm" in root:
        _drop(root.AcroForm, ("/XFA",), counts)
    for found in list(pdf.objects):
        if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            _clean_object(found, counts)
    for page in pdf.pages:
        _clean_annotations(page.obj, counts)


def _drop(place: Any, keys: tuple[str, ...], counts: Counter[str]) -> None:
    for key in keys:
        if key in place:
            del place[key]
            counts["removed"] += 1


def _clean_object(found: Any, counts: Counter[str]) -> None:
    _drop(found, _DROPPED, counts)
    if found.get("/Type") == Name.Filespec or "/EF" in found:
        _drop(found, ("/EF", "/RF", "/Desc", "/F", "/UF"), counts)
    if found.get("/S") in _ACTIONS:
        _drop(found, tuple(str(key) for key in found if key != "/S"), counts)
        found.S = Name.Named
        found.N = Name.FirstPage
    for value in _values(found):
        if isinstance(value, Dictionary) and not value.is_indirect:
            _clean_object(value, counts)
    if isinstance(found, pikepdf.Stream):
        _clean_image(found, counts)


def _values(found: Any) -> list[Any]:
    """Return the values of a dictionary, or of the one that stands before a stream."""
    place = found.stream_dict if isinstance(found, pikepdf.Stream) else found
    return list(place.as_dict().values())


def _coded_picture(found: Any) -> tuple[Any, bytes]:
    """Return the filter and the bytes of a JPEG or JPEG 2000; None for other streams.

    A picture may be packed once more, or its filter stand in a list of one.
    """
    filters = found.get("/Filter")
    kinds = list(filters) if isinstance(filters, Array) else [filters]
    if kinds[-1] not in _PICTURES:
        return None, b""
    raw = found.read_raw_bytes()
    if kinds[:-1] == [Name.FlateDecode]:
        raw = zlib.decompressobj().decompress(raw, _LARGEST_PICTURE)
    elif len(kinds) > 1:
        raise WithheldError("unread")
    return kinds[-1], raw


def _clean_image(found: Any, counts: Counter[str]) -> None:
    try:
        kind, raw = _coded_picture(found)
        if kind is None:
            return
        cleaned = clean_frame(raw)
    except (WithheldError, zlib.error):
        # What cannot be taken apart may hold words of its camera: the uploader is asked.
        counts["unread"] += 1
        return
    if cleaned != raw:
        parameters = found.get("/DecodeParms")
        last = parameters[-1] if isinstance(parameters, Array) and len(parameters) else parameters
        found.write(cleaned, filter=kind, decode_parms=last)
        counts["removed"] += 1


def _clean_annotations(page: Any, counts: Counter[str]) -> None:
    kept = []
    for mark in list(page.get("/Annots", [])):
        if not isinstance(mark, Dictionary) or mark.get("/Subtype") in _LIVE:
            counts["removed"] += 1
            continue
        if mark.get("/Subtype") == Name.Widget:
            _clean_field(mark, counts)
        else:
            _drop(mark, _MARKS, counts)
        kept.append(mark)
    if "/Annots" in page:
        page.Annots = Array(kept)


def _clean_field(field: Any, counts: Counter[str]) -> None:
    """Empty the values nobody sees, and who signed."""
    owner = field if "/FT" in field else field.get("/Parent", field)
    hidden = int(field.get("/F", 0)) & _HIDDEN
    if hidden or owner.get("/FT") == Name.Sig:
        _drop(field, ("/V", "/DV", "/RV"), counts)
        _drop(owner, ("/V", "/DV", "/RV"), counts)


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, pikepdf.String):
        yield str(value)
    elif isinstance(value, Array) and depth < 6:
        for one in value:
            if not getattr(one, "is_indirect", False):
                yield from _strings(one, depth + 1)
    elif isinstance(value, Dictionary | pikepdf.Stream) and depth < 6:
        for one in _values(value):
            if not getattr(one, "is_indirect", False):
                yield from _strings(one, depth + 1)


def text_of_pdf(content: bytes, counts: Counter[str]) -> list[str]:
    """Return the texts of a cleaned PDF: of its pages, its fields, remarks and outlines."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        said = [text for found in list(pdf.objects) for text in _strings(found)]
    try:
        pages = PdfReader(io.BytesIO(content)).pages
        said += [page.extract_text() for page in pages[:_MOST_PAGES]]
    except (PyPdfError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # A page whose text cannot be taken out may still hold the name: the uploader is asked.
        counts["unread"] += 1
    return said


def scans_in(content: bytes) -> list[Image.Image]:
    """Return the large pictures of a PDF, as a scanned letter is made of them."""
    found: list[Image.Image] = []
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in list(pdf.pages)[:_MOST_PICTURES]:
            for raw in page.get_images().values():
                if not isinstance(raw, pikepdf.Stream):
                    continue
                if int(raw.get("/Width", 0)) < 400 or len(found) >= _MOST_PICTURES:
                    continue
                try:
                    found.append(pikepdf.PdfImage(raw).as_pil_image())
                except (pikepdf.PdfError, NotImplementedError, ValueError, TypeError, OSError):
                    continue
    return found
