"""A patient, and ways to bring slides to it."""

from __future__ import annotations

import pytest
from pyramid.traversal import resource_path

from cpms_portal.patients.resources import Patient

HP, OUTSIDER = "rareliverhpuser1", "ernrndhpuser1"


@pytest.fixture
def patient(root) -> Patient:
    """The first patient of the centre of the HP."""
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return next(node for _, node in sorted(patients.items()) if isinstance(node, Patient))


@pytest.fixture
def place(patient) -> str:
    """The address of the patient."""
    return resource_path(patient)


@pytest.fixture
def hp(browser_of):
    """A browser of a clinician of the centre."""
    return browser_of(HP)


@pytest.fixture
def upload(hp, place):
    """Send bytes in pieces, as the drop zone does: ``upload(content)`` gives the receipt."""

    def sent(content: bytes, piece: int = 300_000) -> dict:
        page = hp.get(f"{place}/add-study")
        headers = {"X-CSRF-Token": page.html.find("input", {"name": "csrf_token"})["value"]}
        begun = hp.post_json(f"{place}/study-upload", {"size": len(content)}, headers=headers).json
        address = f"{place}/study-upload/{begun['upload']}"
        for at in range(0, len(content), piece):
            hp.put(address, content[at : at + piece], headers={**headers, "X-Offset": str(at)},
                   content_type="application/octet-stream")  # fmt: skip
        for _ in range(600):
            answer = hp.post(f"{address}/finish", headers=headers)
            if answer.status_int == 200:
                return answer.json["receipt"]
        raise AssertionError("the work does not end")

    return sent
