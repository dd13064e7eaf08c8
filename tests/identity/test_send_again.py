"""What is sent again: a form kept over a proof, mail asked for once more. Who may, how often."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path
from pyramid_mailer.interfaces import IMailer

from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from cpms_portal.networks.actions import admit_member
from cpms_portal.security.roles import Role
from tests.factories.people import SECRET, code_now, make_person

pytestmark = pytest.mark.storages("filestorage")  # who may does not depend on the storage
#: Of the same network and of a foreign one, with less and with the same power there.
OTHERS = ("rareliverhpuser2", "rareliverresearcher", "vascerncoordinator", "vascernhpuser1")
PAGE = "/networks/rare-liver/memberships"


@pytest.fixture
def person(root, registry):
    """A coordinator."""
    network = root["networks"]["rare-liver"]
    return make_person(root, registry, secret=SECRET, role=Role.COORDINATOR, node=network)


@pytest.fixture
def kept(visitor, person, clock):
    """The coordinator, whose form waits to be sent again; browser and proof of now."""
    visitor.enter(person, clock)
    token = visitor.app.get(PAGE).html.select_one("input[name=csrf_token]")["value"]
    clock.advance(minutes=11)
    visitor.app.post(PAGE, {"csrf_token": token, "step": "a typed word"})
    visitor.give_code(code_now(clock), "/prove")
    assert "What you typed was kept" in visitor.app.get("/send-again").text
    return visitor


def test_who_is_not_signed_in_is_asked_to(app):
    assert "/sign-in" in app.get("/send-again", status="*").location


@pytest.mark.parametrize("login", OTHERS)
def test_nobody_else_sees_or_sends_what_waits_even_with_the_key(kept, browser_of, login):
    """Nor does who has the key of the browser alone: what waits lies with the session."""
    browser = browser_of(login)
    browser.set_cookie("cpms-unsent", kept.app.cookies["cpms-unsent"])
    page = browser.get("/send-again")
    assert "Nothing waits" in page.text
    assert "a typed word" not in page.text


@pytest.mark.parametrize("login", ["rareliverhpuser2", "vascernhpuser1"])
def test_a_form_sent_on_by_somebody_else_is_judged_by_who_sends_it(kept, browser_of, login):
    """Carried into another browser with a token that counts there, it opens nothing."""
    form, browser = kept.app.get("/send-again").forms["form"], browser_of(login)
    sent = {name: form[name].value for name in form.fields if name and name != "csrf_token"}
    assert sent == {"step": "a typed word"}
    answer = browser.post(form.action, sent | {"csrf_token": token_of(browser)}, status="*")
    assert answer.status_int in (403, 404)
    foreign = {**sent, "csrf_token": form["csrf_token"].value}
    assert browser.post(form.action, foreign, status="*").status_int in (400, 403)


def test_what_waits_ends_with_its_session(kept, person, clock):
    kept.sign_out()
    clock.advance(seconds=30)
    kept.enter(person, clock)
    assert "Nothing waits" in kept.app.get("/send-again").text


def test_only_the_last_form_waits(kept, clock):
    token = kept.app.get(PAGE).html.select_one("input[name=csrf_token]")["value"]
    clock.advance(minutes=11)
    kept.app.post(PAGE, {"csrf_token": token, "step": "a later word"})
    kept.give_code(code_now(clock), "/prove")
    assert kept.app.get("/send-again").forms["form"]["step"].value == "a later word"


@pytest.fixture
def mails(registry):
    """What was sent since the test began."""
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    return outbox


@pytest.mark.parametrize("path", ["/sign-in/sms/send", "/prove-sms-send"])
def test_codes_are_sent_again_to_nobody_who_took_no_first_step(app, path):
    token = app.get("/sign-in").forms["form"]["csrf_token"].value
    answer = app.post(path, {"csrf_token": token}, status="*")
    assert answer.status_int in (303, 404)
    assert "/sms" not in (answer.location or "")


def token_of(browser):
    """Return the token that forms of a browser carry."""
    page = browser.get("/account").follow()
    return page.html.select_one("input[name=csrf_token]")["value"]


def colleague_pair(root, person):
    """Return the field that names a clinician of the centre."""
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    return f"{oid_of(centre)} {oid_of(person)}"


def test_a_clinician_hears_once_that_somebody_wants_to_assist(browser_of, root, registry, mails):
    helper = make_person(root, registry, name="Edda Nochmal")
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    admit_member(centre, helper, Role.ASSISTANT, system_actor(registry))
    transaction.commit()
    clinician = root["people"].person_of_login("rareliverhpuser1")
    browser = browser_of(helper.mail)
    mails.clear()
    for _number in range(3):
        page = browser.get(f"{resource_path(helper)}/assistants")
        token = page.html.select_one("input[name=csrf_token]")["value"]
        sent = {"person": colleague_pair(root, clinician), "csrf_token": token}
        browser.post(f"{resource_path(helper)}/ask-to-assist", sent)
    told = [one for one in mails if clinician.mail in one.recipients]
    assert len(told) == 1


@pytest.mark.parametrize("login", ["rareliverhpuser2", "rarelivercoordinator", "vascernhpuser1"])
def test_nobody_asks_in_somebody_elses_name(browser_of, root, mails, login):
    browser = browser_of(login)
    person = root["people"].person_of_login("rareliverhpuser3")
    clinician = root["people"].person_of_login("rareliverhpuser1")
    sent = {"person": colleague_pair(root, clinician), "csrf_token": token_of(browser)}
    browser.post(f"{resource_path(person)}/ask-to-assist", sent, status=404)
    assert not mails


def test_a_link_for_a_password_is_made_again_and_the_first_ends(
    visitor, browser_of, root, registry, mails
):
    """By administrators alone; by mail: tests/identity/test_front_desk.py."""
    person = make_person(root, registry, secret=SECRET)
    place = resource_path(person)
    for login in ("rarelivercoordinator", "rareliverhpuser1", "vascernhpuser1"):
        browser = browser_of(login)
        browser.post(f"{place}/make-link", {"csrf_token": token_of(browser)}, status=404)
    administrator, links = browser_of("siteadmin"), []
    for _number in range(2):
        page = administrator.get(f"{place}/administer")
        form = next(one for one in page.forms.values() if one.action.endswith("/make-link"))
        text = form.submit().html.get_text()
        links.append(next(word for word in text.split() if "/set-password/" in word))
    first, second = ("/set-password/" + one.partition("/set-password/")[2] for one in links)
    assert "/sign-in" in visitor.app.get(first).location
    assert visitor.app.get(second).status_int == 200
