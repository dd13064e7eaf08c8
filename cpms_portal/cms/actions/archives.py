"""A library as one ZIP: to take along, and sent back, kept until somebody confirms what it says.

What is packed has the shape of ``content/``, so that it unpacks right into the repository.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from BTrees.LOBTree import LOBTree

from cpms_portal.cms.exporter import files_of, items_for_files, libraries, remember_files_of
from cpms_portal.cms.resources import Library
from cpms_portal.cms.resources.places import SentFiles
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import root_of
from cpms_portal.security.permissions import Permission

#: What stood in the files when they were packed: path → SHA-256, hex.
PACKED = "packed.json"
#: More files, or more bytes unpacked, are not even looked at.
MOST_FILES, MOST_BYTES = 50_000, 2 * 1024**3
#: What nobody confirmed for so long is dropped when somebody sends again.
KEPT = timedelta(days=1)


def folder_of(library: Library) -> str:
    """Return the folder a library has among the files of the portal."""
    return next(folder for folder, one in libraries(root_of(library)) if one is library)


def pack(library: Library, actor: Actor) -> IO[bytes]:
    """Return a library as a ZIP: the files of everything in it that the actor may view."""
    out: IO[bytes] = TemporaryFile()  # noqa: SIM115 - it is sent after this
    digests = {}
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path, content in _files(library, actor):
            archive.writestr(_entry(path, actor), content)
            digests[path] = hashlib.sha256(content).hexdigest()
        archive.writestr(_entry(PACKED, actor), json.dumps(digests, indent=1))
    out.seek(0)
    remember_files_of(library)
    return out


def _files(library: Library, actor: Actor) -> Iterator[tuple[str, bytes]]:
    folder = folder_of(library)
    for item in items_for_files(library):
        if actor.may(Permission.PAGE_VIEW, item):
            yield from files_of(folder, item)


def _entry(path: str, actor: Actor) -> ZipInfo:
    made = ZipInfo(path, actor.now.timetuple()[:6])
    made.compress_type = ZIP_DEFLATED
    return made


def sent_by(library: Library, actor: Actor) -> SentFiles | None:
    """Return what the actor sent and did not confirm or drop yet."""
    found: SentFiles | None = None if library.sent is None else library.sent.get(actor.oid)
    return found


def keep_sent(library: Library, name: str, stream: BinaryIO, actor: Actor) -> SentFiles:
    """Keep a ZIP until the actor confirms or drops it; nothing of the library changes."""
    made = SentFiles(name[-120:], actor.now)
    stream.seek(0)
    with made.blob.open("w") as out:
        shutil.copyfileobj(stream, out)
    if library.sent is None:
        library.sent = LOBTree()
    for person in [oid for oid, one in library.sent.items() if one.at + KEPT < actor.now]:
        del library.sent[person]
    library.sent[actor.oid] = made
    return made


def drop_sent(library: Library, actor: Actor) -> None:
    """Forget what the actor sent."""
    if library.sent is not None:
        library.sent.pop(actor.oid, None)


def unpack(stream: BinaryIO, library: Library, folder: Path) -> None:
    """Put the files of a library into a folder; UploadRefusedError for what is no such ZIP.

    What belongs to no file of this library is left out.
    """
    own = f"{folder_of(library)}/"
    try:
        with ZipFile(stream) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_BYTES:
                raise UploadRefusedError(_("This ZIP holds too much."))
            names = {one: _name(one.filename) for one in entries}
            chosen = [(one, name) for one, name in names.items()
                      if name == PACKED or name.startswith(own)]  # fmt: skip
            for one, name in chosen:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(one))
    except (BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, zlib.error) as error:
        raise UploadRefusedError(_("This is no ZIP file that can be read.")) from error
    if not any(name.startswith(own) for _one, name in chosen):
        said = _("This ZIP holds no files of this library: they stand in the folder ${folder}.")
        raise UploadRefusedError(_(said, mapping={"folder": own}))


def _name(name: str) -> str:
    """Return the path of an entry; one that leads elsewhere is refused."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise UploadRefusedError(_("A file in this ZIP has a path that leads elsewhere."))
    return str(path)


def packed_in(folder: Path) -> dict[str, Any]:
    """Return what stood in the files when they were packed; nothing when that was not sent."""
    try:
        found = json.loads((folder / PACKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
