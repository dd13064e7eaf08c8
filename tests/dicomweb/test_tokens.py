"""Tokens: bound to a person, a scope and a node; they end at once, and count nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.actor import system_actor
from cpms_portal.patients.actions import record_consent, withdraw_consent
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from tests.dicomweb.conftest import COLLEAGUE, HP, OUTSIDER, Program, token_made
from tests.dicomweb.test_storing import KIND, files_for, message
from tests.factories.patients import member_of_centre, patient_of


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def test_a_token_when_made_then_is_shown_once_and_only_its_digest_is_kept(hp, place, site) -> None:
    token = token_made(hp, place)
    assert token not in hp.get(f"{place}/connect")
    secret = token.rpartition(".")[2].encode()
    for path in site.var.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes(), path.name


def test_who_shows_nothing_when_asking_then_is_asked_for_a_token(app, place) -> None:
    for address in (f"{place}/dicomweb/studies", "/networks/nowhere/dicomweb/studies"):
        answer = app.get(address, status=401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "x", "cpms.1.x", "cpms.7." + "a" * 43, "é", "cpms" * 5000])
def test_an_invented_token_when_shown_then_is_nobody(site, place, token) -> None:
    Program(site.wsgi, token.encode().decode("latin-1")).get(
        f"{place}/dicomweb/studies", status=401
    )


def test_a_token_for_both_when_shown_then_reads_and_stores_and_nothing_else(
    site, hp, place, centre, study, browser_of
) -> None:
    viewer = Program(site.wsgi, token_made(hp, place, "both"))
    assert viewer.get(f"{place}{study.address}/series").json
    answer = viewer.post(f"{place}/dicomweb/studies", message(files_for("both", 1)), KIND)
    assert len(answer.json["00081199"]["Value"]) == 1
    viewer.get(f"{place}/studies", status=(302, 303))
    # Where there is only one of the two, it is not offered.
    for address in (f"{centre}/connect", f"{place}/panels/1/connect"):
        form = hp.get(address, status="*")
        assert 'value="both"' not in form


def test_a_token_when_shown_beside_its_node_then_is_nobody(program, root, place, centre) -> None:
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    other = next(resource_path(one) for one in patients.values() if resource_path(one) != place)
    beside = f"{place}/dicomweb/../../{other.rpartition('/')[2]}"
    for address in (place, f"{place}/studies", f"{centre}/patients", "/my-account",
                    f"{other}/dicomweb/studies", f"{centre}/dicomweb/studies",
                    f"{place}/panels/1/dicomweb/studies",
                    f"{beside}/dicomweb/studies"):  # fmt: skip
        program.get(address, status=(302, 303, 401, 404))
    program.get(f"{place}/./dicomweb/studies")


def test_a_token_when_its_end_comes_then_counts_no_more(program, place, clock) -> None:
    program.get(f"{place}/dicomweb/studies")
    clock.advance(days=31)
    program.get(f"{place}/dicomweb/studies", status=401)


def test_a_token_when_ended_by_its_person_then_counts_no_more(site, hp, place) -> None:
    program = Program(site.wsgi, token_made(hp, place, name="To be ended"))
    program.get(f"{place}/dicomweb/studies")
    account = hp.get("/my-account").headers["Location"]
    page = hp.get(account.rpartition("account")[0] + "programs")
    end = next(form for form in page.forms.values() if "To be ended" in form.text)
    assert "no access any more" in end.submit().follow()
    program.get(f"{place}/dicomweb/studies", status=401)


@pytest.fixture
def colleague(root, registry, browser_of):
    """A browser of somebody else who works at the centre since today."""
    membership = member_of_centre(root, COLLEAGUE, Role.HP, system_actor(registry))
    assert membership.state == "active"
    profile = root["people"].person_of_login(COLLEAGUE).profile
    profile.areas = {**profile.areas, "rare-liver": AreaChoice()}
    transaction.commit()
    return browser_of(COLLEAGUE)


def test_who_answers_for_the_case_when_looking_then_sees_and_ends_programs_of_others(
    site, hp, place, colleague
) -> None:
    program = Program(site.wsgi, token_made(hp, place))
    page = colleague.get(f"{place}/connect")
    assert "Invented viewer" in page
    for form in [form for form in page.forms.values() if "token" in form.fields]:
        form.submit(status=303)
    program.get(f"{place}/dicomweb/studies", status=401)


def test_a_token_when_the_role_behind_it_ends_then_counts_no_more_even_when_it_returns(
    site, colleague, place, root, registry, clock
) -> None:
    program = Program(site.wsgi, token_made(colleague, place))
    program.get(f"{place}/dicomweb/studies")
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    person = root["people"].person_of_login(COLLEAGUE)
    revoke(person, Role.HP, centre)
    transaction.commit()
    program.get(f"{place}/dicomweb/studies", status=401)
    clock.advance(minutes=1)
    grant(person, Role.HP, centre, since=system_actor(registry).now)
    transaction.commit()
    program.get(f"{place}/dicomweb/studies", status=401)


def test_a_token_when_the_care_consent_ends_then_finds_nothing(
    site, place, root, registry, hp
) -> None:
    program = Program(site.wsgi, token_made(hp, place))
    patient, actor = patient_of(root), system_actor(registry)
    program.get(f"{place}/dicomweb/studies")
    withdraw_consent(patient, "care", "The patient withdrew it.", actor)
    transaction.commit()
    program.get(f"{place}/dicomweb/studies", status=404)
    given = {"given": (actor.now - timedelta(days=1)).date(), "signer": "patient"}
    record_consent(patient, "care", given, actor)
    transaction.commit()
    program.get(f"{place}/dicomweb/studies")


def test_a_browser_when_signed_in_then_reads_and_an_outsider_finds_nothing(
    hp, place, study, browser_of
) -> None:
    assert hp.get(f"{place}/dicomweb/studies").json
    outsider = browser_of(OUTSIDER)
    outsider.get(f"{place}/dicomweb/studies", status=404)
    outsider.get(f"{place}{study.address}/metadata", status=404)
    outsider.get(f"{place}/connect", status=404)
    outsider.get(f"{place}/end-program", status=404)


def test_a_token_for_somebody_elses_case_when_wanted_then_cannot_be_made(browser_of, place) -> None:
    browser_of(OUTSIDER).get(f"{place}/connect", status=404)


@pytest.mark.parametrize(("name", "value"), [("days", "0"), ("days", "400"), ("name", "")])
def test_a_form_that_is_wrong_when_sent_then_says_so_and_makes_no_token(
    hp, place, name, value
) -> None:
    form = hp.get(f"{place}/connect").forms["form"]
    form["name"], form["scope"], form["days"] = "Viewer", "read", "9"
    form[name] = value
    assert form.submit(status=422).html.find("code", {"data-token": ""}) is None


def test_a_panel_when_a_program_is_let_in_there_then_shows_its_case_and_stops_with_it(
    site, hp, root, registry
) -> None:
    panel = next(
        panel
        for patient in root["networks"]["rare-liver"]["germany"]["de40"]["patients"].values()
        if "panels" in patient
        for panel in patient["panels"].values()
        if panel.state in {"selection", "data_completion", "assessment", "outcome", "sign_off"}
    )
    patient, place = panel.__parent__.__parent__, resource_path(panel)
    program = Program(site.wsgi, token_made(hp, place))
    assert program.get(f"{place}/dicomweb/studies").status_int == 200
    program.get(f"{resource_path(patient)}/dicomweb/studies", status=401)
    withdraw_consent(patient, "care", "The patient withdrew it.", system_actor(registry))
    transaction.commit()
    program.get(f"{place}/dicomweb/studies", status=404)
    given = {"given": (system_actor(registry).now - timedelta(days=1)).date(), "signer": "patient"}
    record_consent(patient, "care", given, system_actor(registry))
    transaction.commit()


def test_what_a_program_does_when_recorded_then_names_person_and_token(
    site, hp, place, study, root, registry
) -> None:
    program = Program(site.wsgi, token_made(hp, place))
    before = trail_of(registry).head()[0]
    program.get(f"{place}/dicomweb/studies")
    for _ in range(3):
        program.get(f"{place}{study.instance_address}/frames/1", accept="application/octet-stream")
    rows = list(trail_of(registry).all_rows())[before:]
    told = [(row.entry.action, row.entry.who) for row in rows]
    person = root["people"].person_of_login(HP).__oid__
    assert told == [("dicomweb.studies", person), ("dicomweb.frames", person)]
    assert all("token" in row.entry.detail for row in rows)
