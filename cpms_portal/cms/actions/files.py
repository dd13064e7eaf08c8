"""Take files: what they are is found from their content, what could run in them is refused."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from cpms_portal.cms.actions.writing import add_item
from cpms_portal.cms.resources import Download, FileVersion, LibraryItem, Picture, Video
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified
from cpms_portal.storage.formats import check_content, extension_of, media_type_of

#: A picture is kept at most so wide and high, and at these widths besides.
LARGEST, WIDTHS = 2400, (400, 800, 1600)
#: More pixels are not even read: 50 megapixels take 150 MB to lay out.
MOST_PIXELS = 50_000_000
PICTURES = {"png", "jpg", "jpeg", "gif", "webp"}
VIDEOS = {"mp4", "webm"}
DOCUMENTS = {"pdf", "txt", "csv", "docx", "xlsx", "pptx", "odt", "ods", "odp"}
PIECE = 1024 * 1024
#: What makes a PDF do something: scripts, programs, files within, forms sent elsewhere.
ACTIVE = {
    *("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/SubmitForm", "/GoToE"),
    *("/XFA", "/ImportData", "/GoToR"),
}
#: Objects in objects: more deeply packed than this is no document.
DEEPEST = 60
#: Where the links of a PDF may lead.
_PLAIN_LINK = re.compile(r"(?:https?://|mailto:|#|(?![a-z][a-z0-9+.-]*:))", re.IGNORECASE)
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def clean_file_name(name: str) -> str:
    """Return the name of a file without folders, control characters and leading dots."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return _UNFIT.sub(" ", shown).strip(" .")[-120:] or "file"


@dataclass(frozen=True)
class Prepared:
    """A file that was looked at and may be kept. scales, size: of a picture."""

    kind: type[FileItem]
    version: FileVersion
    scales: dict[int, FileVersion] = field(default_factory=dict)
    size: tuple[int, int] = (0, 0)


def prepare(name: str, stream: BinaryIO, actor: Actor) -> Prepared:
    """Return a file ready to be kept; UploadRefusedError says why not."""
    name = clean_file_name(name)
    extension = extension_of(name)
    if extension in PICTURES:
        return Prepared(Picture, *_picture(name, stream, actor))
    if extension == "webm":
        _check_webm(stream)
    elif extension in VIDEOS | DOCUMENTS:
        check_content(name, stream)
    else:
        raise UploadRefusedError(_("Files of this kind are not taken here."))
    if extension == "pdf":
        check_pdf(stream)
    media = "video/webm" if extension == "webm" else media_type_of(name)
    version = _kept(FileVersion(name, media, at=actor.now), stream, actor)
    return Prepared(Video if extension in VIDEOS else Download, version)


def _kept(version: FileVersion, stream: BinaryIO, actor: Actor) -> FileVersion:
    digest = hashlib.sha256()
    stream.seek(0)
    with version.blob.open("w") as out:
        while piece := stream.read(PIECE):
            digest.update(piece)
            version.size += len(piece)
            out.write(piece)
    if not version.size:
        raise UploadRefusedError(_("This file is empty."))
    version.digest, version.who_name = digest.hexdigest(), actor.name
    return version


def _check_webm(stream: BinaryIO) -> None:
    stream.seek(0)
    if stream.read(4) != b"\x1a\x45\xdf\xa3":
        raise UploadRefusedError(_("The content is not what its name says."))


def check_pdf(stream: BinaryIO) -> None:
    """Refuse a PDF in which something would run, and what cannot be read as a PDF."""
    stream.seek(0)
    try:
        with pikepdf.open(stream) as document:
            active = any(_is_active(one) for one in document.objects)
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise UploadRefusedError(_("This PDF cannot be read.")) from error
    if active:
        raise UploadRefusedError(
            _("This PDF holds scripts or other files. Save it without them and upload it again.")
        )


def _is_active(one: Any, depth: int = 0) -> bool:
    """Say whether an object, or what stands in it without a number of its own, would run."""
    if depth > DEEPEST:
        return True
    if isinstance(one, pikepdf.Array):
        return any(_is_active(part, depth + 1) for part in one if _is_inside(part))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    names = {str(key) for key in one.keys()}  # noqa: SIM118 - a stream is iterated otherwise
    kinds = {str(one.get(key)) for key in ("/S", "/Type") if key in names}
    if "/URI" in names and not _leads_plainly(one.get("/URI")):
        return True
    within = (one.get(key) for key in names)
    return bool((names | kinds) & ACTIVE) or any(
        _is_active(part, depth + 1) for part in within if _is_inside(part)
    )


def _is_inside(part: Any) -> bool:
    return isinstance(part, pikepdf.Object) and not part.is_indirect


def _leads_plainly(address: Any) -> bool:
    """Say whether an address of a link is plain; the base of a document is a mapping."""
    if isinstance(address, pikepdf.Dictionary):
        return True
    return _PLAIN_LINK.match(str(address).strip()) is not None


def _picture(
    name: str, stream: BinaryIO, actor: Actor
) -> tuple[FileVersion, dict[int, FileVersion], tuple[int, int]]:
    """Return a picture drawn anew: nothing but its pixels is kept, no place, no camera, no code."""
    drawn = _drawn(stream)
    keeps_alpha, has_few_colours = drawn.mode in ("RGBA", "LA", "P"), drawn.mode == "P"
    media = "image/png" if keeps_alpha else "image/jpeg"
    drawn = drawn.convert("RGBA" if keeps_alpha else "RGB")
    stem = name.rpartition(".")[0] or name
    shown = f"{stem}.{'png' if keeps_alpha else 'jpg'}"

    def scaled(width: int) -> FileVersion:
        copy = drawn.copy()
        copy.thumbnail((width, LARGEST if width == LARGEST else width * 4))
        if has_few_colours and width < LARGEST:
            copy = copy.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        copy.save(out, "PNG" if keeps_alpha else "JPEG", optimize=True, quality=85)
        return _kept(FileVersion(shown, media, at=actor.now), out, actor)

    whole = scaled(LARGEST)
    scales = {width: scaled(width) for width in WIDTHS if width < drawn.width}
    ratio = min(1.0, LARGEST / drawn.width, LARGEST / drawn.height)
    return whole, scales, (round(drawn.width * ratio), round(drawn.height * ratio))


def _drawn(stream: BinaryIO) -> Image.Image:
    stream.seek(0)
    try:
        with Image.open(stream, formats=("PNG", "JPEG", "GIF", "WEBP")) as found:
            if found.width * found.height > MOST_PIXELS:
                said = _(
                    "This picture has ${found} megapixels; at most ${most} are taken.",
                    mapping={
                        "found": found.width * found.height // 1_000_000,
                        "most": MOST_PIXELS // 1_000_000,
                    },
                )
                raise UploadRefusedError(said)
            found.load()
            return ImageOps.exif_transpose(found).copy()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UploadRefusedError(_("This picture has too many pixels.")) from error
    except (UnidentifiedImageError, OSError, EOFError, ValueError, SyntaxError) as error:
        raise UploadRefusedError(_("This is no picture that can be read.")) from error


def put_file(item: FileItem, language: str, name: str, stream: BinaryIO, *, actor: Actor) -> None:
    """Put a newer version of the file of an item, in a language or ("") in all.

    A picture gets its scales; a file of another type than the item's is refused.
    """
    ready = prepare(name, stream, actor)
    wanted = next((one for one in (Picture, Video) if isinstance(item, one)), Download)
    if ready.kind is not wanted:
        raise UploadRefusedError(_("Files of this kind are not taken here."))
    _attach(item, language, ready, actor)


def _attach(item: FileItem, language: str, ready: Prepared, actor: Actor) -> None:
    if isinstance(item, Picture):
        item.scales, (item.width, item.height), language = ready.scales, ready.size, ""
    item.add_file(language, ready.version)
    item.changed = actor.now
    modified(item, actor.registry)


def put_scales(item: Picture, name: str, stream: BinaryIO, *, actor: Actor) -> None:
    """Make the scales of a picture whose file is kept as it came from the portal's own content."""
    _whole, item.scales, (item.width, item.height) = _picture(name, stream, actor)


def put_captions(item: Video, language: str, stream: BinaryIO, actor: Actor) -> None:
    """Put the captions of a video in a language (WebVTT)."""
    stream.seek(0)
    try:
        text = stream.read(PIECE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefusedError(_("Captions are a WebVTT file in UTF-8.")) from error
    if not re.match(r"WEBVTT[ \t]*[^\n]*\r?\n", text):
        raise UploadRefusedError(_("Captions are a WebVTT file: it begins with WEBVTT."))
    version = FileVersion(f"captions-{language}.vtt", "text/vtt", at=actor.now)
    kept = _kept(version, io.BytesIO(text.encode()), actor)
    item.captions = {**item.captions, language: kept}
    modified(item, actor.registry)


def upload(place: Any, name: str, stream: BinaryIO, *, language: str, actor: Actor) -> LibraryItem:
    """Make an item of what was dropped on a folder; its title is the name of the file."""
    ready = prepare(name, stream, actor)
    stem = clean_file_name(name).rpartition(".")[0]
    title = re.sub(r"[_\s]+", " ", stem).strip() or "file"
    values = {"title": title, "summary": "", "alternative": "", "decorative": False}
    item = add_item(place, ready.kind.kind, values, language=language, actor=actor)
    if isinstance(item, FileItem):
        _attach(item, "", ready, actor)
    return item
