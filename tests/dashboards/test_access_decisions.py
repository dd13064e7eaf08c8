"""The coordinator's queue: overdue first, many at once, questions, guests, policies, hand-over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member, let_dispatchers_decide, request_membership
from cpms_portal.networks.queries import membership_of
from cpms_portal.security.grants import grants_of, holds
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from tests.dashboards.conftest import CENTRE, CLINICIAN, COORDINATOR
from tests.factories.people import make_person

QUEUE = "/networks/rare-liver/memberships"


@pytest.fixture
def centre(root):
    return root["networks"]["rare-liver"]["germany"]["de40"]


@pytest.fixture
def guest_centre(root):
    return root["networks"]["rare-liver"]["germany"]["guest"]


@pytest.fixture
def asked(root, registry, centre):
    """Return a function: a new person asks for a profile at a centre: membership."""

    def make(name, role=Role.HP, place=None):
        person = make_person(root, registry, name=name)
        made = request_membership(place or centre, person, role, actor_for(registry, person))
        transaction.commit()
        return made

    return make


@pytest.fixture
def coordinator(browser_of):
    return browser_of(COORDINATOR)


def path_of(membership):
    centre = membership.__parent__.__parent__
    country = centre.__parent__
    return (
        f"/networks/rare-liver/{country.__name__}/{centre.__name__}/members/{membership.__name__}/"
    )


def form_of(page, step):
    return next(form for form in page.forms.values() if f'value="{step}"' in form.text)


def token_of(browser):
    return browser.get("/my-work").html.select_one('input[name="csrf_token"]')["value"]


def decide_many(browser, memberships, step, reason="", path=QUEUE, **expected):
    sent = [("csrf_token", token_of(browser)), ("step", step), ("reason", reason)]
    sent += [("chosen", str(one.__oid__)) for one in memberships]
    return browser.post(path, sent, **expected)


def test_overdue_requests_stand_first_and_say_so(browser_of, asked, clock):
    old = asked("Alva Fernsee")
    clock.advance(days=4)
    asked("Aaltje Nieuwland")
    page = browser_of(COORDINATOR).get(QUEUE)
    names = [one.text.strip() for one in page.html.select(".listing-title")]
    assert names.index("Alva Fernsee") < names.index("Aaltje Nieuwland")
    line = next(one for one in page.html.select(".listing-item") if "Alva" in one.text)
    assert "Overdue" in line.text
    assert old.state == "requested"


def test_a_question_goes_to_the_person_and_out_of_the_queue(coordinator, asked, root):
    made = asked("Brit Askeland")
    form = form_of(coordinator.get(path_of(made)), "ask_back")
    form["reason"] = "Which department?"
    page = form.submit("step").follow()
    assert "was sent to Brit Askeland" in page
    assert "Brit Askeland" not in " ".join(one.text for one in page.html.select(".listing-title"))


def test_many_are_approved_at_once_and_those_gone_are_left(coordinator, asked, root, registry):
    first, second, third = asked("Ceri One"), asked("Ceri Two"), asked("Ceri Three")
    form = form_of(coordinator.get(path_of(third)), "reject")
    form["reason"] = "Not here."
    form.submit("step")
    page = decide_many(coordinator, [first, second, third], "approve").follow()
    assert "2 decided." in page and "1 left as they are" in page
    root._p_jar.sync()
    assert [first.state, second.state, third.state] == ["active", "active", "rejected"]


def test_many_are_not_rejected_without_a_reason(coordinator, asked, root):
    made = asked("Dina Rosenvik")
    assert "Please say why." in decide_many(coordinator, [made], "reject").follow()
    decide_many(coordinator, [made], "reject", "Ask at home.")
    root._p_jar.sync()
    assert (made.state, made.history[-1].reason) == ("rejected", "Ask at home.")


def test_nobody_else_decides_and_no_coordinator_for_another_network(browser_of, asked, root):
    made = asked("Elin Markwald")
    for login in (CLINICIAN, "vascerncoordinator", "rareliverresearcher"):
        browser = browser_of(login)
        assert decide_many(browser, [made], "approve", status="*").status_int in {403, 404}
        answer = browser.post(
            path_of(made), {"csrf_token": token_of(browser), "step": "approve"}, status="*"
        )
        assert answer.status_int in {403, 404}
    foreign = browser_of("vascerncoordinator")
    decide_many(foreign, [made], "approve", path="/networks/vascern/memberships")
    root._p_jar.sync()
    assert made.state == "requested"


def test_dispatchers_decide_where_the_network_lets_them(browser_of, asked, root, registry, centre):
    dispatcher = asked("Frode Lindqvist", Role.DISPATCHER).person_resource()
    admit_member(centre, dispatcher, Role.DISPATCHER, system_actor(registry))
    network = root["networks"]["rare-liver"]
    transaction.commit()
    made = asked("Gro Tannberg")
    browser = browser_of(dispatcher.mail)
    assert decide_many(browser, [made], "approve", status="*").status_int == 403
    let_dispatchers_decide(network, True, system_actor(registry))
    transaction.commit()
    assert "1 decided." in decide_many(browser, [made], "approve").follow()
    let_dispatchers_decide(network, False, system_actor(registry))
    transaction.commit()
    assert decide_many(browser, [made], "confirm", status="*").status_int == 403


def test_after_a_year_a_membership_is_confirmed_or_ended(browser_of, asked, root, clock):
    made = asked("Hedda Sollien")
    coordinator = browser_of(COORDINATOR)
    form_of(coordinator.get(path_of(made)), "approve").submit("step").follow()
    assert "Hedda Sollien" not in coordinator.get(QUEUE, {"state": "review"})
    clock.advance(days=366)
    coordinator = browser_of(COORDINATOR)
    assert "Hedda Sollien" in coordinator.get(QUEUE, {"state": "review"})
    decide_many(coordinator, [made], "confirm")
    assert "Hedda Sollien" not in coordinator.get(QUEUE, {"state": "review"})
    root._p_jar.sync()
    assert made.state == "active"


def test_a_profile_is_changed_with_a_reason_and_both_are_kept(coordinator, asked, root, centre):
    made = asked("Inka Valtari")
    form_of(coordinator.get(path_of(made)), "approve").submit("step")
    page = coordinator.get(path_of(made))
    form = form_of(page, "change_profile")
    form["profile"] = "researcher"
    assert "Please say why." in form.submit("step", status=422)
    form["reason"] = "Works with the registry now."
    assert "has another profile now" in form.submit("step").follow()
    root._p_jar.sync()
    person = made.person_resource()
    changed = membership_of(centre, person, Role.RESEARCHER)
    assert (made.state, changed.state) == ("ended", "active")


@pytest.mark.parametrize(("term", "days"), [("90", 90), ("182", 182), ("365", 365)])
def test_a_guest_stays_as_long_as_the_coordinator_chose(
    coordinator, asked, root, guest_centre, clock, term, days
):
    made = asked(f"Jora Termann {term}", Role.GUEST, guest_centre)
    form = form_of(coordinator.get(path_of(made)), "approve")
    form["term"] = term
    form.submit("step")
    root._p_jar.sync()
    assert made.ends.date() == (clock() + timedelta(days=days)).date()
    person = made.person_resource()
    assert holds(person, Role.GUEST, guest_centre, made.ends - timedelta(seconds=1))
    assert not holds(person, Role.GUEST, guest_centre, made.ends)


def test_guest_access_is_extended_and_the_guest_told(
    coordinator, browser_of, asked, root, guest_centre, clock
):
    made = asked("Kaja Fjellheim", Role.GUEST, guest_centre)
    form_of(coordinator.get(path_of(made)), "approve").submit("step")
    form = form_of(coordinator.get(path_of(made)), "extend")
    form["term"] = "365"
    assert "was extended" in form.submit("step").follow()
    root._p_jar.sync()
    assert made.ends > clock() + timedelta(days=364)
    assert "was extended" in browser_of(made.person_resource().mail).get("/notices")


def test_a_guest_enrols_in_the_virtual_centre_when_let_and_never_longer_than_a_guest(
    coordinator, asked, root, guest_centre, clock
):
    made = asked("Liv Ostermoor", Role.GUEST, guest_centre)
    form_of(coordinator.get(path_of(made)), "approve").submit("step")
    form = form_of(coordinator.get(path_of(made)), "authorise_enrolment")
    form["reason"] = "No member hospital in the region."
    assert "may enrol patients" in form.submit("step").follow()
    root._p_jar.sync()
    person, virtual = made.person_resource(), root["networks"]["rare-liver"]["guests"]
    assert holds(person, Role.ENROLLER, virtual, clock())
    assert not holds(person, Role.ENROLLER, virtual, made.ends)
    form = form_of(coordinator.get(path_of(made)), "end")
    form["reason"] = "Left."
    form.submit("step")
    root._p_jar.sync()
    assert not grants_of(person, clock())


def test_policies_are_kept_and_nonsense_is_refused_beside_the_field(coordinator, browser_of, root):
    page = coordinator.get("/networks/rare-liver/access-policy")
    form = page.forms["form"]
    form["days"] = "0"
    assert form.submit(status=422).html.select_one(".field-problem")
    form["days"], form["guest_days_after"] = "5", "21"
    form.submit().follow()
    root._p_jar.sync()
    network = root["networks"]["rare-liver"]
    assert (network.membership_days, network.guest_days_after) == (5, 21)
    form = coordinator.get(f"{CENTRE}/trusted-domains").forms["form"]
    form["domains"] = "not a domain"
    assert "hospital.example" in form.submit(status=422).html.select_one(".field-problem").text
    form["domains"] = "@clinic.example\nClinic.Example"
    form.submit().follow()
    root._p_jar.sync()
    assert root["networks"]["rare-liver"]["germany"]["de40"].mail_domains == ("clinic.example",)
    for login in (CLINICIAN, "vascerncoordinator"):
        browser_of(login).get("/networks/rare-liver/access-policy", status=[403, 404])
        browser_of(login).get(f"{CENTRE}/trusted-domains", status=[403, 404])
