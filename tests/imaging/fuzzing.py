"""Fuzz the reader and the engine of de-identification with atheris, for as long as asked.

    python -m tests.imaging.fuzzing FOLDER [-max_total_time=3600]

FOLDER keeps the files atheris found worth trying again; a file that ends in an error lands in
the folder the command was given in, and belongs in ``tests/imaging/found_by_fuzzing/``.
atheris is no requirement of the portal: ``pip install atheris`` where this is run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris
import pydicom

with atheris.instrument_imports(include=["cpms_portal.imaging"]):
    from cpms_portal.imaging.deidentification.engine import Deidentifier
    from cpms_portal.imaging.deidentification.reader import read_file, read_header
    from cpms_portal.imaging.deidentification.reasons import RefusedError
    from cpms_portal.imaging.ingest.facts import facts_of

LARGEST = 40_000
TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
FOUND = Path(__file__).parent / "found_by_fuzzing"


def one_input(content: bytes) -> None:
    """Try one file: reading ends in a data set or a reason, deciding in a reason of its own."""
    for read in (read_file, lambda head: read_header(head, False)):
        try:
            read(content)
        except RefusedError:
            continue
    decision = Deidentifier(b"\x0f" * 32).deidentify(content)
    if decision.code == "unreadable":
        raise AssertionError("an error ended as a decision")
    stored = decision.chunks or decision.held
    if stored:
        facts_of(b"".join(stored))


def _seeds(folder: Path) -> None:
    """Begin with the small files of pydicom and what was found before."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (*TEST_FILES.rglob("*"), *FOUND.iterdir()):
        if path.is_file() and path.stat().st_size <= LARGEST:
            (folder / f"seed-{path.name}").write_bytes(path.read_bytes())


if __name__ == "__main__":
    _seeds(Path(sys.argv[1]))
    options = ["-timeout=10", "-rss_limit_mb=2500", f"-max_len={LARGEST}"]
    atheris.Setup([*sys.argv, *options], one_input)
    atheris.Fuzz()
