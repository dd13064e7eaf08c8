"""Break-glass: to read, for a reason and a time, told at once and reviewed; never for outsiders."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path
from pyramid_mailer.interfaces import IMailer

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.networks.actions import admit_member
from cpms_portal.panels.actions.steering import open_panel, submit
from cpms_portal.patients.actions import withdraw_consent
from cpms_portal.patients.actions.emergency import break_glass, end_emergency_access, review
from cpms_portal.patients.actions.visibility import change_team, change_visibility
from cpms_portal.patients.queries import patients_of
from cpms_portal.patients.queries.emergency import reason_of
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.storage.keys import keyring
from cpms_portal.workflow.queries import workflows
from tests.factories.panels import AREA, QUESTION
from tests.factories.patients import CENTRE, acting_as, centre_of, enrolled, person_of
from tests.factories.people import make_person

WHY = "Admitted at night, the colleague in charge cannot be reached."
READING = (
    Permission.PATIENT_VIEW,
    Permission.PATIENT_IDENTITY_VIEW,
    Permission.RECORD_VIEW,
    Permission.DOCUMENT_VIEW,
    Permission.STUDY_VIEW,
)
WRITING = (
    Permission.PATIENT_EDIT,
    Permission.PATIENT_REMOVE,
    Permission.PATIENT_TEAM,
    Permission.RECORD_EDIT,
    Permission.DOCUMENT_ADD,
    Permission.DOCUMENT_REMOVE,
    Permission.STUDY_ADD,
    Permission.CONSENT_RECORD,
    Permission.CONSENT_WITHDRAW,
    Permission.PANEL_OPEN,
)


@pytest.fixture
def mails(registry):
    """What was sent by mail in this test."""
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    return outbox


@pytest.fixture
def of_centre(root, registry):
    """Return a function that makes somebody with a role at the clinician's centre."""

    def make(name="Pia Nachtdienst", role=Role.HP):
        person = make_person(root, registry, name=name)
        admit_member(centre_of(root), person, role, system_actor(registry))
        return person

    return make


@pytest.fixture
def sealed_off(root, registry):
    """A patient of a centre where the clinician in charge alone sees the patients."""
    change_visibility(centre_of(root), "owner", system_actor(registry))
    yield enrolled(root, registry)
    transaction.abort()


def test_the_policy_of_a_centre_is_read_from_the_stored_access_lists(root, registry, of_centre):
    colleague, patient = of_centre(), enrolled(root, registry)
    panel = open_panel(patient, {"question": QUESTION, "area": AREA}, acting_as(root, registry))
    submit(panel, acting_as(root, registry))
    portal, centre = system_actor(registry), centre_of(root)

    def seen(person):
        actor = actor_for(registry, person)
        return [
            actor.may(Permission.PATIENT_VIEW, patient),
            actor.may(Permission.CONTRIBUTION_VIEW, panel),
            patient in patients_of(centre, actor).items,
        ]

    owner = person_of(root)
    assert seen(colleague) == [True] * 3
    change_visibility(centre, "owner", portal)
    assert (seen(owner), seen(colleague)) == ([True] * 3, [False] * 3)
    change_visibility(centre, "team", portal)
    assert seen(colleague) == [False] * 3
    change_team(patient, [colleague], actor_for(registry, owner))
    assert seen(colleague) == [True] * 3
    change_team(patient, [], actor_for(registry, owner))
    assert seen(colleague) == [False] * 3
    change_visibility(centre, "centre", portal)
    assert seen(colleague) == [True] * 3
    transaction.abort()


def test_who_may_change_the_policy_and_who_may_not(root, registry, of_centre):
    centre = centre_of(root)
    officer = of_centre("Quentin Datenhof", Role.DPO)
    for actor in (acting_as(root, registry, "rarelivercoordinator"), actor_for(registry, officer)):
        assert actor.may(Permission.INSTITUTION_VISIBILITY, centre)
    for login in ("rareliverhpuser1", "vascerncoordinator", "rareliverresearcher", "siteadmin"):
        with pytest.raises(TransitionDeniedError):
            change_visibility(centre, "owner", acting_as(root, registry, login))
    transaction.abort()


def test_a_team_is_of_the_centre_and_of_a_centre_that_works_in_teams(root, registry, of_centre):
    patient, owner = enrolled(root, registry), acting_as(root, registry)
    with pytest.raises(ValueRefusedError, match="does not work in teams"):
        change_team(patient, [of_centre()], owner)
    change_visibility(centre_of(root), "team", system_actor(registry))
    with pytest.raises(ValueRefusedError, match="of this centre"):
        change_team(patient, [person_of(root, "rareliverhpuser4")], owner)
    with pytest.raises(TransitionDeniedError):
        change_team(patient, [], acting_as(root, registry, "rareliverhpuser4"))
    transaction.abort()


def test_it_opens_for_an_hour_to_read_and_nothing_else(
    root, registry, of_centre, sealed_off, clock
):
    person, patient = of_centre(), sealed_off
    break_glass(centre_of(root), patient.nickname, WHY, actor_for(registry, person))
    actor = actor_for(registry, person)
    assert all(actor.may(permission, patient) for permission in READING)
    assert not any(actor.may(permission, patient) for permission in WRITING)
    clock.advance(minutes=59)
    assert actor_for(registry, person).may(Permission.RECORD_VIEW, patient)
    clock.advance(minutes=1)
    assert not actor_for(registry, person).may(Permission.PATIENT_VIEW, patient)


def test_no_state_of_any_workflow_lets_it_do_more_than_read(registry):
    for workflow in workflows(registry).values():
        for state in workflow.states.values():
            for permission, roles in state.permissions.items():
                if Role.EMERGENCY in roles:
                    assert permission.endswith(":view"), (workflow.name, permission)


def test_who_is_in_charge_and_the_officer_are_told_at_once_without_anything_clinical(
    root, registry, of_centre, sealed_off, mails
):
    officer, person = of_centre("Quentin Datenhof", Role.DPO), of_centre()
    break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))
    transaction.commit()
    told = {mail.recipients[0]: mail.body for mail in mails}
    assert set(told) >= {officer.mail, person_of(root).mail}
    for body in told.values():
        assert sealed_off.nickname not in body
        assert WHY not in body
    change_visibility(centre_of(root), "centre", system_actor(registry))
    transaction.commit()


def test_it_is_in_the_trail_and_the_reason_is_sealed_with_the_key_of_the_patient(
    root, registry, of_centre, sealed_off
):
    person = of_centre()
    access = break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))
    assert WHY.encode() not in access.reason
    assert reason_of(access, system_actor(registry)) == WHY
    transaction.commit()
    what = [row.entry.action for row in trail_of(registry).rows("who", person.__oid__, 20)]
    assert "emergency_access.open" in what
    change_visibility(centre_of(root), "centre", system_actor(registry))
    transaction.commit()


def test_who_never_breaks_the_glass(root, registry, of_centre, sealed_off):
    people = [
        person_of(root, login)
        for login in (
            "rareliverresearcher",
            "rareliverguest",
            "rareliverhpuser4",
            "vascernhpuser1",
            "vascerncoordinator",
            "siteadmin",
        )
    ]
    people += [of_centre("Quentin Datenhof", Role.DPO), of_centre("Ruth Zuarbeit", Role.ASSISTANT)]
    for person in people:
        with pytest.raises(TransitionDeniedError):
            break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))


def test_what_it_refuses_says_why(root, registry, of_centre, sealed_off):
    centre, person = centre_of(root), of_centre()
    for named, reason, said in (
        (sealed_off.nickname, "urgent", "Please say why"),
        ("Nobodyhere", WHY, "No patient of this centre"),
        ("", WHY, "No patient of this centre"),
    ):
        with pytest.raises(ValueRefusedError, match=said):
            break_glass(centre, named, reason, actor_for(registry, person))
    with pytest.raises(ValueRefusedError, match="already"):
        break_glass(centre, sealed_off.nickname, WHY, acting_as(root, registry))
    change_visibility(centre, "centre", system_actor(registry))
    with pytest.raises(ValueRefusedError, match="sees its patients already"):
        break_glass(centre, sealed_off.nickname, WHY, actor_for(registry, person))


def test_a_withdrawn_consent_ends_it_and_keeps_it_from_beginning(
    root, registry, of_centre, sealed_off
):
    person = of_centre()
    break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))
    withdraw_consent(sealed_off, "care", "The patient asked.", acting_as(root, registry))
    actor = actor_for(registry, person)
    assert not any(actor.may(permission, sealed_off) for permission in READING)
    with pytest.raises(ValueRefusedError, match="no valid consent"):
        other = actor_for(registry, of_centre("Sina Spätdienst"))
        break_glass(centre_of(root), sealed_off.nickname, WHY, other)


def test_the_officer_reviews_it_and_a_no_ends_it_at_once(root, registry, of_centre, sealed_off):
    officer, person = of_centre("Quentin Datenhof", Role.DPO), of_centre()
    access = break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))
    for login in ("rareliverhpuser1", "rarelivercoordinator", "vascerncoordinator"):
        with pytest.raises(TransitionDeniedError):
            review(access, acting_as(root, registry, login), justified=True)
    with pytest.raises(ValueRefusedError, match="say why"):
        review(access, actor_for(registry, officer), justified=False)
    review(access, actor_for(registry, officer), justified=False, reason="Somebody was on duty.")
    assert access.state == "not_justified"
    assert not actor_for(registry, person).may(Permission.PATIENT_VIEW, sealed_off)
    assert not actor_for(registry, officer).may(Permission.PATIENT_VIEW, sealed_off)


def test_it_is_ended_before_its_time_by_those_it_concerns_alone(
    root, registry, of_centre, sealed_off
):
    person = of_centre()
    access = break_glass(centre_of(root), sealed_off.nickname, WHY, actor_for(registry, person))
    with pytest.raises(TransitionDeniedError):
        end_emergency_access(access, acting_as(root, registry, "rareliverhpuser4"))
    end_emergency_access(access, acting_as(root, registry))
    assert not actor_for(registry, person).may(Permission.PATIENT_VIEW, sealed_off)


def test_the_reason_goes_with_the_key_of_the_patient(root, registry, of_centre, sealed_off):
    access = break_glass(
        centre_of(root), sealed_off.nickname, WHY, actor_for(registry, of_centre())
    )
    keyring(registry).destroy(sealed_off.key_id)
    assert WHY not in repr(reason_of(access, system_actor(registry)))


def test_on_the_pages_from_the_question_to_the_review(
    root, registry, of_centre, sealed_off, browser_of, clock
):
    officer, person = of_centre("Quentin Datenhof", Role.DPO), of_centre("Tom Nachtwache")
    nickname, patient = sealed_off.nickname, resource_path(sealed_off) + "/"
    transaction.commit()
    browser = browser_of(person.mail)
    browser.get(patient, status=404)
    clock.advance(minutes=11)
    assert "/prove" in browser.get(f"{CENTRE}break-glass", status=303).location
    browser = browser_of(person.mail)
    form = browser.get(f"{CENTRE}break-glass").forms["form"]
    form["named"], form["reason"] = nickname, "short"
    refused = form.submit(status=422)
    assert refused.forms["form"]["named"].value == nickname
    assert "Tick this box, or leave the record closed." in refused
    form = refused.forms["form"]
    form["reason"], form["understood"] = WHY, True
    page = form.submit().follow()
    assert "You read this record by break-glass until" in page
    assert "Edit enrolment" not in page
    browser.get(patient + "edit", status=403)
    assert "Break-glass to review" in browser_of(officer.mail).get("/my-work")
    page = browser_of(officer.mail).get(f"{CENTRE}emergencies")
    assert "Tom Nachtwache" in page
    assert nickname not in page
    page = page.click("Tom Nachtwache")
    assert WHY in page
    assert nickname not in page
    form = next(form for form in page.forms.values() if form.action.endswith("review"))
    assert "Your review is kept." in form.submit("verdict", value="justify").follow()
    browser_of(officer.mail).get(patient, status=404)
    browser_of("rareliverhpuser1").get(f"{CENTRE}emergencies", status=403)
    browser_of("vascernhpuser1").get(f"{CENTRE}break-glass", status=403)
