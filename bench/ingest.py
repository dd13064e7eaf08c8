"""DICOM instances a second, de-identified and stored, and the peak memory of the worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

from bench._ground import median_ms, say, temporary_portal
from bench._imaging import over_idle, patient_in, received, store_upload
from cpms_portal.core.actor import system_actor
from cpms_portal.dicomweb.wire.streams import as_file
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.frames.decoding import frame_of
from cpms_portal.imaging.ingest.invented import InventedSeries, InventedStudy, invented_files
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.ingest.workers import workers
from cpms_portal.imaging.queries import index_of, studies_of
from cpms_portal.storage.uploads import spool

SLICES = 300
MANY = 2000
SIZE = 512

File = tuple[str, bytes]


def _files(seed: int, slices: int) -> Iterator[File]:
    series = (InventedSeries("Venous", slices, SIZE),)
    return invented_files(InventedStudy(seed, date(2026, 1, 1), series=series))


def _engine_alone(files: list[File]) -> float:
    """Return instances a second of the engine in one thread, nothing stored."""
    engine = Deidentifier(b"bench" * 8)
    before = time.perf_counter()
    for _, content in files:
        assert engine.deidentify(content).status == "stored"
    return len(files) / (time.perf_counter() - before)


def _many() -> None:
    """Receive a study of 2,000 slices, drawn while it is sent; say the memory it takes."""
    with temporary_portal("training") as place:
        patient, here = patient_in(place), spool(place.registry)
        owner = system_actor(place.registry).oid

        def receive() -> None:
            sent = as_file(bundled(_files(2, MANY)))
            receipt = store_upload(place, patient, here.take(owner, "bench", sent).upload_id)
            assert receipt.stored == MANY

        # The workers start with the first upload; idle is when they have nothing to do.
        received(place, patient, b"".join(bundled(_files(3, 4))))
        say("ingest.memory_of_2000_over_idle", over_idle(receive), "MB")
        workers(place.registry).close()


def _few() -> None:
    files = list(_files(1, SLICES))
    say("ingest.engine_per_second", _engine_alone(files), "1/s")
    size = sum(len(content) for _, content in files)
    with temporary_portal("training") as place:
        patient = patient_in(place)
        done = received(place, patient, b"".join(bundled(files)))
        workers(place.registry).close()
        assert done.receipt.stored == SLICES
        say("ingest.worker_peak_memory", done.peak, "MB")
        say("ingest.instances_per_second", SLICES / done.seconds, "1/s")
        say("ingest.after_arrival_per_second", SLICES / done.after_arrival, "1/s")
        say("ingest.storage_overhead", (done.stored / size - 1) * 100, "%")
        found = studies_of(patient)[0]
        series = found.series["1"]
        facts = index_of(place.registry, found, series).instances[SLICES // 2]
        frame = median_ms(lambda: frame_of(place.registry, series, facts, 0))
        say("ingest.frame", frame, "ms")


def main() -> None:
    """Print the figures. Memory comes first, while this process has used none."""
    _many()
    _few()


if __name__ == "__main__":
    main()
