"""Worker processes live as long as their portal, however it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

PORTAL = """
import multiprocessing, os, sys, time
from cpms_portal.imaging.ingest.workers import Workers
pool = Workers(1)._started()
pool.submit(os.getpid).result()
print(*[process.pid for process in multiprocessing.active_children()], flush=True)
time.sleep(120)
"""


def test_a_worker_when_its_portal_is_killed_then_ends() -> None:
    portal = subprocess.Popen([sys.executable, "-c", PORTAL], stdout=subprocess.PIPE, text=True)
    assert portal.stdout is not None
    (worker,) = map(int, portal.stdout.readline().split())
    watched = os.pidfd_open(worker)
    portal.send_signal(signal.SIGKILL)
    portal.wait()
    portal.stdout.close()
    ended, _, _ = select.select([watched], [], [], 60)
    os.close(watched)
    assert ended
