"""The drop folder: what a centre puts there goes into its inbox, and leaves the folder."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from pyramid.registry import Registry

from cpms_portal.core.actor import system_actor
from cpms_portal.core.clock import now
from cpms_portal.core.events import AccessEvent, announce
from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.inbox.intake import take_in
from cpms_portal.dicomweb.inbox.parcels import Inbox, InboxFullError, inbox_of
from cpms_portal.dicomweb.listener.settings import DropFolder
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.ingest.sources import SourceRefusedError, open_source

log = logging.getLogger(__name__)
#: A file younger than this may still be written.
SETTLED_SECONDS = 10
REFUSED = ".refused"


def ready_files(folder: Path, moment: float) -> Iterator[Path]:
    """Yield the files of a folder nobody writes to any more; links are never followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.endswith(REFUSED):
            continue
        if any(above.is_symlink() for above in path.parents if folder in above.parents):
            continue
        if path.stat().st_mtime <= moment - SETTLED_SECONDS:
            yield path


def empty_folder(registry: Registry, drop: DropFolder) -> int:
    """Take in what lies in a drop folder; return how many instances.

    A file leaves the folder when all of it is kept, sealed; one that is no DICOM stays, renamed.
    """
    inbox, kept = inbox_of(registry, drop.centre), 0
    for path in ready_files(drop.folder, now(registry).timestamp()):
        try:
            kept += _taken(inbox, path, setting(registry, "cpms.imaging.largest_unpacked"))
            path.unlink()
        except (RefusedError, SourceRefusedError):
            path.rename(path.with_name(path.name + REFUSED))
        except (InboxFullError, OSError) as error:
            log.error("drop folder: a file has to wait: %s", type(error).__name__)
    if kept:
        actor, detail = system_actor(registry), {"count": str(kept)}
        announce(registry, AccessEvent(None, actor, "drop_folder.received", detail))
    return kept


def _taken(inbox: Inbox, path: Path, largest: int) -> int:
    """Keep a file, or each DICOM file of a ZIP; refused when there is none."""
    kept = 0
    with path.open("rb") as stream:
        source = open_source(stream, path.stat().st_size, largest)
        for entry in source.entries:
            try:
                take_in(inbox, source.read(entry))
                kept += 1
            except RefusedError:
                if len(source.entries) == 1:
                    raise
    if not kept:
        raise RefusedError("not_dicom")
    return kept
