"""Which kinds of documents there are, and the one question asked of all: may it be stored?"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from cpms_portal.imaging.deidentification import recognition
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.documents.legacy import NEWER, renewed
from cpms_portal.imaging.deidentification.documents.media import CONTAINERS, clean_media
from cpms_portal.imaging.deidentification.documents.office import clean_office
from cpms_portal.imaging.deidentification.documents.opendocument import clean_opendocument
from cpms_portal.imaging.deidentification.documents.pictures import clean_picture
from cpms_portal.imaging.deidentification.documents.plain import clean_xml, text_of
from cpms_portal.imaging.deidentification.documents.portable import (
    clean_pdf,
    scans_in,
    text_of_pdf,
)
from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.reasons import (
    REFUSED,
    STORED,
    WITHHELD,
    RefusedError,
    WithheldError,
)

PICTURES = frozenset(("jpg", "jpeg", "png", "bmp", "tif", "tiff"))
OFFICE = frozenset(("docx", "xlsx", "pptx", "docm", "xlsm", "pptm"))
OPENDOCUMENT = frozenset(("odt", "ods", "odp", "odc", "odi"))
TEXT = frozenset(("txt", "csv"))
KINDS = frozenset(
    (*PICTURES, *OFFICE, *OPENDOCUMENT, *TEXT, *CONTAINERS, *NEWER, "pdf", "xml", "pcm")
)
_MOST_PIXELS = 60_000_000
_LEAST_SIDE = 100


@dataclass
class Cleaned:
    """A document made safe: its content, its words, its pictures, its extension."""

    content: bytes
    extension: str
    words: list[str] = field(default_factory=list)
    pictures: list[Image.Image] = field(default_factory=list)


def clean_document(extension: str, content: bytes, finder: Finder) -> Decision:
    """Decide on a document.

    Held (withheld, with ``held`` filled) when its words name the person ``finder`` looks for.
    """
    counts: Counter[str] = Counter()
    try:
        made = _cleaned(extension.lower(), content, counts)
        code = _named_in(made, finder, counts)
    except WithheldError as error:
        return Decision(WITHHELD, error.code)
    except RefusedError as error:
        return Decision(REFUSED, error.code)
    except Exception:
        # Whatever a hostile file still provokes ends here: it is refused in words.
        return Decision(REFUSED, "broken_document")
    decision = Decision(STORED, counts=counts, extension=made.extension)
    if code:
        decision.status, decision.code, decision.held = WITHHELD, code, [made.content]
    else:
        decision.chunks = [made.content]
    return decision


def _cleaned(extension: str, content: bytes, counts: Counter[str]) -> Cleaned:
    if extension in PICTURES:
        made = clean_picture(content, counts)
        return Cleaned(made, extension, pictures=_opened(made))
    if extension == "pdf":
        return _cleaned_pdf(content, counts)
    if extension in NEWER:
        made, words = clean_office(renewed(extension, content), counts)
        counts["converted"] += 1
        return Cleaned(made, NEWER[extension], words)
    if extension in OFFICE:
        return Cleaned(*_in_order(extension, clean_office(content, counts)))
    if extension in OPENDOCUMENT:
        return Cleaned(*_in_order(extension, clean_opendocument(content, counts)))
    if extension == "xml":
        return Cleaned(*_in_order(extension, clean_xml(content, counts)))
    if extension in CONTAINERS:
        made = clean_media(extension, content, counts)
        return Cleaned(made, extension, [made.decode("latin-1")])
    if extension in TEXT:
        return Cleaned(content, extension, [text_of(content)])
    if extension == "pcm":
        return Cleaned(content, extension)
    raise RefusedError("unknown_kind")


def _in_order(extension: str, made: tuple[bytes, list[str]]) -> tuple[bytes, str, list[str]]:
    return made[0], extension, made[1]


def _opened(content: bytes) -> list[Image.Image]:
    """Return a picture to look at; RefusedError when it cannot be opened."""
    try:
        picture = Image.open(io.BytesIO(content))
        if picture.width * picture.height > _MOST_PIXELS:
            return []
        picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError,
            Image.DecompressionBombError) as error:  # fmt: skip
        raise RefusedError("broken_document") from error
    return [picture] if min(picture.size) >= _LEAST_SIDE else []


def _cleaned_pdf(content: bytes, counts: Counter[str]) -> Cleaned:
    made = clean_pdf(content, counts)
    words = text_of_pdf(made, counts)
    if sum(len(text.strip()) for text in words) > 200:
        return Cleaned(made, "pdf", words)
    return Cleaned(made, "pdf", words, scans_in(made))


def _named_in(made: Cleaned, finder: Finder, counts: Counter[str]) -> str:
    """Return why a document must wait for a decision; empty when nothing speaks against it."""
    named = sum(len(finder.spans(text)) for text in made.words)
    if made.pictures and not recognition.is_installed():
        if made.extension == "pdf":
            return "scan_unread"
        counts["pictures_unread"] += len(made.pictures)
    elif made.pictures:
        named += sum(len(finder.spans(text)) for text in map(_read, made.pictures))
        counts["pictures_read"] += len(made.pictures)
    counts["named"] += named
    if named or finder.in_bytes(made.content):
        return "names_patient"
    return "unread" if counts["unread"] else ""


def _read(picture: Image.Image) -> str:
    enlarged = recognition.ENLARGED if max(picture.size) < 1200 else 1
    try:
        return " ".join(word.text for word in recognition.words_in(picture, enlarged))
    except recognition.ProgramFailedError as error:
        raise WithheldError("unread") from error
