"""Give an arrival a patient, or destroy it."""

from __future__ import annotations

import transaction

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.actions.storing import receive_upload
from cpms_portal.dicomweb.inbox.parcels import Parcel
from cpms_portal.dicomweb.queries.arrivals import inbox_at, patient_called, suggested
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.networks.resources import Institution
from cpms_portal.patients.resources import Patient


def patient_for(
    centre: Institution, parcel: Parcel, wanted: str, actor: Actor, *, sure: bool
) -> Patient:
    """Return the patient somebody chose; refused when unknown, or another than the files name."""
    patient = patient_called(centre, wanted, actor)
    if patient is None:
        raise ValueRefusedError(_("No patient of this centre has this nickname or code."))
    fitting = suggested(centre, parcel.about, actor)
    if patient not in fitting and not sure:
        raise ValueRefusedError(
            _("The files name another person. Look again, and say if you are sure.")
        )
    return patient


def assign_arrival(patient: Patient, parcel: Parcel, upload_id: str, actor: Actor) -> StudyReceipt:
    """De-identify an arrival with the key of a patient; destroy it once that is certain."""
    _outcome, receipt = receive_upload(patient, upload_id, actor)
    centre = patient.__parent__.__parent__
    announce(actor.registry, Changed(patient, actor, "arrival.assigned"))
    if receipt.stored or receipt.duplicates:
        _destroy_afterwards(centre, parcel, actor)
    return receipt


def destroy_arrival(centre: Institution, parcel: Parcel, actor: Actor) -> None:
    """Destroy an arrival that belongs to nobody here."""
    announce(actor.registry, Changed(centre, actor, "arrival.destroyed"))
    _destroy_afterwards(centre, parcel, actor)


def _destroy_afterwards(centre: Institution, parcel: Parcel, actor: Actor) -> None:
    inbox = inbox_at(centre, actor)

    def destroy(stored: bool) -> None:
        if stored:
            inbox.destroy(parcel)

    transaction.get().addAfterCommitHook(destroy)
