"""An outside judge: dciodvfy (dicom3tools) finds no error in what is stored that was not there."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pydicom
import pytest

from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.factories.dicom import StudyPlan, ct_slice, planted_person, with_identity_everywhere

TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
_UID = re.compile(r"\b[012]\.\d[\d.]+")
ENGINE = Deidentifier(b"\x0c" * 32)


def errors(path: Path) -> Counter[str]:
    """Return the errors the judge finds in a file, UIDs aside: each is mapped."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True,
                          errors="replace", timeout=60, check=False)  # fmt: skip
    lines = (done.stdout + done.stderr).splitlines()
    return Counter(_UID.sub("UID", line.strip()[:150]) for line in lines if "Error" in line[:8])


def _families() -> list[str]:
    return sorted({path.name[:3] for path in TEST_FILES.rglob("*") if path.is_file()})


@pytest.mark.parametrize("start", _families())
def test_real_files_when_stored_then_have_no_new_errors(start: str, tmp_path: Path) -> None:
    for path in sorted(TEST_FILES.rglob(f"{start}*")):
        if not path.is_file():
            continue
        decision = ENGINE.deidentify(path.read_bytes())
        # What waits for a person to look at it is judged too.
        chunks = decision.chunks or decision.held
        if chunks is None:
            continue
        out = tmp_path / "stored.dcm"
        out.write_bytes(b"".join(chunks))
        assert not errors(out) - errors(path), path.name


def test_an_object_with_identity_everywhere_when_stored_then_has_no_new_errors(tmp_path) -> None:
    from tests.factories.dicom import written

    person = planted_person(8)
    content = written(with_identity_everywhere(ct_slice(StudyPlan(person=person), 0, 0), person, 8))
    (tmp_path / "in.dcm").write_bytes(content)
    (tmp_path / "out.dcm").write_bytes(ENGINE.deidentify(content).content)
    assert not errors(tmp_path / "out.dcm") - errors(tmp_path / "in.dcm")
