"""Uploads that resume: pieces arrive with their offset and wait, sealed, in a spool.

Each upload has a throw-away key that lives in its own file; nothing in the
spool is readable without it, and taking or dropping an upload removes both. A
piece is acknowledged only after it is on disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.errors import ConflictError, UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.settings import setting
from cpms_portal.storage.keys import NONCE
from cpms_portal.storage.placed import Placed
from cpms_portal.storage.spooled import BODY, Spans, spooled
from cpms_portal.storage.turned import TurnedFile

PIECE = 8 * 1024 * 1024
_ID = re.compile(r"[0-9a-z]{1,64}")


@dataclass(frozen=True)
class Upload:
    """An upload under way: whose it is, its name, how large it will be, how much is here."""

    upload_id: str
    owner: int
    name: str
    size: int
    offset: int

    @property
    def complete(self) -> bool:
        """Whether everything arrived."""
        return self.offset == self.size


class Spool:
    """The folder where uploads wait."""

    def __init__(self, folder: Path, largest: int, hours: int) -> None:
        self.folder = folder
        self.largest = largest
        self.hours = hours
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def start(self, owner: int, name: str, size: int) -> Upload:
        """Begin an upload; UploadRefusedError when it would be too large or empty."""
        if size <= 0:
            raise UploadRefusedError(_("This file is empty."))
        if size > self.largest:
            raise UploadRefusedError(_("This file is larger than the portal takes."))
        return self._started(owner, name, size)

    def take(self, owner: int, name: str, stream: BinaryIO) -> Upload:
        """Take a whole upload whose size is known at its end; refused when empty or too large.

        Nothing of it is acknowledged before it is stored, so nothing waits for the disk here.
        """
        upload = self._started(owner, name, self.largest)
        try:
            done = self._filled(upload, 0, stream, durable=False)
            if not done.offset:
                raise UploadRefusedError(_("This file is empty."))
        except BaseException:
            self.drop(upload.upload_id)
            raise
        self._describe(self._place(upload.upload_id), owner, name, done.offset)
        return self.find(upload.upload_id, owner)

    def take_over(self, owner: int, name: str, body: TurnedFile, spans: Spans) -> Upload:
        """Take a body the web server keeps as an upload, as it lies on the disk, uncopied.

        spans: where the files of the upload lie in it, (start, length). OSError when the body
        lies on another file system, or on one whose files without a name stay so.
        """
        place = self._folder()
        try:
            with _opened_folder(place) as folder:
                os.link(f"/proc/self/fd/{body.fileno()}", BODY, src_dir_fd=folder,
                        dst_dir_fd=folder, follow_symlinks=True)  # fmt: skip
            (place / "key").write_bytes(body.key)
            _write(place, {"owner": owner, "name": name, "size": body.size, "spans": spans})
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return self.find(place.name, owner)

    def _started(self, owner: int, name: str, size: int) -> Upload:
        place = self._folder()
        (place / "key").write_bytes(secrets.token_bytes(32))
        self._describe(place, owner, name, size)
        return self.find(place.name, owner)

    def _folder(self) -> Path:
        self.sweep()
        place = self.folder / random_id(26)
        place.mkdir(mode=0o700)
        return place

    def _describe(self, place: Path, owner: int, name: str, size: int) -> None:
        _write(place, {"owner": owner, "name": name[:200], "size": size})

    def _place(self, upload_id: str) -> Path:
        place = self.folder / upload_id
        if not _ID.fullmatch(upload_id) or not (place / "about").exists():
            raise UploadRefusedError(_("This upload is not known any more. Please start again."))
        return place

    def find(self, upload_id: str, owner: int) -> Upload:
        """Return an upload of this person; UploadRefusedError when there is none."""
        place = self._place(upload_id)
        about = json.loads((place / "about").read_text())
        if about["owner"] != owner:
            raise UploadRefusedError(_("This upload is not known any more. Please start again."))
        offset = sum(int(piece.name.split("-")[2]) for piece in place.glob("piece-*"))
        if about.get("spans") is not None:
            offset = about["size"]
        return Upload(upload_id, owner, about["name"], about["size"], offset)

    def unfinished(self, owner: int, name: str) -> list[Upload]:
        """Return the uploads of this person under a name, the latest first."""
        return [one for one in self.begun(owner, name) if one.name == name]

    def begun(self, owner: int, beginning: str) -> list[Upload]:
        """Return the uploads of this person whose name begins so, the latest first."""
        found = []
        for place in self.folder.iterdir():
            with contextlib.suppress(OSError, ValueError, UploadRefusedError):
                about = json.loads((place / "about").read_text())
                if about["owner"] == owner and about["name"].startswith(beginning):
                    found.append((place.stat().st_mtime, place.name))
        return [self.find(upload_id, owner) for _, upload_id in sorted(found, reverse=True)]

    def append(self, upload_id: str, owner: int, offset: int, stream: BinaryIO) -> Upload:
        """Add what comes next; ConflictError when the offset is not where the upload stands."""
        upload = self.find(upload_id, owner)
        if offset != upload.offset:
            raise ConflictError(_("This piece does not follow the last one."))
        return self._filled(upload, offset, stream, durable=True)

    def _filled(self, upload: Upload, at: int, stream: BinaryIO, *, durable: bool) -> Upload:
        place = self._place(upload.upload_id)
        while data := stream.read(PIECE):
            if at + len(data) > upload.size:
                raise UploadRefusedError(_("More arrived than was announced."))
            self._keep(place, at, data, durable=durable)
            at += len(data)
        return self.find(upload.upload_id, upload.owner)

    def _keep(self, place: Path, at: int, data: bytes, *, durable: bool) -> None:
        nonce = secrets.token_bytes(NONCE)
        sealed = AESGCM((place / "key").read_bytes()).encrypt(nonce, data, str(at).encode())
        partial = place / f"partial-{secrets.token_hex(4)}"
        with partial.open("wb") as out:
            out.write(nonce + sealed)
            out.flush()
            if durable:
                os.fsync(out.fileno())
        partial.rename(place / f"piece-{at:015d}-{len(data)}")

    def read(self, upload_id: str, owner: int) -> Iterator[bytes]:
        """Yield the pieces of a complete upload in order."""
        with self.open(upload_id, owner) as stream:
            while part := stream.read(PIECE):
                yield part

    def open(self, upload_id: str, owner: int) -> Placed:
        """Return a complete upload as a stream that is read at any place."""
        if not self.find(upload_id, owner).complete:
            raise ConflictError(_("The upload is not complete yet."))
        return spooled(self._place(upload_id))

    def folder_of(self, upload_id: str, owner: int) -> Path:
        """Return the folder of an upload: what is made of it waits there, and goes with it."""
        return self._place(self.find(upload_id, owner).upload_id)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder beside the uploads, for what is made of a file; it is gone at the end."""
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            yield Path(made)

    def drop(self, upload_id: str) -> None:
        """Forget an upload, taken or not."""
        shutil.rmtree(self._place(upload_id), ignore_errors=True)

    def sweep(self) -> None:
        """Forget uploads nobody touched for too long."""
        oldest = time.time() - self.hours * 3600
        for place in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if place.stat().st_mtime < oldest:
                    shutil.rmtree(place, ignore_errors=True)


def _write(place: Path, about: dict[str, Any]) -> None:
    (place / "about").write_text(json.dumps(about))


@contextlib.contextmanager
def _opened_folder(place: Path) -> Iterator[int]:
    opened = os.open(place, os.O_DIRECTORY)
    try:
        yield opened
    finally:
        os.close(opened)


def spool(registry: Registry) -> Spool:
    """Return the spool of this portal."""
    return registry.cpms_spool


def includeme(config: Configurator) -> None:
    """Open the spool."""
    registry = config.registry
    registry.cpms_spool = Spool(
        Path(setting(registry, "cpms.var")) / "spool",
        setting(registry, "cpms.storage.max_upload"),
        setting(registry, "cpms.storage.spool_hours"),
    )
