"""A patient, and ways to bring slides to it."""

from __future__ import annotations

import re

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.imaging.actions import receive_study
from cpms_portal.patients.queries import patient_of
from cpms_portal.patients.resources import Patient
from tests.factories.panels import REQUESTER, Cast
from tests.factories.slides import aperio
from tests.imaging.pages import uploaded

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

    return lambda content, **more: uploaded(hp, place, content, **more)


@pytest.fixture
def page(page_of):
    """A page of a clinician of the centre."""
    return page_of(HP)


@pytest.fixture
def panel(root, registry):
    """A panel in assessment with two members."""
    made = Cast(root, registry).assessment()
    transaction.commit()
    return made


def _slide_in(panel, registry, actor, seed: int) -> str:
    patient = patient_of(panel)
    content = aperio([], width=3000, height=2200, seed=seed)
    receipt = receive_study(patient, [("a", content)], actor)
    transaction.commit()
    return resource_path(patient["studies"][receipt.studies[0]])


@pytest.fixture
def address(root, registry, panel):
    """The address of a slide of its patient."""
    return _slide_in(panel, registry, Cast(root, registry)(REQUESTER), 41)


@pytest.fixture
def other_address(root, registry, panel):
    """The address of another slide of its patient."""
    return _slide_in(panel, registry, Cast(root, registry)(REQUESTER), 43)


def at(page, pane: int = 0) -> tuple[float, ...]:
    """Return where a pane rests: middle (pixels of the slide), scale, rotation."""
    node, before, said = page.locator(".slide-pane").nth(pane), "", None
    while said is None or said != before:
        page.wait_for_timeout(450)
        before, said = said, node.get_attribute("data-at")
    return tuple(map(float, re.findall(r"-?[\d.]+", said)))


def opened(page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("[data-shown]", timeout=20_000)
