"""The request for access: four steps, a status page, and nothing for other people's eyes."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import trust_domains
from cpms_portal.networks.queries import memberships_of
from cpms_portal.security.grants import holds
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.factories.people import make_person

CENTRE = "rare-liver/germany/de40"


@pytest.fixture
def newcomer(root, registry):
    """Somebody with an account who belongs nowhere."""
    person = make_person(root, registry, name="Ylva Bruckstein")
    transaction.commit()
    return person


@pytest.fixture
def browser(browser_of, newcomer):
    """Their browser."""
    return browser_of(newcomer.mail)


def submitted(form):
    """Send a form as its button does."""
    return form.submit().maybe_follow()


def form_with(page, field):
    """Return the form that holds a field."""
    return next(form for form in page.forms.values() if field in form.fields)


def memberships(root, registry, person):
    root._p_jar.sync()
    found = memberships_of(person, system_actor(registry))
    return {one.role: one for one in found}


def ask(browser, profiles=("hp",), centre=CENTRE, comment=""):
    """Walk from the profiles to the end."""
    query = [("step", "recap"), ("organisation", centre), *(("profile", one) for one in profiles)]
    form = form_with(browser.get("/request-access", query), "comment")
    form["comment"] = comment
    return submitted(form)


def test_the_wizard_is_walked_from_my_work_to_the_status_page(browser, root, registry, newcomer):
    page = browser.get("/my-work").click("Request access", index=0)
    page = submitted(form_with(page, "application"))
    assert "RARE-LIVER - " in page
    page = page.click(href="place=rare-liver$").click(href="place=rare-liver%2Fgermany$")
    names = [one.text.strip() for one in page.html.select("label.check span")]
    assert names[0].startswith("0000 Guest Access")
    form = form_with(page, "organisation")
    form["organisation"] = CENTRE
    page = submitted(form)
    form = form_with(page, "profile")
    form.set("profile", True, index=2)
    page = submitted(form)
    assert "Step 3: select an access profile" in page
    form = form_with(page, "comment")
    form["comment"] = "I work in hepatology."
    page = submitted(form)
    assert "Your request was sent." in page
    assert "at the latest by" in page and "25 Nov 2026" in page
    made = memberships(root, registry, newcomer)["hp"]
    assert (made.state, made.comment, made.asked) == ("requested", "I work in hepatology.", True)


def test_every_step_has_an_address_that_shows_it_again(browser):
    page = browser.get("/request-access?step=profile&organisation=" + CENTRE)
    assert "DE40" in page
    page = browser.get(f"/request-access?step=recap&organisation={CENTRE}&profile=researcher")
    back = page.click("Step 3: select an access profile")
    box = back.html.select_one('input[value="researcher"]')
    assert box.has_attr("checked")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("step=recap", "Choose the organisation"),
        ("step=profile&organisation=rare-liver/nowhere/x", "Choose the organisation"),
        ("step=profile&organisation=rare-liver/germany", "Choose the organisation"),
        (f"step=recap&organisation={CENTRE}", "Choose at least one profile"),
        (f"step=recap&organisation={CENTRE}&profile=administrator", "Choose at least one profile"),
        (f"step=recap&organisation={CENTRE}&profile=guest", "Choose at least one profile"),
    ],
)
def test_an_address_that_does_not_fit_falls_back_and_says_what_to_do(browser, query, words):
    assert words in browser.get("/request-access?" + query)


def test_an_altered_post_makes_nothing(browser, root, registry, newcomer):
    page = browser.get(f"/request-access?step=recap&organisation={CENTRE}&profile=hp")
    token = page.html.select_one('main input[name="csrf_token"]')["value"]
    sent = {"csrf_token": token, "organisation": CENTRE, "profile": "administrator", "comment": ""}
    assert "Choose at least one profile" in browser.post("/request-access", sent, status=422)
    assert not memberships(root, registry, newcomer)


def test_who_coordinates_is_asked_for_as_a_clinician_too(browser, root, registry, newcomer):
    page = browser.get(f"/request-access?step=recap&organisation={CENTRE}&profile=coordinator")
    assert "was added" in page
    ask(browser, ["coordinator"])
    assert set(memberships(root, registry, newcomer)) == {"coordinator", "hp"}


def test_guest_access_is_asked_for_as_a_guest(browser, root, registry, newcomer):
    page = browser.get("/request-access?step=profile&organisation=rare-liver/germany/guest")
    assert [box["value"] for box in page.html.select('input[name="profile"]')] == ["guest"]
    ask(browser, ["guest"], "rare-liver/germany/guest")
    assert set(memberships(root, registry, newcomer)) == {"guest"}


def test_a_centre_already_asked_for_is_marked_and_not_asked_for_twice(
    browser, root, registry, newcomer
):
    ask(browser)
    page = browser.get("/request-access?step=organisation&place=rare-liver/germany")
    marked = [one for one in page.html.select(".listing-item") if "DE40" in one.text]
    assert "Requested" in marked[0].text
    page = browser.get("/request-access?step=profile&organisation=" + CENTRE)
    assert page.html.select_one('input[value="hp"]').has_attr("disabled")
    assert "asked for this already" in ask(browser)
    assert len(memberships_of(newcomer, system_actor(registry))) == 1


def test_a_search_finds_the_hospital_without_opening_anything(browser):
    page = browser.get("/request-access?step=organisation&q=Hamburg")
    names = [one.text for one in page.html.select("label.check span")]
    assert any("DE40" in name for name in names)
    nothing = browser.get("/request-access?step=organisation&place=vascern/germany&q=zzzz")
    assert "Nothing here has such a name" in nothing


def test_long_lists_are_shown_25_at_a_time(browser):
    page = browser.get("/request-access?step=organisation&place=rare-liver")
    assert len(page.html.select(".listing-item")) == 25
    following = page.click("Next")
    assert following.html.select(".listing-item") and "rare-liver" in following.request.url


def test_a_mail_of_a_trusted_domain_is_let_in_at_once_as_a_clinician_only(
    browser, root, registry, newcomer
):
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    trust_domains(centre, ["clinic.invalid"], system_actor(registry))
    transaction.commit()
    try:
        ask(browser, ["dispatcher", "hp"])
        made = memberships(root, registry, newcomer)
        assert (made["hp"].state, made["dispatcher"].state) == ("active", "requested")
        assert "trusts this mail domain" in made["hp"].history[-1].reason
        assert holds(newcomer, Role.HP, centre, system_actor(registry).now)
    finally:
        trust_domains(centre, [], system_actor(registry))
        transaction.commit()


def test_a_request_is_withdrawn_and_may_be_asked_again(browser, root, registry, newcomer):
    page = ask(browser)
    form = next(form for form in page.forms.values() if form.action.endswith("/withdraw"))
    page = submitted(form)
    assert "was withdrawn" in page
    assert memberships(root, registry, newcomer)["hp"].state == "withdrawn"
    assert "Your request was sent." in ask(browser)


def test_a_question_is_answered_and_the_coordinator_told(
    browser, browser_of, root, registry, newcomer
):
    ask(browser)
    made = memberships(root, registry, newcomer)["hp"]
    transition(made, "ask_back", system_actor(registry), reason="Which department?")
    transaction.commit()
    assert "has a question" in browser.get("/my-work")
    page = browser.get(f"/people/{newcomer.__name__}/access")
    assert "Which department?" in page
    form = form_with(page, "answer")
    assert "write an answer" in submitted(form)
    form["answer"] = "Hepatology"
    assert "was sent" in submitted(form)
    made = memberships(root, registry, newcomer)["hp"]
    assert (made.state, made.history[-1].reason) == ("requested", "Hepatology")
    notices = browser_of("rarelivercoordinator").get("/notices")
    assert "was answered" in notices
    assert "Ylva" not in notices


def test_who_decides_is_told_and_no_one_of_another_network(browser, browser_of):
    ask(browser)
    assert "asks for access" in browser_of("rarelivercoordinator").get("/notices")
    assert "asks for access" not in browser_of("vascerncoordinator").get("/notices")


def test_nobody_sees_or_steers_the_access_of_somebody_else(
    browser, browser_of, root, registry, newcomer
):
    page = ask(browser)
    made = memberships(root, registry, newcomer)["hp"]
    path = f"/networks/{CENTRE}/members/{made.__name__}"
    token = page.html.select_one('main input[name="csrf_token"]')["value"]
    for login in ("rareliverhpuser1", "vascerncoordinator", "rarelivercoordinator"):
        other = browser_of(login)
        other.get(f"/people/{newcomer.__name__}/access", status=404)
        token = other.get("/my-work").html.select_one('input[name="csrf_token"]')["value"]
        for step in ("withdraw", "answer"):
            answer = other.post(f"{path}/{step}", {"csrf_token": token}, expect_errors=True)
            assert answer.status_int in {403, 404}
    assert memberships(root, registry, newcomer)["hp"].state == "requested"


def test_the_wizard_asks_for_a_sign_in(app):
    assert "/sign-in" in app.get("/request-access").location
