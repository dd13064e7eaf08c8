"""*Files*: a library to take along as a ZIP, and to send back; what would change is shown first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import FileIter, Response

from cpms_portal.cms.actions.archives import drop_sent, folder_of, keep_sent, pack, sent_by, unpack
from cpms_portal.cms.importer.sent import BOTH, CHANGED, NEW, REFUSED, Sent, sent_in, take_sent
from cpms_portal.cms.resources import Library
from cpms_portal.core.errors import CPMSError, UploadRefusedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.security.permissions import Permission

#: What is said of a file: words and tone.
CHANGES = {
    NEW: (_("New"), "success"),
    CHANGED: (_("Changed"), "progress"),
    BOTH: (_("Changed here as well since"), "attention"),
    REFUSED: (_("Cannot be taken"), "danger"),
}
#: More files are not listed; send them in parts.
MOST_SHOWN = 300


def files_page(context: Library, request: Request) -> dict[str, Any]:
    """Offer the library as a ZIP; show what the files that were sent would change."""
    kept = sent_by(context, request.actor)
    found, problem = _judged(context, request) if kept is not None else ([], None)
    return {
        "title": _("Files of the library"),
        "folder": folder_of(context),
        "kept": kept,
        "problem": problem,
        "found": found[:MOST_SHOWN],
        "more": len(found) - MOST_SHOWN,
        "words": CHANGES,
        "state_title": lambda name: request.registry.cpms_workflows["Page"].states[name].title,
    }


def _judged(context: Library, request: Request) -> tuple[list[Sent], Any]:
    try:
        with _unpacked(context, request) as folder:
            return sent_in(folder, context, request.actor), None
    except CPMSError as error:
        return [], error.message


@contextmanager
def _unpacked(context: Library, request: Request) -> Iterator[Path]:
    """Put what was sent into a folder for as long as it is looked at."""
    kept = sent_by(context, request.actor)
    if kept is None:
        raise ValueRefusedError(_("Nothing is waiting here any more. Please send it again."))
    with TemporaryDirectory(prefix="cpms-sent-") as name, kept.blob.open("r") as stream:
        unpack(stream, context, Path(name))
        yield Path(name)


def _download(context: Library, request: Request) -> Response:
    packed = pack(context, request.actor)
    response = Response(content_type="application/zip", charset=None)
    response.app_iter = FileIter(packed)
    name = f"{folder_of(context).replace('/', '-')}-{request.actor.now:%Y-%m-%d}.zip"
    response.content_disposition = f'attachment; filename="{name}"'
    response.cache_control = "no-store"
    return response


def _send(context: Library, request: Request) -> Response:
    sent = request.POST.get("files")
    if not hasattr(sent, "filename"):
        raise UploadRefusedError(_("Please choose a file."))
    keep_sent(context, sent.filename, sent.file, request.actor)
    with TemporaryDirectory(prefix="cpms-sent-") as name:
        unpack(sent.file, context, Path(name))
    return _back(context, request)


def _take(context: Library, request: Request) -> Response:
    chosen = frozenset(request.POST.getall("path"))
    with _unpacked(context, request) as folder:
        taken = take_sent(folder, context, chosen, request.actor)
    drop_sent(context, request.actor)
    request.tell(_("Files taken: ${count}.", mapping={"count": taken}))
    return _back(context, request)


def _drop(context: Library, request: Request) -> Response:
    drop_sent(context, request.actor)
    request.tell(_("Dropped. Nothing was changed."), "info")
    return _back(context, request)


ACTS: dict[str, Callable[[Library, Request], Response]] = {
    "download": _download,
    "send": _send,
    "take": _take,
    "drop": _drop,
}


def files_act(context: Library, request: Request) -> Response:
    """Do what the pressed button says: all of it or, when refused, nothing."""
    try:
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            raise ValueRefusedError(_("Choose what to do."))
        return act(context, request)
    except CPMSError as error:
        request.tm.doom()
        request.tell(error.message, "attention")
        return _back(context, request)


def _back(context: Library, request: Request) -> Response:
    return HTTPSeeOther(request.resource_path(context, "as-files"))


def includeme(config: Configurator) -> None:
    """Register the pages, for those who publish in a library."""
    shared = {"context": Library, "name": "as-files", "permission": Permission.PAGE_REVIEW}
    config.add_view(
        files_page,
        request_method="GET",
        renderer="cpms_portal.cms:templates/as_files.pt",
        **shared,
    )
    config.add_view(files_act, request_method="POST", **shared)
