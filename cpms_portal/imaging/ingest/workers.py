"""Worker processes: uploads are worked on beside the web threads, on their own cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import select
import threading
from concurrent.futures import Future, ProcessPoolExecutor

from pyramid.registry import Registry

from cpms_portal.core.settings import setting
from cpms_portal.imaging.ingest.work import Order, Outcome, ingest_spooled


def _settle(portal: int) -> None:
    """Make this process a worker: it ends with its portal, and looks at no module for garbage."""
    watched = os.pidfd_open(portal)

    def leave() -> None:
        select.select([watched], [], [])
        os._exit(0)

    threading.Thread(target=leave, daemon=True).start()
    gc.freeze()


class Workers:
    """A pool started with the first upload, and the uploads it works on by their id."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._jobs: dict[str, Future[Outcome]] = {}

    def submit(self, job_id: str, order: Order) -> Future[Outcome]:
        """Start work on an upload; the same upload is worked on once."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or (job.done() and job.exception() is not None):
                job = self._jobs[job_id] = self._started().submit(ingest_spooled, order)
            return job

    def find(self, job_id: str) -> Future[Outcome] | None:
        """Return the work on an upload; None when this process knows of none."""
        with self._lock:
            return self._jobs.get(job_id)

    def forget(self, job_id: str) -> None:
        """Forget the work on an upload."""
        with self._lock:
            self._jobs.pop(job_id, None)

    def _started(self) -> ProcessPoolExecutor:
        broken = self._pool is not None and self._pool._broken
        if self._pool is None or broken:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(["cpms_portal.imaging.ingest.work"])
            self._pool = ProcessPoolExecutor(
                self._processes, mp_context=context, initializer=_settle, initargs=(os.getpid(),)
            )
        return self._pool

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)
                self._pool = None
            self._jobs.clear()


def workers(registry: Registry) -> Workers:
    """Return the workers of this portal."""
    found = getattr(registry, "cpms_imaging_workers", None)
    if found is None:
        found = registry.cpms_imaging_workers = Workers(setting(registry, "cpms.imaging.workers"))
    return found
