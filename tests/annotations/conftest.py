"""A panel in assessment with a CT study, and what a viewer sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.imaging.actions import receive_study
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.security.principals import actor_for
from tests.browser.chromium import WITH_WEBGL, close_windows, launched
from tests.factories.dicom import StudyPlan, study_files
from tests.factories.panels import REQUESTER, Cast
from tests.imaging.seeing import opened_by


@pytest.fixture
def cast(root, registry):
    """The people of the training site."""
    return Cast(root, registry)


def study_in(panel: Panel, cast: Cast, **plan: Any) -> Any:
    """Give the panel's patient a study of one series: 240 mm on 64 pixels, six slices."""
    patient = patient_of(panel)
    wanted = StudyPlan(**{"series": 1, "slices": 6, "uid_seed": str(id(panel)), **plan})
    files = study_files(wanted)
    receipt = receive_study(patient, files, actor_for(cast.registry, cast.person(REQUESTER)))
    return patient["studies"][receipt.studies[0]]


@pytest.fixture
def panel(cast):
    """A panel in assessment with two members."""
    made = cast.assessment()
    transaction.commit()
    return made


@pytest.fixture
def study(cast, panel):
    """The study of its patient."""
    made = study_in(panel, cast)
    transaction.commit()
    return made


@pytest.fixture(scope="module")
def started_with_webgl(chromium_path):
    """Chromium with WebGL, started once for a file of tests."""
    with launched(chromium_path, WITH_WEBGL) as browser:
        yield browser


@pytest.fixture
def chromium(started_with_webgl):
    """Chromium with WebGL; what a test opens in it is closed at its end."""
    yield started_with_webgl
    close_windows(started_with_webgl)


@pytest.fixture
def look(chromium, browser_of, served):
    """Open a page as somebody; nothing may have gone wrong in it, no policy violated."""
    opened = []

    def open_(login, address, **options):
        page, wrong = opened_by(chromium, browser_of(login), served, **options)
        page.goto(served + address)
        opened.append((page, wrong))
        return page

    yield open_
    close_windows(chromium)
    for _page, wrong in opened:
        assert wrong == []


def length(**changed: Any) -> dict[str, Any]:
    """Return half of the image, across, on the third slice: 32 pixels of 3.75 mm."""
    return {
        "kind": "length",
        "series": "1",
        "instance": 2,
        "points": [[16, 32], [48, 32]],
        "text": "",
        "view": {"center": 40, "width": 400, "zoom": 2, "column": 30, "row": 31},
        **changed,
    }


@pytest.fixture
def viewer(browser_of):
    """The viewer of somebody: asks for layers, draws, changes, removes."""
    return lambda login: Viewer(browser_of(login))


class Viewer:
    """What the script in the page does, without the page."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def page(self, study: Any, status: int = 200) -> Any:
        """Open the page of the study."""
        return self.browser.get(resource_path(study) + "/", status=status)

    def layers(self, study: Any, status: int = 200) -> Any:
        """Return the layers."""
        answer = self.browser.get(resource_path(study) + "/annotations", status=status)
        return answer.json["layers"] if status == 200 else answer

    def post(self, address: str, sent: Any, status: Any = 200) -> Any:
        """Send JSON with the token of the session."""
        return self.browser.post(
            address,
            json.dumps(sent),
            headers={"X-CSRF-Token": token_of(self.browser), "Content-Type": "application/json"},
            status=status,
        )

    def draw(self, panel: Any, study: Any, sent: Any, status: Any = 200) -> Any:
        """Draw on a study in a panel."""
        target = f"studies/{study.__name__}"
        body = {"target": target, **sent} if isinstance(sent, dict) else sent
        return self.post(resource_path(panel) + "/annotate", body, status)


def token_of(browser: Any) -> str:
    """Return the token of a signed-in browser."""
    return str(browser.get("/my-work").html.select_one('input[name="csrf_token"]')["value"])
