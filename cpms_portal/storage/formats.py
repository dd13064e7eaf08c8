"""Which files are taken: by extension and by content, which must agree.

Text, PDF, office, image, video and audio formats as the portal has always listed them. Office
files with macros are refused, whatever their extension.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _

HEAD = 4096
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ASF = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"
OPENXML = "application/vnd.openxmlformats-officedocument"
ODF = "application/vnd.oasis.opendocument"
#: What no text or raw sound begins with.
FOREIGN = (b"MZ", b"PK\x03\x04", b"\x7fELF", b"%PDF", OLE, b"\x89PNG", b"\xff\xd8\xff", b"GIF8")

Check = Callable[[BinaryIO], bool]


def begins(*marks: bytes, at: int = 0) -> Check:
    """Return a check for one of some bytes at a place."""

    def check(stream: BinaryIO) -> bool:
        stream.seek(0)
        head = stream.read(HEAD)
        return any(head[at : at + len(mark)] == mark for mark in marks)

    return check


def _is_pdf(stream: BinaryIO) -> bool:
    stream.seek(0)
    return b"%PDF-" in stream.read(1024)


def _is_text(stream: BinaryIO) -> bool:
    stream.seek(0)
    head = stream.read(HEAD)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return not head.startswith(FOREIGN) and (wide or b"\0" not in head)


def _is_xml(stream: BinaryIO) -> bool:
    """Say whether it parses, without a document type: no entities, nothing fetched."""
    parser = expat.ParserCreate()

    def refuse(*_args: object) -> None:
        raise UploadRefusedError(_("XML with a document type (DOCTYPE) is not taken."))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    stream.seek(0)
    try:
        parser.ParseFile(stream)
    except expat.ExpatError:
        return False
    return True


def _is_ole(stream: BinaryIO) -> bool:
    stream.seek(0)
    if stream.read(8) != OLE:
        return False
    kept = b""
    while part := stream.read(1024 * 1024):
        if "_VBA_PROJECT".encode("utf-16-le") in kept + part:
            raise macros()
        kept = part[-64:]
    return True


def _names_in(stream: BinaryIO) -> list[str]:
    try:
        with zipfile.ZipFile(stream) as packed:
            return packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def openxml(folder: str) -> Check:
    """Return a check for an Office Open XML file that has a folder of this name."""

    def check(stream: BinaryIO) -> bool:
        names = _names_in(stream)
        if any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names):
            raise macros()
        return "[Content_Types].xml" in names and any(n.startswith(f"{folder}/") for n in names)

    return check


def _is_odf(stream: BinaryIO) -> bool:
    names = _names_in(stream)
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise macros()
    if "mimetype" not in names:
        return False
    with zipfile.ZipFile(stream) as packed, packed.open("mimetype") as member:
        return member.read(100).startswith(ODF.encode())


def _is_wav(stream: BinaryIO) -> bool:
    return begins(b"RIFF")(stream) and begins(b"WAVE", at=8)(stream)


def _is_avi(stream: BinaryIO) -> bool:
    return begins(b"RIFF")(stream) and begins(b"AVI ", at=8)(stream)


def _is_raw_sound(stream: BinaryIO) -> bool:
    stream.seek(0)
    return not stream.read(HEAD).startswith((*FOREIGN, b"<"))


def macros() -> UploadRefusedError:
    """Return the refusal of a file with macros."""
    return UploadRefusedError(
        _("The file holds macros. Save it without macros and upload it again.")
    )


QUICKTIME = begins(b"ftyp", b"moov", b"mdat", b"wide", b"free", at=4)
FORMATS: dict[str, tuple[str, Check]] = {
    "txt": ("text/plain", _is_text),
    "csv": ("text/csv", _is_text),
    "pdf": ("application/pdf", _is_pdf),
    "xml": ("application/xml", _is_xml),
    "xls": ("application/vnd.ms-excel", _is_ole),
    "ppt": ("application/vnd.ms-powerpoint", _is_ole),
    "doc": ("application/msword", _is_ole),
    "xlsx": (f"{OPENXML}.spreadsheetml.sheet", openxml("xl")),
    "xlsm": ("application/vnd.ms-excel.sheet.macroEnabled.12", openxml("xl")),
    "pptx": (f"{OPENXML}.presentationml.presentation", openxml("ppt")),
    "pptm": ("application/vnd.ms-powerpoint.presentation.macroEnabled.12", openxml("ppt")),
    "docx": (f"{OPENXML}.wordprocessingml.document", openxml("word")),
    "docm": ("application/vnd.ms-word.document.macroEnabled.12", openxml("word")),
    "odt": (f"{ODF}.text", _is_odf),
    "ods": (f"{ODF}.spreadsheet", _is_odf),
    "odp": (f"{ODF}.presentation", _is_odf),
    "odc": (f"{ODF}.chart", _is_odf),
    "odi": (f"{ODF}.image", _is_odf),
    "jpg": ("image/jpeg", begins(b"\xff\xd8\xff")),
    "jpeg": ("image/jpeg", begins(b"\xff\xd8\xff")),
    "bmp": ("image/bmp", begins(b"BM")),
    "tiff": ("image/tiff", begins(b"II*\0", b"MM\0*")),
    "tif": ("image/tiff", begins(b"II*\0", b"MM\0*")),
    "png": ("image/png", begins(b"\x89PNG\r\n\x1a\n")),
    "avi": ("video/x-msvideo", _is_avi),
    "flv": ("video/x-flv", begins(b"FLV")),
    "wmv": ("video/x-ms-wmv", begins(ASF)),
    "mov": ("video/quicktime", QUICKTIME),
    "mp4": ("video/mp4", begins(b"ftyp", at=4)),
    "pcm": ("audio/L16", _is_raw_sound),
    "wav": ("audio/wav", _is_wav),
    "ogg": ("audio/ogg", begins(b"OggS")),
    "flac": ("audio/flac", begins(b"fLaC")),
    "mp3": ("audio/mpeg", begins(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
}
ACCEPT = ",".join(f".{extension}" for extension in FORMATS)


def extension_of(name: str) -> str:
    """Return the extension of a name, in lower case, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type_of(name: str) -> str:
    """Return the media type of a taken file, by its extension."""
    return FORMATS[extension_of(name)][0]


def check_content(name: str, stream: BinaryIO) -> None:
    """Refuse what is not taken, and what is not what its name says."""
    extension = extension_of(name)
    if extension == "dcm":
        raise UploadRefusedError(_("DICOM files go to the tab Images; there they become a study."))
    if extension not in FORMATS:
        raise UploadRefusedError(_("Files of this kind are not taken."))
    if not FORMATS[extension][1](stream):
        said = _("The content is not what its name says (${ext}).", mapping={"ext": extension})
        raise UploadRefusedError(said)
