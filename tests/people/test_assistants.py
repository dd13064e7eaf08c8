"""Assistants act on behalf of a clinician of their centre: seen as both, and only until revoked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.audit.trail import acted_for, trail_of
from cpms_portal.core.actor import spoken, system_actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.networks.actions import admit_member
from cpms_portal.panels.actions.advice import contribute
from cpms_portal.panels.actions.document import page_of
from cpms_portal.panels.actions.outcome import sign, write_outcome
from cpms_portal.panels.actions.steering import move, open_panel, submit
from cpms_portal.panels.queries.progress import contributors, outcome_of
from cpms_portal.patients.actions import enrol_patient, withdraw_consent
from cpms_portal.patients.actions.visibility import change_visibility
from cpms_portal.people.actions.delegations import (
    appoint_assistant,
    ask_to_assist,
    confirm_assistant,
    end_delegation,
)
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.factories.panels import AREA, MEMBER, QUESTION, REQUESTER, SECOND, SECTIONS, Cast
from tests.factories.patients import (
    CENTRE,
    CLINICIAN,
    acting_as,
    centre_of,
    enrolled,
    enrolment,
    person_of,
)
from tests.factories.people import make_person

BOTH = "Annika Helferlein for "


@pytest.fixture
def cast(root, registry):
    return Cast(root, registry)


def press(browser, page, address, **values):
    """Send the form of a page that goes to an address."""
    form = next(form for form in page.forms.values() if form.action.endswith(address))
    for name, value in values.items():
        form[name] = value
    return form.submit(status="*")


def test_a_membership_as_assistant_alone_opens_nothing(root, registry, assistant_at, browser_of):
    person = assistant_at()
    patient = enrolled(root, registry)
    transaction.commit()
    browser = browser_of(person.mail)
    browser.get(f"{CENTRE}patients", status=403)
    browser.get(f"{CENTRE}patients/{patient.__name__}/", status=404)


def test_a_clinician_appoints_an_assistant_and_ends_it_with_effect_on_the_next_request(
    root, registry, assistant_at, browser_of
):
    person, patient = assistant_at("Benno Zuarbeit"), enrolled(root, registry)
    transaction.commit()
    clinician, helper = browser_of(CLINICIAN), browser_of(person.mail)
    own = f"/people/{person_of(root).__name__}/assistants"
    page = clinician.get(own)
    pair = f"{centre_of(root).__oid__} {person.__oid__}"
    page = press(clinician, page, "appoint-assistant", person=pair).follow()
    assert "Benno Zuarbeit may act for you now." in page
    record = f"{CENTRE}patients/{patient.__name__}/"
    assert f"You act for <strong>{person_of(root).title}</strong>" in helper.get(record)
    assert "Quirinella" in helper.get(record + "identity")
    page = press(clinician, page, "/end").follow()
    assert "cannot act in this name" in page
    helper.get(record, status=404)
    helper.get(f"{CENTRE}patients", status=403)


def test_an_assistant_asks_and_the_clinician_confirms(root, registry, assistant_at, browser_of):
    person = assistant_at("Cosima Nachfrage")
    helper, clinician = browser_of(person.mail), browser_of(CLINICIAN)
    page = helper.get(f"/people/{person.__name__}/assistants")
    pair = f"{centre_of(root).__oid__} {person_of(root).__oid__}"
    assert "was asked to confirm" in press(helper, page, "ask-to-assist", person=pair).follow()
    helper.get(f"{CENTRE}patients", status=403)
    assert "Assistants to confirm" in clinician.get("/my-work")
    page = clinician.get(f"/people/{person_of(root).__name__}/assistants")
    assert "may act for you now" in press(clinician, page, "/confirm").follow()
    helper.get(f"{CENTRE}patients")


def test_nobody_confirms_in_place_of_the_clinician(root, registry, assistant_at):
    person, doctor = assistant_at("Dora Selbst"), person_of(root)
    own, other = actor_for(registry, person), acting_as(root, registry, "rareliverhpuser2")
    asked = ask_to_assist(centre_of(root), person, doctor, own)
    for actor in (own, other, acting_as(root, registry, "rarelivercoordinator")):
        with pytest.raises(TransitionDeniedError):
            confirm_assistant(asked, actor)
    with pytest.raises(TransitionDeniedError):
        appoint_assistant(centre_of(root), person, doctor, other)


def test_only_people_of_the_same_centre_are_appointed(root, registry, assistant_at):
    doctor = person_of(root)
    actor = actor_for(registry, doctor)
    stranger = person_of(root, "vascernhpuser1")
    with pytest.raises(ValueRefusedError, match="no assistant of the centre"):
        appoint_assistant(centre_of(root), stranger, doctor, actor)
    foreign = person_of(root, "rareliverhpuser4")
    person = assistant_at("Edda Anderswo")
    with pytest.raises(ValueRefusedError, match="their own centre"):
        ask_to_assist(centre_of(root), person, foreign, actor_for(registry, person))


def test_what_an_assistant_does_is_kept_and_shown_with_both_names(
    root, registry, assisting, browser_of
):
    person, _delegation = assisting()
    doctor = person_of(root)
    actor = actor_for(registry, person)
    patient = enrolled(root, registry)
    panel = open_panel(patient, {"question": QUESTION, "area": AREA}, actor)
    submit(panel, actor)
    assert panel.requester == panel.lead == doctor.__oid__
    words = spoken(panel.history[0].who_name)
    assert words.interpolate() == f"{BOTH}{doctor.title}"
    transaction.commit()
    page = browser_of(CLINICIAN).get(resource_path(panel))
    assert page.text.count(f"{BOTH}{doctor.title}") >= 2  # who asked, and the history
    rows = trail_of(registry).rows("who", person.__oid__, 5, noun="panel")
    assert {acted_for(row.entry) for row in rows} == {doctor.__oid__}


def test_an_enrolment_by_an_assistant_belongs_to_the_clinician(root, registry, assisting):

    person, _delegation = assisting()
    values = enrolment(hospital_number="HN-88001")
    patient = enrol_patient(centre_of(root), values, actor_for(registry, person))
    assert patient.owner == person_of(root).__oid__
    assert spoken(patient.consents[0].recorded_by).interpolate().startswith(BOTH)


def test_a_contribution_by_an_assistant_counts_for_the_clinician_and_stands_in_the_document(
    root, registry, cast, assisting, browser_of
):
    panel = cast.assessment()
    person, _delegation = assisting(MEMBER, "Annika Helferlein")
    doctor, actor = person_of(root, MEMBER), actor_for(registry, person)
    contribute(panel, "Dictated advice.", actor)
    assert contributors(panel) == {doctor.__oid__}
    contribute(panel, "Advice.", cast(SECOND))
    transaction.commit()
    page = browser_of(REQUESTER).get(resource_path(panel, "advice"))
    assert f"{BOTH}{doctor.title}" in page
    notices = browser_of(MEMBER).get("/notices")
    assert "Your assistant wrote a contribution in your name." in notices

    move(panel, "write_outcome", cast(REQUESTER))
    outcome = write_outcome(panel, SECTIONS, cast(REQUESTER))
    move(panel, "ask_signatures", cast(REQUESTER))
    with pytest.raises(TransitionDeniedError):
        sign(panel, actor)
    assert not outcome_of(panel).signatures
    for login in (REQUESTER, MEMBER, SECOND):
        sign(panel, cast(login))
    move(panel, "close", cast(REQUESTER))
    assert f"{BOTH}{doctor.title}" in page_of(panel, outcome, cast(REQUESTER))
    transaction.abort()


def test_an_assistant_never_signs_leads_invites_answers_or_removes(root, registry, cast, assisting):
    person, _delegation = assisting()
    actor = actor_for(registry, person)
    panel = cast.sign_off()
    for permission in (
        Permission.OUTCOME_SIGN,
        Permission.OUTCOME_EDIT,
        Permission.PANEL_LEAD,
        Permission.PANEL_INVITE,
        Permission.PANEL_CANCEL,
    ):
        assert not actor.may(permission, panel)
        assert cast(REQUESTER).may(Permission.PANEL_LEAD, panel)
    patient = panel.__parent__.__parent__
    assert not actor.may(Permission.PATIENT_REMOVE, patient)
    assert not actor.may(Permission.AUDIT_VIEW, centre_of(root))
    assert not actor.may(Permission.PATIENT_BREAK_GLASS, centre_of(root))
    invitation = next(iter(panel["invitations"].values()))
    assert not actor.may(Permission.INVITATION_ANSWER, invitation)
    transaction.abort()


def test_the_assistant_of_a_member_reads_the_panel_and_never_the_identity(
    root, registry, cast, assistant_at
):
    panel = cast.selection()
    cast.join(panel, SECOND)
    patient = panel.__parent__.__parent__
    other = cast.centre(SECOND)

    helper = make_person(root, registry, name="Frida Fernhilfe")
    admit_member(other, helper, Role.ASSISTANT, system_actor(registry))
    appoint_assistant(other, helper, cast.person(SECOND), cast(SECOND))
    actor = actor_for(registry, helper)
    assert other is not centre_of(root)
    assert actor.may(Permission.PANEL_VIEW, panel)
    assert actor.may(Permission.RECORD_VIEW, patient)
    assert not actor.may(Permission.PATIENT_IDENTITY_VIEW, patient)
    assert not actor.may(Permission.RECORD_EDIT, patient)
    withdraw_consent(patient, "care", "The patient asked.", cast(REQUESTER))
    actor = actor_for(registry, helper)
    assert panel.state == "frozen"
    assert not actor.may(Permission.PANEL_VIEW, panel)
    assert not actor.may(Permission.RECORD_VIEW, patient)
    transaction.abort()


def test_the_assistant_of_the_owner_sees_what_the_policy_of_the_centre_lets_the_owner_see(
    root, registry, assisting, colleague
):
    first, _one = assisting(CLINICIAN, "Gesa Erste")
    second, _two = assisting(colleague("Kolja Nebenan").mail, "Hanno Zweiter")
    patient = enrolled(root, registry)
    assert actor_for(registry, second).may(Permission.PATIENT_VIEW, patient)
    change_visibility(centre_of(root), "owner", system_actor(registry))
    assert actor_for(registry, first).may(Permission.PATIENT_IDENTITY_VIEW, patient)
    assert not actor_for(registry, second).may(Permission.PATIENT_VIEW, patient)
    transaction.abort()


@pytest.mark.parametrize("whose", ["clinician", "assistant"])
def test_who_leaves_the_centre_ends_it_at_once(root, registry, assisting, whose):
    person, delegation = assisting(name=f"Ilse {whose}")
    centre, portal = centre_of(root), system_actor(registry)
    assert actor_for(registry, person).may(Permission.PATIENT_LIST, centre)
    role, oid = (
        (Role.HP, person_of(root).__oid__)
        if whose == "clinician"
        else (Role.ASSISTANT, person.__oid__)
    )
    membership = next(
        one
        for one in centre["members"].values()
        if one.person == oid and one.role == role and one.state == "active"
    )
    transition(membership, "suspend", portal, reason="Away.")
    assert not actor_for(registry, person).may(Permission.PATIENT_LIST, centre)
    assert delegation.state == "active"
    transition(membership, "resume", portal)
    assert actor_for(registry, person).may(Permission.PATIENT_LIST, centre)
    transition(membership, "end", portal, reason="Left.")
    assert delegation.state == "ended"
    assert not actor_for(registry, person).may(Permission.PATIENT_LIST, centre)
    transaction.abort()


def test_who_assists_two_chooses_and_a_revoked_choice_leads_to_nobody_else(
    root, registry, assisting, colleague, browser_of
):
    person, first = assisting(name="Jorin Doppel")
    second_doctor = colleague("Lutz Nebenan")
    appoint_assistant(centre_of(root), person, second_doctor, actor_for(registry, second_doctor))
    transaction.commit()
    helper = browser_of(person.mail)
    page = helper.get("/act-for")
    form = next(form for form in page.forms.values() if form.action == "/act-for")
    form["for"] = f"{centre_of(root).__oid__} {person_of(root).__oid__}"
    assert f"You act for <strong>{person_of(root).title}" in form.submit().follow()
    end_delegation(first, acting_as(root, registry))
    transaction.commit()
    page = helper.get("/my-work")
    assert "You act for yourself." in page
    helper.get(f"{CENTRE}patients", status=403)
    form["for"].force_value("1 2")
    assert "Choose one of those named." in form.submit().follow()


def test_of_many_requests_at_once_none_slips_through_after_the_end(
    root, registry, assisting, site, browser_of
):
    person, delegation = assisting(name="Malte Gleichzeitig")
    browsers = [browser_of(person.mail) for _number in range(4)]
    assert {one.get(f"{CENTRE}patients").status_int for one in browsers} == {200}
    end_delegation(delegation, acting_as(root, registry))
    transaction.commit()
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda one: one.get(f"{CENTRE}patients", status="*"), browsers * 3)
        assert {answer.status_int for answer in answers} == {403}


def test_who_may_see_who_assists_whom_at_a_centre(assisting, browser_of):
    assisting(name="Kaja Sichtbar")
    page = browser_of("rarelivercoordinator").get(f"{CENTRE}assistants")
    assert "Kaja Sichtbar" in page
    browser_of("rareliverhpuser4").get(f"{CENTRE}assistants", status=403)
    browser_of("vascerncoordinator").get(f"{CENTRE}assistants", status=403)
