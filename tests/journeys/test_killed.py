"""``kill -9`` at any moment: what was acknowledged is there, and the next start is clean."""

from __future__ import annotations

import contextlib
import http.client
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pyramid.traversal import find_resource
from webtest import TestApp

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.resources import oid_of
from cpms_portal.patients.queries import opened_identity
from cpms_portal.patients.resources import Patient
from cpms_portal.records.queries import section_of
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.uploads import spool
from tests import ground
from tests.factories.patients import CENTRE, CLINICIAN, acting_as, centre_of
from tests.journeys.serving import Served

pytestmark = pytest.mark.storages("filestorage")  # PostgreSQL is killed by its own developers
KILLS, SEED = 5, 20261122
SIZE = 60_000
#: Seconds to wait for work to be done before the line is cut.
PATIENCE = 30
LETTER = b"%PDF-1.7\n%a letter\n%%EOF\n"
CUT_OFF = (OSError, http.client.HTTPException)


@dataclass
class Acknowledged:
    """What the portal said it had kept."""

    enrolled: dict[str, str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)
    saves: int = 0
    panels: list[str] = field(default_factory=list)
    documents: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    changes: int = 0


class Writer(threading.Thread):
    """Somebody who writes until the line is cut."""

    def __init__(self, work: Callable[[], Iterator[None]]) -> None:
        super().__init__()
        self.work = work
        self.problem: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Write."""
        try:
            with contextlib.suppress(*CUT_OFF):
                for _step in self.work():
                    pass
        except BaseException as error:  # shown by the test that waits for the thread
            self.problem = error


class Clinician:
    """A clinician who enrols, writes, asks and uploads as fast as the portal answers."""

    def __init__(self, served: Served, cookies: dict[str, str], kept: Acknowledged) -> None:
        self.served, self.cookies, self.kept = served, cookies, kept
        self.numbers = iter(range(10_000))

    def browser(self) -> TestApp:
        return self.served.browser(self.cookies)

    def enrols(self) -> Iterator[None]:
        browser = self.browser()
        while True:
            number = next(self.numbers)
            form = browser.get(CENTRE + "enrol").forms["form"]
            form["given_name"], form["family_name"] = "Quirinella", f"Killfest{number:04}"
            form["birth_date"], form["hospital_number"] = "21.04.1979", f"KF-{number:04}"
            form["form-shown-sex"] = "female"
            form.set("given", "2026-03-02", index=0)
            answer = form.submit()
            assert answer.status_int == 303, answer.text
            self.kept.enrolled[self.path(answer)] = f"Killfest{number:04}"
            self.kept.changes += 1
            yield

    def path(self, answer: Any) -> str:
        return "/" + answer.location.split("/", 3)[3]

    def writes(self, patient: str) -> Iterator[None]:
        browser = self.browser()
        while True:
            form = browser.get(patient + "edit-section/question").forms["form"]
            text = f"Question {next(self.numbers)}?"
            form["question"] = text
            answer = form.submit()
            assert answer.status_int == 303, answer.text
            self.kept.saved[patient] = text
            self.kept.saves += 1
            self.kept.changes += 1
            yield

    def asks(self, patient: str) -> Iterator[None]:
        browser = self.browser()
        while True:
            form = browser.get(patient + "open-panel").forms["form"]
            form["question"], form["area"], form["way"] = "What now?", "aih", "lead"
            answer = form.submit()
            assert answer.status_int == 303, answer.text
            self.kept.panels.append(self.path(answer).removesuffix("/invite").rstrip("/"))
            self.kept.changes += 1
            yield

    def uploads(self, patient: str) -> Iterator[None]:
        browser, at = self.browser(), patient + "study-upload"
        page = browser.get(patient + "add-study")
        token = {"X-CSRF-Token": page.html.find("input", {"name": "csrf_token"})["value"]}
        for upload, offset in list(self.kept.uploads.items()):
            # What was under way when the line was cut goes on where it stands.
            found = browser.get(f"{at}/{upload}").json
            assert offset <= found["offset"] <= SIZE, "a piece that was acknowledged is lost"
            self.kept.uploads[upload] = found["offset"]
        while True:
            open_ones = [one for one, offset in self.kept.uploads.items() if offset < SIZE]
            if not open_ones:
                begun = browser.post_json(at, {"size": SIZE}, headers=token).json
                self.kept.uploads[begun["upload"]] = 0
                continue
            upload = open_ones[0]
            offset = self.kept.uploads[upload]
            said = browser.put(
                f"{at}/{upload}", bytes([7]) * min(4000, SIZE - offset),
                headers={**token, "X-Offset": str(offset)}, content_type="application/octet-stream",
            )  # fmt: skip
            self.kept.uploads[upload] = said.json["offset"]
            self.kept.changes += 1
            yield


@pytest.fixture(scope="module")
def folder(born, tmp_path_factory):
    """A portal of its own, with somebody signed in: folder and cookies."""
    var = tmp_path_factory.mktemp("killed") / "var"
    shutil.copytree(born, var)
    ground.CLOCK.reset()
    before = ground.start(ground.file_uri(var), var, "filestorage")
    app = TestApp(before.wsgi)
    ground.sign_in(app, before, CLINICIAN)
    with before.connection() as connection:
        root = connection.root()["app_root"]
        patients = centre_of(root)["patients"]
        mine = oid_of(root["people"].person_of_login(CLINICIAN))
        owned = [n for n, p in patients.items() if isinstance(p, Patient) and p.owner == mine]
    before.close()
    places = [f"{CENTRE}patients/{name}/" for name in sorted(owned)]
    cookies = {name: value.strip('"') for name, value in app.cookies.items()}
    return var, cookies, places


@pytest.fixture(scope="module")
def survived(folder):
    """The folder after all the kills, and what had been acknowledged."""
    var, cookies, places = folder
    served, kept, chance = Served(var), Acknowledged(), random.Random(SEED)
    clinician = Clinician(served, cookies, kept)
    try:
        for _kill in range(KILLS):
            served.start()
            works = (
                clinician.enrols, lambda: clinician.writes(places[0]),
                lambda: clinician.asks(places[1]), lambda: clinician.uploads(places[0]),
            )  # fmt: skip
            writers = [Writer(work) for work in works]
            wanted, until = kept.changes + chance.randint(4, 20), time.monotonic() + PATIENCE
            while kept.changes < wanted and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.08))
            served.kill()
            for writer in writers:
                writer.join()
                assert writer.problem is None, repr(writer.problem)
        served.start()
        browser = served.browser(cookies)
        for place in kept.enrolled:
            browser.get(place, status=200)
    finally:
        served.kill()
    said = served.log.read_text()
    after = ground.start(ground.file_uri(var), var, "filestorage")
    yield after, kept, said
    after.close()


def test_something_was_acknowledged_and_nothing_failed(survived):
    _after, kept, said = survived
    assert min(len(kept.enrolled), kept.saves, len(kept.panels), len(kept.uploads)) > 0, kept
    assert "Traceback" not in said
    assert "failure" not in said


def test_every_patient_acknowledged_is_there_with_key_and_identity(survived):
    after, kept, _said = survived
    with after.connection() as connection:
        root = connection.root()["app_root"]
        for place, family in kept.enrolled.items():
            patient = find_resource(root, place)
            assert keyring(after.registry).exists(patient.key_id)
            assert opened_identity(patient, after.registry)["family_name"] == family


def test_no_patient_is_half_there(survived):
    after, _kept, _said = survived
    with after.connection() as connection:
        root = connection.root()["app_root"]
        patients = centre_of(root)["patients"]
        actor = acting_as(root, after.registry)
        for patient in patients.values():
            assert opened_identity(patient, after.registry)["birth_date"]
            assert patients.nicknames[patient.nickname.lower()] == oid_of(patient)
            assert section_of(patient, "question", actor) is not None


def test_the_text_saved_last_stands_or_one_that_was_on_its_way(survived):
    after, kept, _said = survived
    with after.connection() as connection:
        root = connection.root()["app_root"]
        for place, text in kept.saved.items():
            patient, actor = find_resource(root, place), acting_as(root, after.registry)
            section = section_of(patient, "question", actor)
            number = int(section.values["question"].split()[1].rstrip("?"))
            assert number >= int(text.split()[1].rstrip("?"))
            assert section.version >= kept.saves


def test_every_panel_acknowledged_is_open_and_its_question_can_be_read(survived):
    after, kept, _said = survived
    with after.connection() as connection:
        root = connection.root()["app_root"]
        assert len(set(kept.panels)) == len(kept.panels)
        for place in kept.panels:
            panel = find_resource(root, place)
            assert panel.state == "selection"
            assert panel.read(after.registry, "question") == "What now?"


def test_every_piece_acknowledged_is_in_the_spool_and_whole_uploads_are_whole(survived):
    after, kept, _said = survived
    with after.connection() as connection:
        owner = oid_of(connection.root()["app_root"]["people"].person_of_login(CLINICIAN))
    for upload_id, offset in kept.uploads.items():
        upload = spool(after.registry).find(upload_id, owner)
        assert upload.offset >= offset
        if upload.complete:
            content = b"".join(spool(after.registry).read(upload_id, owner))
            assert content == bytes([7]) * SIZE


def test_the_trail_holds_and_tells_of_every_change_acknowledged(survived):
    after, kept, _said = survived
    trail = trail_of(after.registry)
    assert trail.first_broken() is None
    told = [(row.entry.action, row.entry.node, row.entry.patient) for row in trail.all_rows()]
    actions = [action for action, _node, _patient in told]
    with after.connection() as connection:
        root = connection.root()["app_root"]
        for place in kept.enrolled:
            assert ("patient.enrol", oid_of(find_resource(root, place))) in {t[:2] for t in told}
        for place in kept.panels:
            assert ("panel.open", oid_of(find_resource(root, place))) in {t[:2] for t in told}
    assert actions.count("record.save") >= kept.saves
