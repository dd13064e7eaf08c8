"""Look at a file that arrived: what it is is found from its content, what could run is refused.

What may be kept is laid in a folder, as it will be kept; nothing is written to the object
database, so this needs no turn to write, however large the file is.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image, ImageOps, UnidentifiedImageError

from cpms_portal.cms.actions.portable import check_pdf
from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.storage.formats import check_content, extension_of, media_type_of

#: A picture is kept at most so wide and high, and at these widths besides.
LARGEST, WIDTHS = 2400, (400, 800, 1600)
#: More pixels are not even read: 50 megapixels take 150 MB to lay out.
MOST_PIXELS = 50_000_000
#: Pictures and documents are at most so large; videos as large as the portal takes anything.
MOST_BYTES = 200 * 1024 * 1024
PICTURES = {"png", "jpg", "jpeg", "gif", "webp"}
VIDEOS = {"mp4", "webm"}
DOCUMENTS = {"pdf", "txt", "csv", "docx", "xlsx", "pptx", "odt", "ods", "odp"}
PIECE = 1024 * 1024
READY = "ready.json"
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def clean_file_name(name: str) -> str:
    """Return the name of a file without folders, control characters and leading dots."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return _UNFIT.sub(" ", shown).strip(" .")[-120:] or "file"


@dataclass(frozen=True)
class Laid:
    """A file that may be kept, as it lies on the disk. width: of a scale; 0: the file itself."""

    name: str
    media_type: str
    size: int
    digest: str
    path: str
    width: int = 0


@dataclass(frozen=True)
class Prepared:
    """What was looked at and may be kept. kind: picture, video or download. size: of a picture."""

    kind: str
    files: tuple[Laid, ...]
    size: tuple[int, int] = (0, 0)


def kind_of_name(name: str) -> str:
    """Return what a file becomes by its name; UploadRefusedError when it is not taken."""
    extension = extension_of(clean_file_name(name))
    for kind, extensions in (("picture", PICTURES), ("video", VIDEOS), ("download", DOCUMENTS)):
        if extension in extensions:
            return kind
    raise UploadRefusedError(
        _("Files of this kind are not taken here: pictures, MP4 and WebM videos, PDF, Office.")
    )


def check_announced(name: str, size: int) -> None:
    """Refuse what will not be taken before it is sent: by its name and size alone."""
    if kind_of_name(name) != "video" and size > MOST_BYTES:
        said = _("It is larger than ${most} MB.", mapping={"most": MOST_BYTES // 1024**2})
        raise UploadRefusedError(said)


def prepare(name: str, stream: BinaryIO, folder: Path) -> Prepared:
    """Lay a file in a folder, ready to be kept; UploadRefusedError says why not."""
    name = clean_file_name(name)
    kind, extension = kind_of_name(name), extension_of(name)
    if kind == "picture":
        return _picture(name, stream, folder)
    if extension == "webm":
        _check_webm(stream)
    else:
        check_content(name, stream)
    media = "video/webm" if extension == "webm" else media_type_of(name)
    laid = _laid(folder, name, media, lambda out: _copy(stream, out))
    check_announced(name, laid.size)
    if extension == "pdf":
        check_pdf(Path(laid.path))
    return Prepared(kind, (laid,))


def prepared_in(folder: Path) -> Prepared | None:
    """Return what was made ready in a folder before, or None."""
    try:
        said = json.loads((folder / READY).read_text())
    except FileNotFoundError:
        return None
    width, height = said["size"]
    return Prepared(said["kind"], tuple(Laid(**one) for one in said["files"]), (width, height))


def keep_prepared(folder: Path, ready: Prepared) -> None:
    """Write down what lies ready in a folder."""
    (folder / READY).write_text(json.dumps(asdict(ready)))


class _Counted:
    """Writes to a file, and knows size and digest of what went through."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self.size, self.digest = out, 0, hashlib.sha256()

    def write(self, piece: bytes) -> int:
        """Write what comes next."""
        self.size += len(piece)
        self.digest.update(piece)
        return self._out.write(piece)


def _laid(
    folder: Path, name: str, media: str, fill: Callable[[_Counted], None], *, width: int = 0
) -> Laid:
    path = folder / f"laid-{width}"
    with path.open("wb") as out:
        counted = _Counted(out)
        fill(counted)
    if not counted.size:
        raise UploadRefusedError(_("This file is empty."))
    return Laid(name, media, counted.size, counted.digest.hexdigest(), str(path), width)


def _copy(stream: BinaryIO, out: _Counted) -> None:
    stream.seek(0)
    while piece := stream.read(PIECE):
        out.write(piece)


def _check_webm(stream: BinaryIO) -> None:
    stream.seek(0)
    if stream.read(4) != b"\x1a\x45\xdf\xa3":
        raise UploadRefusedError(_("The content is not what its name says."))


def _picture(name: str, stream: BinaryIO, folder: Path) -> Prepared:
    """Draw a picture anew: nothing but its pixels is kept, no place, no camera, no code."""
    drawn = _drawn(stream)
    keeps_alpha, has_few_colours = drawn.mode in ("RGBA", "LA", "P"), drawn.mode == "P"
    coded, media = ("PNG", "image/png") if keeps_alpha else ("JPEG", "image/jpeg")
    drawn = drawn.convert("RGBA" if keeps_alpha else "RGB")
    shown = f"{name.rpartition('.')[0] or name}.{'png' if keeps_alpha else 'jpg'}"

    def scaled(most: int, width: int) -> Laid:
        copy = drawn.copy()
        copy.thumbnail((most, most if most == LARGEST else most * 4))
        if has_few_colours and most < LARGEST:
            copy = copy.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)

        def fill(out: _Counted) -> None:
            copy.save(cast(BinaryIO, out), coded, optimize=True, quality=85)

        return _laid(folder, shown, media, fill, width=width)

    files = [scaled(LARGEST, 0), *(scaled(one, one) for one in WIDTHS if one < drawn.width)]
    ratio = min(1.0, LARGEST / drawn.width, LARGEST / drawn.height)
    size = (round(drawn.width * ratio), round(drawn.height * ratio))
    return Prepared("picture", tuple(files), size)


def _drawn(stream: BinaryIO) -> Image.Image:
    stream.seek(0)
    try:
        with Image.open(stream, formats=("PNG", "JPEG", "GIF", "WEBP")) as found:
            if found.width * found.height > MOST_PIXELS:
                raise _too_many_pixels()
            found.load()
            return ImageOps.exif_transpose(found).copy()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, EOFError, ValueError, SyntaxError) as error:
        raise UploadRefusedError(_("This is no picture that can be read.")) from error


def _too_many_pixels() -> UploadRefusedError:
    most = {"most": MOST_PIXELS // 1_000_000}
    return UploadRefusedError(
        _("This picture has too many pixels: at most ${most} megapixels are taken.", mapping=most)
    )
