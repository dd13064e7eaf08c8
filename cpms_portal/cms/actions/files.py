"""Keep files: versions of the file of an item, items of what was sent, captions of videos."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, BinaryIO, cast

import transaction

from cpms_portal.cms.actions.preparing import (
    PIECE,
    Laid,
    Prepared,
    clean_file_name,
    keep_prepared,
    prepare,
    prepared_in,
)
from cpms_portal.cms.actions.writing import add_item
from cpms_portal.cms.resources import FileVersion, LibraryItem, Picture, Video
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import modified, root_of
from cpms_portal.storage.uploads import spool


def put_file(item: FileItem, language: str, name: str, stream: BinaryIO, *, actor: Actor) -> None:
    """Put a newer version of the file of an item, in a language or ("") in all.

    A picture gets its scales; a file of another type than the item's is refused.
    """
    with spool(actor.registry).scratch() as folder:
        _put(item, language, prepare(name, stream, folder), actor)


def put_sent(item: FileItem, language: str, upload_id: str, *, actor: Actor) -> None:
    """Put what was sent in pieces as a newer version of the file of an item."""
    _put(item, language, _looked_at(upload_id, actor), actor)
    _forget_when_kept(upload_id, actor)


def _put(item: FileItem, language: str, ready: Prepared, actor: Actor) -> None:
    wanted = next((one.kind for one in (Picture, Video) if isinstance(item, one)), "download")
    if ready.kind != wanted:
        raise UploadRefusedError(_("A file of another kind belongs here."))
    _attach(item, language, ready, actor)


def _attach(item: FileItem, language: str, ready: Prepared, actor: Actor) -> None:
    whole, *scales = (_version(item, laid, actor) for laid in ready.files)
    if isinstance(item, Picture):
        widths = (laid.width for laid in ready.files[1:])
        item.scales, (item.width, item.height), language = (
            dict(zip(widths, scales, strict=True)), ready.size, "",
        )  # fmt: skip
    item.add_file(language, whole)
    item.changed = actor.now
    modified(item, actor.registry)


def _version(item: LibraryItem, laid: Laid, actor: Actor) -> FileVersion:
    """Return a file as the object database keeps it: it takes over what lies on the disk."""
    made = FileVersion(laid.name, laid.media_type, at=actor.now)
    made.size, made.digest, made.who_name = laid.size, laid.digest, actor.name
    connection = root_of(item)._p_jar
    if connection is not None:
        # So that it lies beside the other blobs at once, and is not copied when it is stored.
        connection.add(made.blob)
    # A request that is made once more finds the file where it was.
    taken = Path(f"{laid.path}-{random_id()}")
    os.link(laid.path, taken)
    made.blob.consumeFile(str(taken))
    return made


def put_scales(item: Picture, name: str, stream: BinaryIO, *, actor: Actor) -> None:
    """Make the scales of a picture whose file is kept as it came from the portal's own content."""
    with spool(actor.registry).scratch() as folder:
        ready = prepare(name, stream, folder)
        item.scales = {laid.width: _version(item, laid, actor) for laid in ready.files[1:]}
        item.width, item.height = ready.size


def put_captions(item: Video, language: str, stream: BinaryIO, actor: Actor) -> None:
    """Put the captions of a video in a language (WebVTT)."""
    stream.seek(0)
    try:
        text = stream.read(PIECE).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadRefusedError(_("Captions are a WebVTT file in UTF-8.")) from error
    if not re.match(r"WEBVTT[ \t]*[^\n]*\r?\n", text):
        raise UploadRefusedError(_("Captions are a WebVTT file: it begins with WEBVTT."))
    kept = FileVersion(f"captions-{language}.vtt", "text/vtt", at=actor.now)
    kept.fill(text.encode())
    kept.who_name = actor.name
    item.captions = {**item.captions, language: kept}
    modified(item, actor.registry)


def upload(place: Any, name: str, stream: BinaryIO, *, language: str, actor: Actor) -> LibraryItem:
    """Make an item of what was dropped on a folder; its title is the name of the file."""
    with spool(actor.registry).scratch() as folder:
        return _made(place, name, prepare(name, stream, folder), language=language, actor=actor)


def look_at(upload_id: str, actor: Actor) -> Prepared:
    """Look at what was sent in pieces; what may be kept waits beside it until it is taken.

    What is refused is forgotten at once.
    """
    here = spool(actor.registry)
    folder, name = here.folder_of(upload_id, actor.oid), here.find(upload_id, actor.oid).name
    ready = prepared_in(folder)
    if ready is not None:
        return ready
    try:
        with here.open(upload_id, actor.oid) as stream:
            ready = prepare(name, cast(BinaryIO, stream), folder)
    except UploadRefusedError:
        here.drop(upload_id)
        raise
    keep_prepared(folder, ready)
    return ready


def _looked_at(upload_id: str, actor: Actor) -> Prepared:
    ready = prepared_in(spool(actor.registry).folder_of(upload_id, actor.oid))
    if ready is None:
        raise UploadRefusedError(_("The upload is not complete yet."))
    return ready


def take_sent(place: Any, upload_id: str, *, language: str, actor: Actor) -> LibraryItem:
    """Make an item of what was sent in pieces and looked at."""
    name = spool(actor.registry).find(upload_id, actor.oid).name
    item = _made(place, name, _looked_at(upload_id, actor), language=language, actor=actor)
    _forget_when_kept(upload_id, actor)
    return item


def _forget_when_kept(upload_id: str, actor: Actor) -> None:
    def forget(kept: bool) -> None:
        if kept:
            spool(actor.registry).drop(upload_id)

    transaction.get().addAfterCommitHook(forget)


def _made(place: Any, name: str, ready: Prepared, *, language: str, actor: Actor) -> LibraryItem:
    stem = clean_file_name(name).rpartition(".")[0]
    title = re.sub(r"[_\s]+", " ", stem).strip() or "file"
    values = {"title": title, "summary": "", "alternative": "", "decorative": False}
    item = add_item(place, ready.kind, values, language=language, actor=actor)
    if isinstance(item, FileItem):
        _attach(item, "", ready, actor)
    return item
