"""Preferences and profile: asked for at first, changed later, one's own alone."""

from __future__ import annotations

from datetime import date

import pytest
import transaction
from webtest import TestApp

from cpms_portal.core.actor import system_actor
from cpms_portal.identity.queries import code_at, step_at
from cpms_portal.networks.actions import admit_member
from cpms_portal.people.actions import choose_areas, update_profile
from cpms_portal.people.queries import network_to_ask
from cpms_portal.people.resources import AreaChoice
from cpms_portal.security.roles import Role
from tests import ground
from tests.factories.people import PASSWORD, make_person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def newcomer(root, registry):
    """A clinician who signs in for the first time."""
    person = make_person(root, registry, secret=SECRET)
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
    form["code"] = code_at(SECRET, step_at(clock()))
    return app, form.submit()


def test_a_clinician_without_an_area_is_led_to_the_areas_and_told_why(signed_in, newcomer):
    app, answer = signed_in
    address = f"/people/{newcomer.__name__}/preferences?network=rare-liver"
    assert answer.location == f"http://localhost{address}"
    assert "cannot be found or invited" in answer.follow().text
    assert app.get("/networks").status_int == 200, "it is no trap"


def test_my_work_reminds_of_the_missing_area(signed_in):
    app, answer = signed_in
    page = app.get("/my-work")
    assert answer.location.removeprefix("http://localhost") in page.text
    assert "nobody can invite you" in page.text


def test_who_has_areas_is_not_reminded(browser_of):
    assert "nobody can invite you" not in browser_of("rareliverhpuser1").get("/my-work").text


def test_boxes_ticked_are_kept_and_the_reminder_ends(signed_in, newcomer, root):
    _app, answer = signed_in
    form = answer.follow().forms["form"]
    for box in form.fields["checkbox"]:
        box.checked = box._value in ("wilson", "pbc", "de")
    form["professional_role"], form["expertise"] = "Physician", "Copper and bile."
    form["availability"], form["away_from"], form["away_until"] = (
        "urgent",
        "2026-12-20",
        "2027-01-03",
    )
    kept = form.submit().follow()
    assert "can find and invite you" in kept.text
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
