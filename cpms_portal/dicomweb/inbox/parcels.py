"""Parcels: one for each study that arrived, with a throw-away key of its own.

Instances lie in it one by one, sealed; destroying the parcel destroys the key with them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.imaging.ingest.sources import BUNDLE_MARK, entry_head
from cpms_portal.security.secret import sign
from cpms_portal.storage.keys import NONCE
from cpms_portal.storage.streams import open_range, seal_stream

_ID = re.compile(r"[0-9a-f]{32}")
_FILE = re.compile(r"instance-[0-9a-f]{32}-(\d{1,15})")
_ABOUT, _LABEL = b"about", b"instance"


class InboxFullError(CPMSError):
    """The inbox of a centre takes no more until somebody empties it."""

    status = 507

    def __init__(self) -> None:
        super().__init__(_("The inbox of this centre is full."))


@dataclass(frozen=True)
class About:
    """What the files say of their person and study; the centre compares it with its patients."""

    name: str = ""
    number: str = ""
    birth_date: str = ""
    modality: str = ""
    study_date: str = ""
    description: str = ""


@dataclass(frozen=True)
class Parcel:
    """A study that waits. arrived: when its first instance came."""

    parcel_id: str
    place: Path
    arrived: datetime
    about: About
    count: int
    size: int


def inbox_of(registry: Registry, centre: str) -> Inbox:
    """Return the inbox of a centre, by the path of its node in the tree."""
    name = sign(registry, "inbox", centre.strip("/"))[:32]
    return Inbox(
        Path(setting(registry, "cpms.var")) / "inbox" / name,
        setting(registry, "cpms.dicomweb.keep_days"),
        setting(registry, "cpms.dicomweb.largest_inbox"),
        now(registry),
    )


class Inbox:
    """The parcels of one centre."""

    def __init__(self, folder: Path, days: int, largest: int, moment: datetime) -> None:
        self.folder = folder
        self.largest = largest
        self.moment = moment
        self.oldest = moment - timedelta(days=days)

    def keep(self, study: str, instance: str, about: About, content: bytes) -> None:
        """Seal an instance into the parcel of its study; it is on the disk when this returns."""
        place = self.folder / hashlib.sha256(study.encode()).hexdigest()[:32]
        if not (place / "key").exists():
            self._begin(place, about)
        name = hashlib.sha256(instance.encode()).hexdigest()[:32]
        partial = place / f"partial-{secrets.token_hex(8)}"
        with partial.open("wb") as out:
            seal_stream((place / "key").read_bytes(), _LABEL, [content], out)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(place / f"instance-{name}-{len(content)}")
        _settle(place)

    def _begin(self, place: Path, about: About) -> None:
        self.sweep()
        if sum(parcel.size for parcel in self.parcels()) >= self.largest:
            raise InboxFullError
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE)
        text = json.dumps({**vars(about), "arrived": self.moment.isoformat()}).encode()
        _once(place, "key", key)
        key = (place / "key").read_bytes()
        _once(place, "about", nonce + AESGCM(key).encrypt(nonce, text, _ABOUT))

    def parcels(self) -> list[Parcel]:
        """Return what waits, the latest first."""
        places = self.folder.iterdir() if self.folder.exists() else iter(())
        found = [self._opened(place) for place in places if _ID.fullmatch(place.name)]
        waiting = [parcel for parcel in found if parcel is not None]
        return sorted(waiting, key=lambda parcel: parcel.arrived, reverse=True)

    def find(self, parcel_id: str) -> Parcel | None:
        """Return a parcel by its id, or None."""
        return self._opened(self.folder / parcel_id) if _ID.fullmatch(parcel_id) else None

    def _opened(self, place: Path) -> Parcel | None:
        try:
            key, sealed = (place / "key").read_bytes(), (place / "about").read_bytes()
            text = AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], _ABOUT)
        except (OSError, InvalidTag):
            return None
        sizes = [int(named[1]) for path in place.iterdir() if (named := _FILE.fullmatch(path.name))]
        about = json.loads(text)
        arrived = datetime.fromisoformat(about.pop("arrived"))
        return Parcel(place.name, place, arrived, About(**about), len(sizes), sum(sizes))

    def destroy(self, parcel: Parcel) -> None:
        """Destroy a parcel, its key first."""
        with contextlib.suppress(FileNotFoundError):
            (parcel.place / "key").unlink()
        shutil.rmtree(parcel.place, ignore_errors=True)

    def sweep(self) -> int:
        """Destroy what nobody gave a patient in time; return how many."""
        late = [parcel for parcel in self.parcels() if parcel.arrived < self.oldest]
        for parcel in late:
            self.destroy(parcel)
        return len(late)


def _settle(place: Path) -> None:
    """Let the names in a folder reach the disk, too."""
    folder = os.open(place, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _once(place: Path, name: str, content: bytes) -> None:
    """Write a file whole, unless another process was first."""
    partial = place / f"partial-{secrets.token_hex(8)}"
    with partial.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(partial, place / name)
    partial.unlink()


def bundle_of(parcel: Parcel) -> Iterator[bytes]:
    """Yield the instances of a parcel as one upload."""
    key = (parcel.place / "key").read_bytes()
    yield BUNDLE_MARK
    for path in sorted(parcel.place.iterdir()):
        named = _FILE.fullmatch(path.name)
        if named is None:
            continue
        size = int(named[1])
        yield entry_head(size)
        with path.open("rb") as source:
            yield from open_range(key, _LABEL, source, size, start=0, length=size)
