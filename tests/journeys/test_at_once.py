"""Two people, or eight, at the same thing at the same moment: nothing lost, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import transaction
from pyramid.traversal import find_resource, resource_path

from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.panels.queries.progress import contributions_of, outcome_of
from cpms_portal.patients.queries import opened_identity
from tests.factories.dicom import StudyPlan, study_files
from tests.factories.panels import MEMBER, REQUESTER, SECOND, Cast
from tests.factories.patients import CENTRE, CLINICIAN


@pytest.fixture
def cast(root, registry):
    """The people of the training site."""
    return Cast(root, registry)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do everything at the same moment; return the answers in order."""
    with ThreadPoolExecutor(len(works)) as threads:
        return [one.result() for one in [threads.submit(work) for work in works]]


def statuses(answers: list[Any]) -> list[int]:
    """Return the statuses, sorted."""
    return sorted(answer.status_int for answer in answers)


def posting(page: Any, ending: str, **fields: str) -> Callable[[], Any]:
    """Return how the form of a page that goes to an address ending so is sent."""
    form = next(one for one in page.forms.values() if one.action.endswith(ending))
    for name, value in fields.items():
        form[name] = value
    return lambda: form.submit(status="*")


def enrolling(browser: Any, family: str) -> Callable[[], Any]:
    """Return how a form of enrolment, filled in, is sent."""
    form = browser.get(CENTRE + "enrol").forms["form"]
    form["given_name"], form["family_name"], form["birth_date"] = "Quirinella", family, "21.04.1979"
    form["hospital_number"] = f"NR {family}"
    form["form-shown-sex"] = "female"
    form.set("given", "2026-03-02", index=0)
    return lambda: form.submit(status="*")


def fresh(node: Any) -> Any:
    """Return a resource as it stands now."""
    transaction.abort()
    return node


def test_the_same_person_enrolled_by_two_at_once_is_there_once(browser_of, root, registry):
    works = [enrolling(browser_of(CLINICIAN), "Gleichzeitig") for _ in range(2)]
    answers = at_once(*works)
    assert statuses(answers) == [200, 303]
    assert any("Perhaps enrolled already" in answer for answer in answers)
    transaction.abort()
    patients = find_resource(root, CENTRE + "patients")
    names = [opened_identity(one, registry)["family_name"] for one in patients.values()]
    assert names.count("Gleichzeitig") == 1


def test_a_section_saved_by_two_at_once_shows_the_second_both(browser_of, cast):
    place = resource_path(cast.patient()) + "/edit-section/question"
    transaction.commit()
    works = []
    for number in range(2):
        form = browser_of(REQUESTER).get(place).forms["form"]
        form["question"] = f"Version {number} of the question?"
        works.append(lambda form=form: form.submit(status="*"))
    answers = at_once(*works)
    assert statuses(answers) == [303, 409]
    second = next(answer for answer in answers if answer.status_int == 409)
    second.mustcontain("Version 0 of the question?", "Version 1 of the question?")


def test_an_invitation_accepted_and_declined_at_once_is_answered_once(browser_of, cast):
    panel = cast.selection()
    (invitation,) = cast.invite(panel, MEMBER)
    transaction.commit()
    place = resource_path(invitation)
    words = ("accept", "decline", "accept", "decline")
    answers = at_once(*(_answering(browser_of(MEMBER), place, word) for word in words))
    found = statuses(answers)
    assert found[0] == 303
    assert set(found[1:]) <= {403, 404, 409}
    state = fresh(invitation).state
    oid = cast.person(MEMBER).__oid__
    assert (state == "accepted") == (oid in panel.members)
    answered = [step for step in invitation.history if step.transition in {"accept", "decline"}]
    assert len(answered) == 1


def _answering(browser: Any, place: str, word: str) -> Callable[[], Any]:
    token = browser.get(place).html.find("input", {"name": "csrf_token"})["value"]
    fields = {"answer": word, "csrf_token": token}
    return lambda: browser.post(f"{place}/answer", fields, status="*")


def test_a_signature_while_the_outcome_is_taken_back_counts_wholly_or_not_at_all(browser_of, cast):
    panel = cast.sign_off()
    transaction.commit()
    place = resource_path(panel)
    signing = posting(browser_of(MEMBER).get(f"{place}/outcome"), "/sign")
    lead = browser_of(REQUESTER)
    token = lead.get(place).html.find("input", {"name": "csrf_token"})["value"]
    step = {"name": "back_to_outcome", "reason": "A word is missing.", "csrf_token": token}
    signed, back = at_once(signing, lambda: lead.post(f"{place}/step", step, status="*"))
    assert back.status_int == 303
    assert signed.status_int in {303, 403, 404, 409}
    assert fresh(panel).state == "outcome"
    assert cast.person(MEMBER).__oid__ not in {int(oid) for oid in outcome_of(panel).signatures}


def test_advice_sent_while_the_panel_moves_on_is_kept_or_refused_never_lost(browser_of, cast):
    panel = cast.assessment()
    transaction.commit()
    place = resource_path(panel)
    works = []
    for number, login in enumerate((MEMBER, SECOND) * 2):
        form = browser_of(login).get(f"{place}/advice").forms["form"]
        form["text"] = f"Advice {number}."
        works.append(lambda form=form: form.submit(status="*"))
    lead = browser_of(REQUESTER)
    token = lead.get(place).html.find("input", {"name": "csrf_token"})["value"]
    step = {"name": "write_outcome_anyway", "reason": "It is urgent.", "csrf_token": token}
    *sent, moved = at_once(*works, lambda: lead.post(f"{place}/step", step, status="*"))
    assert moved.status_int in {303, 409}
    kept = [number for number, answer in enumerate(sent) if answer.status_int == 303]
    assert {answer.status_int for answer in sent} <= {303, 403, 404, 409, 422}
    fresh(panel)
    texts = {one.read(cast.registry, "text") for one in contributions_of(panel)}
    assert texts == {f"Advice {number}." for number in kept}


def test_one_study_sent_twice_at_once_is_stored_once(browser_of, cast):
    patient = cast.patient()
    transaction.commit()
    place = resource_path(patient)
    content = b"".join(
        bundled(study_files(StudyPlan(uid_seed="twice", series=1, slices=3, size=32)))
    )
    receipts = at_once(*(_uploading(browser_of(REQUESTER), place, content) for _ in range(2)))
    assert sorted(one["stored"] for one in receipts) == [0, 3]
    assert sorted(one["duplicates"] for one in receipts) == [0, 3]
    fresh(patient)
    assert len(patient["studies"]) == 1


def _uploading(browser: Any, place: str, content: bytes) -> Callable[[], dict[str, Any]]:
    page = browser.get(f"{place}/add-study")
    headers = {"X-CSRF-Token": page.html.find("input", {"name": "csrf_token"})["value"]}

    def upload() -> dict[str, Any]:
        begun = browser.post_json(f"{place}/study-upload", {"size": len(content)}, headers=headers)
        address = f"{place}/study-upload/{begun.json['upload']}"
        browser.put(address, content, headers={**headers, "X-Offset": "0"},
                    content_type="application/octet-stream")  # fmt: skip
        while True:
            answer = browser.post(f"{address}/finish", headers=headers, status="*")
            assert answer.status_int < 500, answer.text
            if answer.status_int != 202:
                return answer.json["receipt"]

    return upload


def test_eight_writers_at_once_all_find_their_work_kept(browser_of, cast):
    panel = cast.assessment()
    patient = panel.__parent__.__parent__
    transaction.commit()
    place, home = resource_path(panel), resource_path(patient)
    works = []
    for number, login in enumerate((MEMBER, SECOND)):
        works.append(
            posting(browser_of(login).get(f"{place}/advice"), "/advice", text=f"A{number}")
        )
    for section, name in (("question", "question"), ("history", "history")):
        page = browser_of(REQUESTER).get(f"{home}/edit-section/{section}")
        works.append(posting(page, f"/{section}", **{name: f"Words of {section}"}))
    works += [enrolling(browser_of(CLINICIAN), f"Achtfach{'abcd'[n]}") for n in range(4)]
    assert statuses(at_once(*works)) == [303] * 8
    fresh(panel)
    texts = {one.read(cast.registry, "text") for one in contributions_of(panel)}
    assert texts == {"A0", "A1"}
    assert set(patient["record"].sections) == {"question", "history"}
    patients = find_resource(cast.root, CENTRE + "patients")
    names = [opened_identity(one, cast.registry)["family_name"] for one in patients.values()]
    assert sorted(name for name in names if name.startswith("Achtfach")) == [
        f"Achtfach{letter}" for letter in "abcd"
    ]
