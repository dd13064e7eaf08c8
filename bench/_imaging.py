"""What the benches of images share: a patient, an upload from start to store, memory of workers."""

from __future__ import annotations

import io
import multiprocessing
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import transaction

from bench._ground import Place
from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import finish_receiving, start_receiving
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.patients.actions import enrol_patient
from cpms_portal.patients.resources import Patient
from cpms_portal.storage.uploads import spool


@dataclass
class Received:
    """An upload that was stored: seconds in all and after arrival, MB, bytes more in the store."""

    receipt: StudyReceipt
    seconds: float
    after_arrival: float
    peak: float
    stored: int


def patient_in(place: Place) -> Patient:
    """Enrol an invented patient and commit."""
    centre = place.root["networks"]["rare-liver"]["germany"]["de40"]
    values = {
        "given_name": "Invented", "family_name": "Benchmark", "birth_date": date(1970, 1, 1),
        "place_of_birth": "Nowhere", "sex": "other", "residence": "de", "hospital_number": "B-1",
        "consents": {"care": {"given": date(2020, 1, 1), "signer": "patient"}},
    }  # fmt: skip
    patient = enrol_patient(centre, values, system_actor(place.registry))
    transaction.commit()
    return patient


def received(place: Place, patient: Patient, upload: bytes) -> Received:
    """Send an upload and store it."""
    actor, stored, here = system_actor(place.registry), place.stored, spool(place.registry)
    before = time.perf_counter()
    started = here.start(actor.oid, "bench", len(upload))
    here.append(started.upload_id, actor.oid, 0, io.BytesIO(upload))
    arrived = time.perf_counter()
    receipt = store_upload(place, patient, started.upload_id)
    done = time.perf_counter()
    return Received(
        receipt, done - before, done - arrived, peak_of_workers(), place.stored - stored
    )


def store_upload(place: Place, patient: Patient, upload_id: str) -> StudyReceipt:
    """Let a worker take a spooled upload apart, store it and commit."""
    actor = system_actor(place.registry)
    outcome = start_receiving(patient, upload_id, actor).result()
    receipt = finish_receiving(patient, upload_id, outcome, actor)
    transaction.commit()
    return receipt


def peak_of_workers() -> float:
    """Return the most memory any worker held, in MB."""
    return max((_memory(process, "VmHWM") for process in _workers()), default=0)


def over_idle(work: Callable[[], object]) -> float:
    """Return how much memory some work takes at most, in MB: in this process and its workers.

    The peaks of all are added, as if they fell together.
    """
    processes = ["self", *_workers()]
    idle = {process: _memory(process, "VmRSS") for process in processes}
    for process in processes:
        # Linux: 5 sets the highest mark back to what is held now (proc(5)).
        Path(f"/proc/{process}/clear_refs").write_text("5")
    work()
    return sum(_memory(process, "VmHWM") - idle.get(process, 0) for process in
               ["self", *_workers()])  # fmt: skip


def _workers() -> list[str]:
    return [str(process.pid) for process in multiprocessing.active_children()]


def _memory(process: str, kind: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"{kind}:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0
