"""Take what programs send: for a patient into the same ingest as an upload, else into the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.transactions import ReadAgainError, turn_given_up
from cpms_portal.dicomweb.inbox.intake import header_of, take_in
from cpms_portal.dicomweb.inbox.parcels import Inbox, InboxFullError
from cpms_portal.dicomweb.wire.answers import Json, answer_to, failed_item, stored_item
from cpms_portal.dicomweb.wire.multipart import CHUNK, Part
from cpms_portal.dicomweb.wire.streams import as_file
from cpms_portal.imaging.actions import finish_receiving, start_receiving
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.ingest.facts import INSTANCE, SOP_CLASS, STUDY
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.imaging.ingest.sources import BUNDLE_MARK, entry_head
from cpms_portal.imaging.ingest.work import Outcome
from cpms_portal.storage.turned import TurnedFile
from cpms_portal.storage.uploads import spool

PATIENCE = 1800


def bundle(body: BinaryIO, parts: Iterable[Part]) -> Iterator[bytes]:
    """Yield the parts of a message as an upload, a megabyte at a time."""
    yield BUNDLE_MARK
    for part in parts:
        yield entry_head(part.end - part.start)
        yield from content_of(body, part)


def content_of(body: BinaryIO, part: Part) -> Iterator[bytes]:
    """Yield the content of a part."""
    body.seek(part.start)
    left = part.end - part.start
    while left and (chunk := body.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def parted(body: BinaryIO, parts: Iterable[Part], study_uid: str) -> tuple[list[Part], list[Json]]:
    """Return the parts of a study, and what is said of those that name another one.

    What cannot be read stays among the first: why is said where it is taken apart.
    """
    own, strange = [], []
    for part in parts:
        try:
            header = header_of(b"".join(content_of(body, part)))
        except RefusedError:
            own.append(part)
            continue
        if header.text(STUDY) in ("", study_uid):
            own.append(part)
            continue
        uids = header.text(SOP_CLASS), header.text(INSTANCE)
        strange.append(failed_item(uids, "other_study"))
    return own, strange


def spool_bundle(pieces: Iterator[bytes], actor: Actor) -> str:
    """Seal an upload into the spool and return its id; others may write meanwhile."""
    with turn_given_up():
        return spool(actor.registry).take(actor.oid, "dicomweb", as_file(pieces)).upload_id


def spool_message(body: BinaryIO, parts: list[Part], actor: Actor) -> str:
    """Make a message an upload and return its id: as it lies on the disk, if it lies there."""
    with turn_given_up():
        if isinstance(body, TurnedFile):
            spans = [(part.start, part.end - part.start) for part in parts]
            with suppress(OSError):
                taken = spool(actor.registry).take_over(actor.oid, "dicomweb", body, spans)
                return taken.upload_id
        return spool_bundle(bundle(body, parts), actor)


def receive_upload(holder: Any, upload_id: str, actor: Actor) -> tuple[Outcome, StudyReceipt]:
    """De-identify an upload in a worker and store it for its patient.

    ReadAgainError when the work took its time: the request is made once more, finds the work
    done, and stores it without giving its turn up. So senders of one patient never collide.
    """
    job = start_receiving(holder, upload_id, actor)
    if not job.done():
        with turn_given_up():
            job.result(PATIENCE)
        raise ReadAgainError
    outcome = job.result()
    return outcome, finish_receiving(holder, upload_id, outcome, actor)


def take_into_inbox(
    inbox: Inbox, contents: Iterable[bytes], centre: Any, actor: Actor, *, strange: list[Json]
) -> tuple[int, Json]:
    """Keep instances until somebody of the centre gives them a patient.

    strange: what is said of instances that are not to be kept.
    """
    stored, failed = [], list(strange)
    with turn_given_up():
        for content in contents:
            try:
                stored.append(stored_item(take_in(inbox, content)))
            except RefusedError as error:
                failed.append(failed_item(("", ""), error.code))
            except InboxFullError:
                failed.append(failed_item(("", ""), "inbox_full"))
    announce(actor.registry, Changed(centre, actor, "inbox.received", {"count": str(len(stored))}))
    return answer_to(stored, failed)
