"""Tickets: asked by anybody, answered by the team of the network, read by nobody else."""

from __future__ import annotations

import re

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st
from pyramid_mailer.interfaces import IMailer

from cpms_portal.identity.queries.front_desk import STORE, question_of
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from cpms_portal.support.queries import doubts_about
from tests.ground import NOON

pytestmark = pytest.mark.storages("filestorage")  # what is asked does not depend on the storage

DESK = "/networks/rare-liver/support"
TEAM = ("rarelivercoordinator", "siteadmin")
NOT_TEAM = ("rareliverhpuser2", "rareliverresearcher", "vascerncoordinator", "vascernhpuser1")


@pytest.fixture(autouse=True)
def nobody_asked(site):
    with site.connection() as connection:
        connection.root().pop(STORE, None)
        transaction.commit()


@pytest.fixture
def mails(registry):
    outbox = registry.getUtility(IMailer).outbox
    outbox.clear()
    return outbox


def ask(browser, text="How do I change my phone?", *, path=DESK, **typed):
    form = browser.get(f"{path}/ask").forms["form"]
    values = {"topic": "sign_in", "text": text, **typed}
    for name, value in values.items():
        form[name] = value
    return form.submit(expect_errors=True)


def visit(app, registry, mail="anna@clinic.invalid", text="I cannot sign in.", **typed):
    form = app.get(f"{DESK}/ask").forms["form"]
    asked = question_of(registry, form["challenge"].value)
    values = {"topic": "sign_in", "text": text, "name": "Anna Visitor", "mail": mail}
    for name, value in {**values, "answer": str(asked.answer), **typed}.items():
        form[name] = value
    return form.submit(expect_errors=True)


def path_of(response):
    return response.headers["Location"].removeprefix("http://localhost")


def link_in(message):
    return re.search(r"http://[^/]+(/\S+)", message.body)[1]


@pytest.fixture
def ticket(browser_of):
    return path_of(ask(browser_of("rareliverhpuser1")))


def test_a_question_goes_to_the_team_of_the_network_and_to_its_author(ticket, browser_of):
    assert "How do I change my phone?" in browser_of("rareliverhpuser1").get(ticket)
    for login in TEAM:
        browser = browser_of(login)
        assert "How do I change my phone?" in browser.get(ticket)
        assert browser.get(f"{DESK}/queue").html.select(".listing-item")


@pytest.mark.parametrize("login", NOT_TEAM)
def test_nobody_else_reads_a_ticket_or_its_queue(ticket, browser_of, login):
    browser = browser_of(login)
    assert browser.get(ticket, status="*").status_int == 404
    assert browser.get(f"{DESK}/queue", status="*").status_int in (403, 404)
    page = browser.post(ticket, {"step": "answer", "text": "x"}, status="*")
    assert page.status_int in (400, 404)


def test_who_is_not_signed_in_is_asked_to_and_finds_the_form_open(ticket, app):
    assert app.get(ticket).status_int == 303
    assert app.get(f"{DESK}/ask").status_int == app.get("/support").status_int == 200


def test_an_answer_reaches_who_asked_by_a_mail_that_says_nothing(ticket, browser_of, mails):
    team = browser_of("rarelivercoordinator")
    page = team.get(ticket)
    form = next(form for form in page.forms.values() if "text" in form.fields)
    form["text"] = "Open My account and set up another phone."
    form.submit("step", value="answer").follow()
    (mail,) = mails
    assert "phone" not in mail.body + mail.subject and "rareliverhpuser1" not in mail.body
    asker = browser_of("rareliverhpuser1")
    page = asker.get(link_in(mail))
    assert "set up another phone" in page and "Answered" in page
    form = next(form for form in page.forms.values() if "text" in form.fields)
    form["text"] = "And the old one?"
    page = form.submit("step", value="ask_again").follow()
    assert "And the old one?" in page and "Waits for the helpdesk" in page
    page = asker.get(ticket)
    form = next(form for form in page.forms.values() if "text" in form.fields)
    assert "Solved" in form.submit("step", value="close").follow()


def test_the_author_cannot_answer_in_the_name_of_the_team(ticket, browser_of):
    asker = browser_of("rareliverhpuser1")
    page = asker.get(ticket)
    form = next(form for form in page.forms.values() if "text" in form.fields)
    form["text"] = "From the team"
    for step in ("answer", "take", "blank", "pass_on", "no such"):
        refused = form.submit("step", value=step, expect_errors=True)
        assert refused.status_int in (403, 409, 422), step
    assert "From the team" not in [p.text for p in asker.get(ticket).html.select(".ticket-text")]


@pytest.mark.parametrize(
    "text",
    [
        "My patient was born 03.04.1961 and cannot be found.",
        "Patientin Erika Mustermann fehlt in der Liste",
        "Record 4711-2233-99 is missing",
        "geb. 7.8.2019",
    ],
)
def test_a_text_that_seems_to_point_to_a_patient_must_be_looked_at_again(browser_of, text):
    browser = browser_of("rareliverhpuser1")
    page = ask(browser, text)
    assert page.status_int == 422 and page.html.select_one(".field-problem")
    form = page.forms["form"]
    assert form["text"].value == text
    form["sure"] = True
    assert form.submit().status_int == 303


@pytest.mark.parametrize(
    "text",
    [
        "Since version 2.1 of 3.11.2026 the page is slow.",
        "Please call me: +49 40 1234 5678",
        "The patient list stays empty",
        "Two of 24 networks, 1,000 pages, error 500",
    ],
)
def test_what_people_usually_write_raises_no_doubt(text):
    assert doubts_about(text, NOON) == []


@given(st.text(max_size=300))
def test_no_text_breaks_the_look_for_patients(text):
    assert len(doubts_about(text, NOON)) <= 3


def test_a_visitor_asks_reads_the_answer_by_a_link_and_writes_again(
    app, registry, browser_of, mails
):
    assert "sent=yes" in visit(app, registry).headers["Location"]
    mail = next(one for one in mails if one.recipients == ["anna@clinic.invalid"])
    link = link_in(mail)
    assert "sign in" not in mail.body.lower() and "Anna" not in mail.body
    page = app.get(link)
    assert "I cannot sign in." in page
    team = browser_of("rarelivercoordinator")
    queue = team.get(f"{DESK}/queue")
    found = [a["href"] for a in queue.html.select(".listing-title a")]
    path = next(one for one in found if one.rstrip("/") in link)
    form = next(f for f in team.get(path).forms.values() if "text" in f.fields)
    form["text"] = "Take the newer phone."
    form.submit("step", value="answer")
    assert len([one for one in mails if one.recipients == ["anna@clinic.invalid"]]) == 2
    page = app.get(link)
    assert "Take the newer phone." in page
    form = next(form for form in page.forms.values() if "text" in form.fields)
    form["text"] = "It works, thank you."
    assert "It works, thank you." in form.submit("step", value="ask_again").follow()


def test_a_visitors_ticket_opens_for_its_key_alone(app, registry, mails, browser_of):
    visit(app, registry)
    link = link_in(next(one for one in mails if one.recipients == ["anna@clinic.invalid"]))
    path, _, key = link.partition("?key=")
    wrong = ("", "0" * 64, key[:-1] + ("0" if key[-1] != "0" else "1"), "ü")
    for one in wrong:
        assert app.get(path, {"key": one}).status_int == 303, "as if there were nothing"
    own = path_of(ask(browser_of("rareliverhpuser1")))
    assert app.get(f"{own}visit", {"key": key}).status_int == 303


def test_a_visitor_without_the_right_word_is_not_heard(app, registry, mails):
    assert visit(app, registry, answer="lion").status_int == 422
    assert not mails


def test_a_visitor_and_a_person_are_stopped_when_they_ask_too_often(app, registry, browser_of):
    for _number in range(3):
        assert visit(app, registry).status_int == 303
    assert visit(app, registry).status_int == 422
    browser = browser_of("rareliverhpuser3")
    answers = [ask(browser).status_int for _number in range(11)]
    assert answers == [303] * 10 + [422]


def test_a_ticket_passed_on_belongs_to_the_other_team(ticket, browser_of):
    form = next(
        f
        for f in browser_of("rarelivercoordinator").get(ticket).forms.values()
        if "desk" in f.fields
    )
    form["desk"] = "vascern"
    form.submit("step", value="pass_on")
    moved = ticket.replace("rare-liver", "vascern")
    assert "How do I change" in browser_of("vascerncoordinator").get(moved)
    assert "How do I change" in browser_of("rareliverhpuser1").get(moved)
    assert browser_of("rarelivercoordinator").get(moved, status="*").status_int == 404
    assert browser_of("rarelivercoordinator").get(ticket, status="*").status_int == 404


def test_a_text_taken_away_is_gone_for_everybody(browser_of, root):
    path = path_of(ask(browser_of("rareliverhpuser1"), "Something that should not be here."))
    team = browser_of("rarelivercoordinator")
    form = next(f for f in team.get(path).forms.values() if "number" in f.fields)
    assert "should not be here" not in form.submit("step", value="blank").follow()
    assert "should not be here" not in browser_of("rareliverhpuser1").get(path)


def test_a_ticket_put_aside_is_seen_by_the_team_alone(ticket, browser_of):
    team = browser_of("rarelivercoordinator")
    form = next(f for f in team.get(ticket).forms.values() if "text" in f.fields)
    form.submit("step", value="discard")
    assert team.get(ticket).status_int == 200
    assert browser_of("rareliverhpuser1").get(ticket, status="*").status_int == 404


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "${7*7} <tal:x content='structure x'/>",
    "javascript:alert(1)",
    "</textarea><svg onload=alert(1)>",
    "\u202egnirts \u0000 end",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_script_in_a_ticket_stays_text(browser_of, text):
    browser = browser_of("rareliverhpuser4")
    response = ask(browser, f"x {text}")
    page = browser.get(path_of(response)) if response.status_int == 303 else response
    assert not page.html.select("main script:not([nonce]), main img, main svg[onload]")
    assert "<script>alert" not in page.text and "onerror=alert(1)>" not in page.text


def test_titles_and_lists_say_the_topic_and_nothing_that_was_typed(browser_of):
    browser = browser_of("rareliverhpuser1")
    path = path_of(ask(browser, "A very private text"))
    assert "private" not in browser.get(path).html.title.text
    assert "private" not in browser.get("/support").text
    assert "private" not in browser_of("rarelivercoordinator").get(f"{DESK}/queue").text


def names_on(page, selector):
    return [" ".join(one.text.split()) for one in page.html.select(selector)]


def test_the_desk_of_a_network_shows_who_answers_and_the_flyer(app):
    page = app.get(DESK)
    assert names_on(page, ".desk-cards h3") == [
        "Helpdesk: autoimmune and miscellaneous liver disease",
        "Helpdesk: structural and vascular liver disease",
    ]
    assert "Miscellaneous and autoimmune liver disease" in page and "On working days" in page
    flyer = page.html.select_one(".desk-links a")
    assert "flyer" in flyer.text and app.get(flyer["href"]).content_type == "application/pdf"


@pytest.mark.parametrize("network", ["bond", "vascern", "ern-rnd"])
def test_every_network_has_a_contact_of_its_own_on_its_desk(network, app, root):
    page = app.get(f"/networks/{network}/support")
    acronym = root["networks"][network].acronym
    assert names_on(page, ".desk-cards h3") == [f"Helpdesk of {acronym}"]


def test_the_desk_of_the_portal_shows_its_own_contact_alone(app):
    assert names_on(app.get("/support"), ".desk-cards h3") == ["Helpdesk of the portal"]


def told(mails):
    """Return whom mails went to, by login."""
    return sorted(one.partition("@")[0] for mail in mails for one in mail.recipients)


def test_the_team_of_the_portal_is_told_of_a_question_at_its_own_desk(browser_of, mails):
    response = ask(browser_of("rareliverhpuser1"), path="/support", desk="portal")
    assert path_of(response).startswith("/support/")
    assert told(mails) == ["siteadmin"]
    assert "How do I change my phone" not in mails[0].body
    assert "A question waits at the helpdesk" in browser_of("siteadmin").get("/notices")


def test_the_team_of_a_network_alone_is_told_of_a_question_at_its_desk(browser_of, mails):
    ask(browser_of("rareliverhpuser1"))
    assert "rarelivercoordinator" in told(mails)
    assert "siteadmin" not in told(mails)


def test_who_does_not_look_after_the_portal_any_more_is_not_told(browser_of, mails, root):
    person = root["people"].person_of_login("siteadmin")
    revoke(person, Role.ADMINISTRATOR, root)
    transaction.commit()
    ask(browser_of("rareliverhpuser1"), path="/support", desk="portal")
    grant(person, Role.ADMINISTRATOR, root)
    transaction.commit()
    assert told(mails) == []
