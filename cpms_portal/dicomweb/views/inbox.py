"""The inbox of a centre: what hospitals sent, and the patient each study gets."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.actions.arrivals import assign_arrival, destroy_arrival, patient_for
from cpms_portal.dicomweb.actions.storing import spool_bundle
from cpms_portal.dicomweb.inbox.parcels import Parcel, bundle_of
from cpms_portal.dicomweb.queries.arrivals import arrivals_at, inbox_at
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.networks.resources import Institution
from cpms_portal.security.permissions import Permission

PAGE = "cpms_portal.dicomweb:templates/inbox.pt"
UPLOAD = "cpms.dicomweb.assigning"


def _shown(
    centre: Institution, request: Request, problem: Any = "", at: str = ""
) -> dict[str, Any]:
    return {
        "title": _("Arrived images"),
        "arrivals": list(arrivals_at(centre, request.actor)),
        "days": setting(request.registry, "cpms.dicomweb.keep_days"),
        "assign_url": request.resource_path(centre, "assign-arrival"),
        "destroy_url": request.resource_path(centre, "destroy-arrival"),
        "connect_url": request.resource_path(centre, "connect"),
        "problem": problem,
        "problem_at": at,
    }


@view_config(
    context=Institution,
    name="inbox",
    request_method="GET",
    permission=Permission.INBOX_VIEW,
    renderer=PAGE,
    audited=True,
)
def inbox_page(centre: Institution, request: Request) -> dict[str, Any]:
    """Show what waits, with the names the files have: to the centre they came from alone."""
    return _shown(centre, request)


def _parcel(centre: Institution, request: Request) -> Parcel:
    parcel = inbox_at(centre, request.actor).find(request.POST.get("arrival", ""))
    if parcel is None:
        raise HTTPNotFound()
    return parcel


@view_config(
    context=Institution,
    name="assign-arrival",
    request_method="POST",
    permission=Permission.INBOX_VIEW,
    renderer=PAGE,
    audited=True,
)
def submit_assignment(centre: Institution, request: Request) -> dict[str, Any] | Response:
    """Give an arrival a patient; it is de-identified and stored there."""
    parcel, sent, actor = _parcel(centre, request), request.POST, request.actor
    wanted = sent.get("named", "").strip() or sent.get("patient", "")
    try:
        patient = patient_for(centre, parcel, wanted, actor, sure="sure" in sent)
        if UPLOAD not in request.environ:
            request.environ[UPLOAD] = spool_bundle(bundle_of(parcel), actor)
        receipt = assign_arrival(patient, parcel, request.environ[UPLOAD], actor)
    except CPMSError as error:
        request.tm.doom()
        request.response.status_int = error.status
        return _shown(centre, request, error.message, parcel.parcel_id)
    _tell(receipt, request)
    return HTTPSeeOther(request.resource_path(patient, "studies"))


def _tell(receipt: StudyReceipt, request: Request) -> None:
    if receipt.stopped:
        request.tell(receipt.stopped_text, "danger")
        return
    left = sum(line.count for line in receipt.lines)
    numbers = {"stored": receipt.stored, "left": left}
    request.tell(_("Images stored: ${stored}. Held back: ${left}.", mapping=numbers))


@view_config(
    context=Institution,
    name="destroy-arrival",
    request_method="POST",
    permission=Permission.INBOX_VIEW,
    fresh_proof=True,
)
def submit_destruction(centre: Institution, request: Request) -> Response:
    """Destroy an arrival."""
    destroy_arrival(centre, _parcel(centre, request), request.actor)
    request.tell(_("The arrival was destroyed."))
    return HTTPSeeOther(request.resource_path(centre, "inbox"))
