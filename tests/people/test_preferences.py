"""Preferences and profile: asked for at first, changed later, one's own alone."""

from __future__ import annotations

from datetime import date

import pytest
import transaction
from webtest import TestApp

from cpms_portal.core.actor import system_actor
from cpms_portal.networks.actions import admit_member
from cpms_portal.networks.resources import Institution
from cpms_portal.people.actions import choose_areas, update_profile
from cpms_portal.people.importer import account_names
from cpms_portal.people.queries import network_to_ask
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.roles import Role
from tests import ground
from tests.factories.people import PASSWORD, SECRET, code_now, make_person
from tests.ground import PROJECT


@pytest.fixture
def newcomer(root, registry):
    """A clinician who signs in for the first time."""
    person = make_person(root, registry, secret=SECRET, newcomer=True)
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    admit_member(centre, person, Role.HP, system_actor(registry))
    transaction.commit()
    return person


@pytest.fixture
def signed_in(site, newcomer, clock):
    """The newcomer's browser and the answer to the last step of signing in."""
    app = TestApp(site.wsgi, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    form = app.get("/sign-in?next=/networks").forms["form"]
    form["login"], form["password"] = newcomer.mail, PASSWORD
    form = form.submit().follow().forms["form"]
    form["code"] = code_now(clock)
    return app, form.submit()


def test_a_clinician_without_an_area_is_led_to_the_areas_and_told_why(signed_in, newcomer):
    app, answer = signed_in
    assert answer.location == f"http://localhost{asked_at(newcomer, '%2Fnetworks')}"
    assert "cannot be found or invited" in answer.follow().text


def asked_at(person, wanted=""):
    """Return the address of the page that asks first; wanted: where it goes on."""
    address = f"/people/{person.__name__}/preferences?network=rare-liver"
    return f"{address}&next={wanted}" if wanted else address


@pytest.mark.parametrize(
    "page", ["/networks", "/my-work", "/search", "/networks/rare-liver/germany/de40/patients"]
)
def test_every_page_leads_to_the_question_until_it_is_answered(signed_in, newcomer, page):
    app, _answer = signed_in
    led = app.get(page)
    assert led.status_int == 303
    assert led.location == f"http://localhost{asked_at(newcomer, page.replace('/', '%2F'))}"


def test_what_is_posted_instead_is_not_done(signed_in, newcomer):
    app, answer = signed_in
    token = answer.follow().forms["form"]["csrf_token"].value
    posted = app.post("/networks/rare-liver/germany/de40/enrol", {"csrf_token": token})
    assert posted.location == f"http://localhost{asked_at(newcomer)}"


def test_account_help_privacy_and_the_way_out_stay_open(signed_in, newcomer):
    app, answer = signed_in
    own = f"/people/{newcomer.__name__}"
    for page in (f"{own}/account", f"{own}/panic", f"{own}/add-device", "/library/privacy"):
        assert app.get(page).status_int == 200, page
    assert app.get("/support/").status_int == 200
    page = answer.follow()
    out = next(form for form in page.forms.values() if form.action.endswith("/sign-out"))
    assert out.submit().location.endswith("/sign-in")


def test_no_area_is_an_answer_when_it_is_said_and_my_work_reminds_of_it(signed_in, newcomer):
    app, answer = signed_in
    form = answer.follow().forms["form"]
    form["professional_role"] = "Nurse"
    refused = form.submit(status=422)
    assert "Choose an area above, or tick this box" in refused.text
    form = refused.forms["form"]
    form["no_areas"] = True
    done = form.submit()
    assert done.location == "http://localhost/networks", "it goes on to the page that was asked for"
    page = app.get("/my-work")
    assert asked_at(newcomer) in page.text
    assert "nobody can invite you" in page.text


def test_an_area_and_no_area_at_once_is_refused(signed_in):
    _app, answer = signed_in
    form = answer.follow().forms["form"]
    form["professional_role"], form["no_areas"] = "Nurse", True
    for box in form.fields["checkbox"]:
        box.checked = box._value == "wilson"
    assert "leave this box empty" in form.submit(status=422).text


def test_a_second_network_asks_before_its_pages_open(signed_in, newcomer, root, registry):
    app, answer = signed_in
    form = answer.follow().forms["form"]
    form["professional_role"], form["no_areas"] = "Nurse", True
    form.submit()
    assert app.get("/my-work").status_int == 200
    centre = next(
        place
        for country in root["networks"]["vascern"].values()
        for place in getattr(country, "values", tuple)()
        if isinstance(place, Institution) and not place.is_for_guests
    )
    admit_member(centre, newcomer, Role.HP, system_actor(registry))
    transaction.commit()
    assert "preferences?network=vascern" in app.get("/my-work").location


@pytest.mark.parametrize("role", [Role.ASSISTANT, Role.RESEARCHER])
def test_who_is_no_clinician_is_not_asked(browser_of, root, registry, role):
    person = make_person(root, registry, newcomer=True)
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    admit_member(centre, person, role, system_actor(registry))
    transaction.commit()
    assert browser_of(person.mail).get("/my-work").status_int == 200


def test_the_training_accounts_are_born_with_their_answers(root, registry):
    actor = system_actor(registry)
    waiting = [
        name
        for name in account_names(PROJECT / "content")
        if network_to_ask(root["people"].person_of_login(name), actor) is not None
    ]
    assert waiting == []


def test_who_has_areas_is_not_reminded(browser_of):
    assert "nobody can invite you" not in browser_of("rareliverhpuser1").get("/my-work").text


def test_boxes_ticked_are_kept_and_the_reminder_ends(signed_in, newcomer, root):
    app, answer = signed_in
    form = answer.follow().forms["form"]
    for box in form.fields["checkbox"]:
        box.checked = box._value in ("wilson", "pbc", "de")
    form["professional_role"], form["expertise"] = "Physician", "Copper and bile."
    form["availability"], form["away_from"], form["away_until"] = (
        "urgent",
        "2026-12-20",
        "2027-01-03",
    )
    form.submit()
    kept = app.get(asked_at(newcomer))
    assert "can find and invite you" in kept.text
    assert app.get("/my-work").status_int == 200
    assert "cannot be found" not in kept.text
    root._p_jar.sync()
    both = ("pbc", "wilson")
    profile = newcomer.profile
    assert profile.chosen("rare-liver") == AreaChoice(both, both)
    assert (profile.professional_role, profile.languages) == ("Physician", ("de",))
    assert profile.availability == "urgent"
    assert not profile.is_away(date(2026, 12, 19))
    assert profile.is_away(date(2026, 12, 20))
    assert not profile.is_away(date(2027, 1, 3))


def test_without_a_professional_role_the_areas_are_not_kept_and_what_was_ticked_stays(signed_in):
    _app, answer = signed_in
    form = answer.follow().forms["form"]
    for box in form.fields["checkbox"]:
        box.checked = box._value == "wilson"
    form["away_from"] = "2026-12-20"
    refused = form.submit(status=422)
    problems = [one.text.strip() for one in refused.html.select(".field-problem")]
    assert len(problems) >= 1
    assert any(box.checked for box in refused.forms["form"].fields["checkbox"])


def test_who_never_said_what_they_do_is_asked_at_the_next_sign_in(root, registry, newcomer):
    actor = system_actor(registry)
    network = root["networks"]["rare-liver"]
    choose_areas(newcomer, network, AreaChoice(("pbc",), ()), actor)
    assert network_to_ask(newcomer, actor) is network
    update_profile(newcomer, {"professional_role": "Nurse"}, actor)
    assert network_to_ask(newcomer, actor) is None


def test_the_page_of_a_network_leads_its_clinicians_to_their_preferences(browser_of, root):
    person = root["people"].person_of_login("rareliverhpuser1")
    address = f"/people/{person.__name__}/preferences?network=rare-liver"
    app = browser_of("rareliverhpuser1")
    assert address in app.get("/networks/rare-liver/").text
    assert "/preferences?network=" not in app.get("/networks/vascern/").text


def test_who_has_an_area_is_led_to_the_page_asked_for(site, clock):
    app = TestApp(site.wsgi, extra_environ={"REMOTE_ADDR": "192.0.2.7"})
    ground.sign_in(app, site, "rareliverhpuser1")
    assert app.get("/sign-in?next=/networks").location == "http://localhost/networks"


def test_a_network_one_does_not_belong_to_has_no_preferences(browser_of, root):
    app = browser_of("rareliverhpuser1")
    person = root["people"].person_of_login("rareliverhpuser1")
    path = f"/people/{person.__name__}/preferences?network=vascern"
    assert app.get(path, expect_errors=True).status_int == 404


@pytest.mark.parametrize("page", ["preferences", "edit-profile"])
def test_nobody_changes_the_profile_of_somebody_else(browser_of, root, page):
    person = root["people"].person_of_login("rareliverguest")
    app = browser_of("rareliverhpuser1")
    path = f"/people/{person.__name__}/{page}"
    assert app.get(path, expect_errors=True).status_int == 404


def test_a_profile_shows_what_somebody_knows_to_colleagues(browser_of, root):
    person = root["people"].person_of_login("rareliverhpuser2")
    page = browser_of("vascernhpuser1").get(f"/people/{person.__name__}/")
    for words in (person.title, "Physician", "polycystic", "Cystic Liver", "NL61", "Dutch"):
        assert words in page.text
    assert person.mail not in page.text


def test_my_profile_is_saved_and_shown(browser_of, root):
    person = root["people"].person_of_login("rareliverhpuser4")
    app = browser_of("rareliverhpuser4")
    form = app.get(f"/people/{person.__name__}/edit-profile").forms["form"]
    form["expertise"] = "Bile ducts & <b>more</b>"
    form["diagnoses"] = "ORPHA:905\n171\n905"
    form["away_until"] = "2026-12-24"
    page = form.submit().follow()
    assert "Bile ducts &amp; &lt;b&gt;more&lt;/b&gt;" in page.text
    assert "ORPHA:171" in page.text
    assert "24 Dec 2026" in page.text
    root._p_jar.sync()
    assert person.profile.diagnoses == ("905", "171")


def test_a_code_that_is_none_is_refused_and_what_was_typed_stays(browser_of, root):
    person = root["people"].person_of_login("rareliverhpuser5")
    app = browser_of("rareliverhpuser5")
    form = app.get(f"/people/{person.__name__}/edit-profile").forms["form"]
    form["diagnoses"] = "Wilson's disease"
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 422
    assert "ORPHA:905" in answer.html.select_one(".field-problem").text
    assert answer.forms["form"]["diagnoses"].value == "Wilson's disease"
