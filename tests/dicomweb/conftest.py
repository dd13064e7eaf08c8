"""Programs: a token made on the page where a person lets one in, and requests that show it."""

from __future__ import annotations

import pytest
import transaction
from pyramid.scripting import prepare
from pyramid.traversal import resource_path
from webtest import TestApp

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.queries import index_of
from tests.factories.dicom import StudyPlan, study_files
from tests.factories.patients import patient_of

HP, COLLEAGUE, OUTSIDER = "rareliverhpuser1", "ernskinhpuser3", "vascernhpuser1"


def token_made(
    browser: TestApp, place: str, scope: str = "read", name: str = "Invented viewer"
) -> str:
    """Let a program in at a node by the page, and return the token it shows once."""
    form = browser.get(f"{place}/connect").forms["form"]
    form["name"], form["scope"], form["days"] = name, scope, "30"
    shown = form.submit()
    return shown.html.find("code", {"data-token": ""}).text


class Program:
    """A program that shows a token and no cookie."""

    def __init__(self, wsgi, token: str) -> None:
        self.app = TestApp(wsgi, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: str, accept: str = "", **more):
        """Ask."""
        headers = self.headers | ({"Accept": accept} if accept else {})
        return self.app.get(address, headers=headers, **more)

    def post(self, address: str, body: bytes, content_type: str, **more):
        """Send."""
        headers = self.headers | {"Content-Type": content_type} | more.pop("headers", {})
        return self.app.post(address, body, headers=headers, **more)


@pytest.fixture
def place(root) -> str:
    """The address of the patient."""
    return resource_path(patient_of(root))


@pytest.fixture
def centre(root) -> str:
    """The address of the centre."""
    return resource_path(root["networks"]["rare-liver"]["germany"]["de40"])


@pytest.fixture
def hp(browser_of):
    """A browser of a clinician of the centre."""
    return browser_of(HP)


@pytest.fixture(scope="module")
def study(site):
    """The UIDs of a stored study: two series of three slices."""
    environment = prepare(registry=site.registry)
    try:
        patient, actor = patient_of(environment["root"]), system_actor(site.registry)
        plan = StudyPlan(uid_seed="dicomweb", series=2, slices=3, size=32)
        receipt = receive_study(patient, study_files(plan), actor)
        transaction.commit()
        stored = patient["studies"][receipt.studies[0]]
        series = {
            index.uid: [facts["uid"] for facts in index.instances]
            for index in (index_of(site.registry, stored, one) for one in stored.series.values())
        }
        return Stored(stored.study_uid, series, plan)
    finally:
        environment["closer"]()


class Stored:
    """What was stored, by the UIDs programs see."""

    def __init__(self, uid: str, series: dict[str, list[str]], plan: StudyPlan) -> None:
        self.uid = uid
        self.series = series
        self.plan = plan
        self.first = next(iter(series))
        self.address = f"/dicomweb/studies/{uid}"
        self.series_address = f"{self.address}/series/{self.first}"
        self.instance_address = f"{self.series_address}/instances/{series[self.first][0]}"


@pytest.fixture
def program_of(site, hp):
    """A program with a token of the clinician: ``program_of(place, "read")``."""

    kept = vars(site).setdefault("programs", {})

    def make(place: str, scope: str = "read") -> Program:
        if (place, scope) not in kept:
            kept[place, scope] = token_made(hp, place, scope)
        return Program(site.wsgi, kept[place, scope])

    return make
