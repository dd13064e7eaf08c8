"""DICOM instances a second, de-identified and stored, and the peak memory of the worker."""

from __future__ import annotations

import io
import multiprocessing
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import transaction

from bench._ground import median_ms, say, temporary_portal
from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.imaging.actions import finish_receiving, start_receiving
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.frames.decoding import frame_of
from cpms_portal.imaging.ingest.invented import InventedSeries, InventedStudy, invented_files
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.ingest.workers import workers
from cpms_portal.imaging.queries import index_of, studies_of
from cpms_portal.patients.actions import enrol_patient
from cpms_portal.patients.resources import Patient
from cpms_portal.storage.uploads import spool

SLICES = 300
SIZE = 512


def _engine_alone(files: list[bytes]) -> float:
    """Return instances a second of the engine in one thread, nothing stored."""
    engine = Deidentifier(b"bench" * 8)
    before = time.perf_counter()
    for content in files:
        assert engine.deidentify(content).status == "stored"
    return len(files) / (time.perf_counter() - before)


def _patient(root: Any, actor: Actor) -> Patient:
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    values = {
        "given_name": "Invented", "family_name": "Benchmark", "birth_date": date(1970, 1, 1),
        "place_of_birth": "Nowhere", "sex": "other", "residence": "de", "hospital_number": "B-1",
        "consents": {"care": {"given": date(2020, 1, 1), "signer": "patient"}},
    }  # fmt: skip
    return enrol_patient(centre, values, actor)


def _peak_of_workers() -> float:
    """Return the most memory any worker held, in MB."""
    statuses = [
        Path(f"/proc/{process.pid}/status").read_text()
        for process in multiprocessing.active_children()
    ]
    peaks = [re.search(r"VmHWM:\s+(\d+)", status) for status in statuses]
    return max((int(peak[1]) for peak in peaks if peak), default=0) / 1024


def main() -> None:
    """Print the figures."""
    study = InventedStudy(1, date(2026, 1, 1), series=(InventedSeries("Venous", SLICES, SIZE),))
    files = list(invented_files(study))
    say("ingest.engine_per_second", _engine_alone([content for _, content in files]), "1/s")
    upload = b"".join(bundled(files))
    with temporary_portal("training") as place:
        actor = system_actor(place.registry)
        patient = _patient(place.root, actor)
        transaction.commit()
        stored, here = place.stored, spool(place.registry)
        before = time.perf_counter()
        started = here.start(0, "bench", len(upload))
        here.append(started.upload_id, 0, 0, io.BytesIO(upload))
        arrived = time.perf_counter()
        outcome = start_receiving(patient, started.upload_id, actor).result()
        receipt = finish_receiving(patient, started.upload_id, outcome, actor)
        transaction.commit()
        done = time.perf_counter()
        assert receipt.stored == SLICES
        say("ingest.worker_peak_memory", _peak_of_workers(), "MB")
        workers(place.registry).close()
        say("ingest.instances_per_second", SLICES / (done - before), "1/s")
        say("ingest.after_arrival_per_second", SLICES / (done - arrived), "1/s")
        overhead = (place.stored - stored) / sum(len(content) for _, content in files) - 1
        say("ingest.storage_overhead", overhead * 100, "%")
        found = studies_of(patient)[0]
        series = found.series["1"]
        facts = index_of(place.registry, found, series).instances[SLICES // 2]
        frame = median_ms(lambda: frame_of(place.registry, series, facts, 0))
        say("ingest.frame", frame, "ms")


if __name__ == "__main__":
    main()
