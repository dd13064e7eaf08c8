"""STOW-RS (PS3.18 section 10.5): instances for a patient, or for the inbox of a centre."""

from __future__ import annotations

from pyramid.csrf import check_csrf_token
from pyramid.request import Request
from pyramid.response import Response
from pyramid.traversal import resource_path
from pyramid.view import view_config

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.transactions import turn_given_up
from cpms_portal.dicomweb.actions.storing import (
    content_of,
    parted,
    receive_upload,
    spool_message,
    take_into_inbox,
)
from cpms_portal.dicomweb.inbox.parcels import inbox_of
from cpms_portal.dicomweb.queries.cases import NotThereError
from cpms_portal.dicomweb.resources import STORE
from cpms_portal.dicomweb.views.reading import private
from cpms_portal.dicomweb.views.refusals import in_words
from cpms_portal.dicomweb.views.saying import chosen, told
from cpms_portal.dicomweb.wire.answers import Json, answer_to, told_of
from cpms_portal.dicomweb.wire.multipart import (
    BrokenMultipartError,
    Part,
    boundary_of,
    part_type_of,
    parts_of,
)
from cpms_portal.dicomweb.wire.syntaxes import DICOM
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission
from cpms_portal.storage.uploads import spool

#: Where a request keeps its upload, so that a second try after a conflict finds it.
UPLOAD, STRANGE = "cpms.dicomweb.upload", "cpms.dicomweb.strange"


class WrongTypeError(CPMSError):
    """The message holds something else than DICOM files."""

    status = 415

    def __init__(self) -> None:
        super().__init__(_("Send DICOM files: application/dicom, alone or in a multipart."))


class TooLargeError(CPMSError):
    """The message is larger than the portal takes."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("This message is larger than the portal takes. Send fewer files."))


def _check(request: Request) -> None:
    """Let only a token that may store in, or a person whose own page sent this."""
    token = request.program_token
    if token is None:
        check_csrf_token(request)
    elif not token.allows(STORE):
        raise NotThereError
    if request.subpath[:1] != ("studies",) or len(request.subpath) > 2:
        raise NotThereError
    chosen(request)


def _parts(request: Request) -> list[Part]:
    """Return where the files lie in the body; it is looked through, never held."""
    kind, size = request.headers.get("Content-Type", ""), request.content_length or 0
    base = kind.partition(";")[0].strip().lower()
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise WrongTypeError
    if size > spool(request.registry).largest:
        raise TooLargeError
    if base == DICOM and size:
        return [Part(DICOM, 0, size)]
    if base == DICOM:
        raise BrokenMultipartError
    if base != "multipart/related" or part_type_of(kind) not in ("", DICOM):
        raise WrongTypeError
    parts = parts_of(request.body_file_seekable, boundary_of(kind))
    if not parts or any(part.kind not in ("", DICOM) for part in parts):
        raise WrongTypeError
    return parts


def _sorted(request: Request) -> tuple[list[Part], list[Json]]:
    """Return the files to take, and what is said of those of another study than the address."""
    parts, wanted = _parts(request), "".join(request.subpath[1:])
    return parted(request.body_file_seekable, parts, wanted) if wanted else (parts, [])


def _answer(request: Request, answer: tuple[int, Json]) -> Response:
    status, found = answer
    return private(request, told(found, status, chosen(request)))


@view_config(
    context=Patient,
    name="dicomweb",
    request_method="POST",
    permission=Permission.STUDY_ADD,
    require_csrf=False,  # checked above unless a token is shown
    decorator=in_words,
    audited=False,  # nothing is shown; what is stored is recorded as a change
)
def store_for_patient(patient: Patient, request: Request) -> Response:
    """Store instances of a patient: de-identified like any upload."""
    _check(request)
    actor, kept = request.actor, request.environ
    if UPLOAD not in kept:
        with turn_given_up():
            parts, kept[STRANGE] = _sorted(request)
            if parts:
                kept[UPLOAD] = spool_message(request.body_file_seekable, parts, actor)
        if not parts:
            return _answer(request, answer_to([], kept[STRANGE]))
    outcome, receipt = receive_upload(patient, kept[UPLOAD], actor)
    token = request.program_token
    detail = {"stored": str(receipt.stored)} | ({"token": token.token_id} if token else {})
    announce(actor.registry, Changed(patient, actor, "dicomweb.stored", detail))
    address = _address(patient, request, receipt.studies)
    return _answer(request, told_of(outcome, kept[STRANGE], address))


def _address(patient: Patient, request: Request, studies: list[str]) -> str:
    """Return where the only study touched can be read, if who stored it may read."""
    if len(studies) != 1 or request.program_token is not None:
        return ""
    uid = patient["studies"][studies[0]].study_uid
    return str(request.resource_url(patient, "dicomweb", "studies", uid))


@view_config(
    context=Institution,
    name="dicomweb",
    request_method="POST",
    permission=Permission.INBOX_ADD,
    require_csrf=False,
    decorator=in_words,
)
def store_in_inbox(centre: Institution, request: Request) -> Response:
    """Keep instances of nobody yet in the inbox of a centre."""
    _check(request)
    (parts, strange), body = _sorted(request), request.body_file_seekable
    contents = (b"".join(content_of(body, part)) for part in parts)
    inbox = inbox_of(request.registry, resource_path(centre))
    return _answer(
        request, take_into_inbox(inbox, contents, centre, request.actor, strange=strange)
    )
