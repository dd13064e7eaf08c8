"""Sign in with CAS 3.0 as EU Login speaks it, at a real CAS server."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import transaction
from cas import CASClient
from pyramid_mailer.interfaces import IMailer

from cpms_portal.identity.sources.cas import CASSource
from cpms_portal.identity.sources.declared import declared_in
from tests.factories.people import SECRET, code_now, make_person
from tests.identity.outside import Outside, come_back, path_in, send_on
from tests.identity.sources import eu_login, link, switched_on
from tests.identity.sources import go as leave

pytestmark = pytest.mark.storages("filestorage")  # what a server says is the same on both


@pytest.fixture(autouse=True)
def source(cas_address, registry, served):
    """EU Login, switched on."""
    with switched_on(registry, served, eu_login(cas_address)) as made:
        yield made


@pytest.fixture
def linked(registry, person):
    """Somebody who is linked with the user of the CAS server the test is about."""

    def make(user: str, *, confirmed: bool = True):
        link(person, registry, "eulogin", user, confirmed=confirmed)
        return person

    return make


def go(visitor, path="/sign-in/with/eulogin"):
    """Leave for EU Login; its address."""
    return leave(visitor, path)


def test_the_front_door_offers_it(visitor):
    page = visitor.app.get("/sign-in?next=/networks")
    assert page.html.find("a", href="/sign-in/with/eulogin?next=/networks").text == (
        "Sign in with EU Login"
    )


def test_it_is_asked_for_the_level_wanted(visitor):
    asked = parse_qs(urlsplit(go(visitor)).query)
    assert asked["authenticationLevel"] == ["MEDIUM"]
    assert "/sign-in/with/eulogin/return?state=" in asked["service"][0]


def test_two_factors_there_open_the_account_here(visitor, outside, linked):
    linked("medium-ada")
    come_back(visitor, outside.cas(go(visitor), "medium-ada"))
    assert visitor.is_in()


def test_who_wanted_a_page_comes_to_it(visitor, outside, linked):
    linked("medium-bea")
    back = outside.cas(go(visitor, "/sign-in/with/eulogin?next=/networks/"), "medium-bea")
    assert come_back(visitor, back).location.endswith("/networks/")


@pytest.mark.parametrize("user", ["basic-cia", "silent-cia"])
def test_a_weaker_proof_or_none_asks_for_an_own_second_factor(
    visitor, outside, linked, clock, user
):
    linked(user)
    answer = come_back(visitor, outside.cas(go(visitor), user))
    assert answer.location.endswith("/sign-in/code")
    assert not visitor.is_in()
    visitor.give_code(code_now(clock))
    assert visitor.is_in()


def test_a_link_made_by_mail_asks_for_the_own_second_factor_once(visitor, outside, linked, clock):
    linked("medium-dea", confirmed=False)
    answer = come_back(visitor, outside.cas(go(visitor), "medium-dea"))
    assert answer.location.endswith("/sign-in/code")
    assert not visitor.is_in()
    visitor.give_code(code_now(clock))
    assert visitor.is_in()
    visitor.app.reset()
    come_back(visitor, outside.cas(go(visitor), "medium-dea"))
    assert visitor.is_in()


def test_the_first_time_nobody_is_let_in_by_the_address_alone(
    visitor, outside, root, registry, person
):
    answer = come_back(visitor, outside.cas(go(visitor), "high-elin"))
    assert "This sign-in is new here" in answer.text
    assert not visitor.is_in()


def test_the_first_time_a_mail_makes_the_account(visitor, outside, registry, root):
    registry.getUtility(IMailer).outbox.clear()
    page = come_back(visitor, outside.cas(go(visitor), "medium-fay"))
    form = next(f for f in page.forms.values() if f.action.endswith("/first-time"))
    form["privacy"] = True
    form.submit()
    mail = registry.getUtility(IMailer).outbox[-1]
    assert mail.recipients == ["fay@clinic.invalid"]
    path = path_in(next(w for w in mail.body.split() if "/connect/" in w))
    # The mail may be read in another browser, and the link in it alone lets nobody in.
    visitor.app.reset()
    page = visitor.app.get(path)
    next(f for f in page.forms.values() if f.action == path).submit()
    assert not visitor.is_in()
    come_back(visitor, outside.cas(go(visitor), "medium-fay"))
    assert visitor.is_in()
    root._p_jar.sync()
    made = root["people"].person_of_login("fay@clinic.invalid")
    assert made.title == "Fay Außen & Wald"
    visitor.app.reset()
    assert "/sign-in" in visitor.app.get(path).location


def test_the_mail_is_the_same_for_an_address_with_an_account(
    visitor, person, outside, registry, root
):
    registry.getUtility(IMailer).outbox.clear()
    person.mail = "gwen@clinic.invalid"
    root["people"].register_login("gwen@clinic.invalid", person)
    transaction.commit()
    mails = []
    for user in ("medium-gwen", "medium-hana"):
        page = come_back(visitor, Outside().cas(go(visitor), user))
        form = next(f for f in page.forms.values() if f.action.endswith("/first-time"))
        form["privacy"] = True
        form.submit()
        mails.append(registry.getUtility(IMailer).outbox[-1])
    texts = [(mail.subject, mail.body.partition("/connect/")[0]) for mail in mails]
    assert texts[0] == texts[1]
    path = path_in(next(w for w in mails[0].body.split() if "/connect/" in w))
    next(f for f in visitor.app.get(path).forms.values() if f.action == path).submit()
    answer = come_back(visitor, outside.cas(go(visitor), "medium-gwen"))
    assert answer.location.endswith("/sign-in/code")
    assert not visitor.is_in()


def test_signed_in_one_links_and_unlinks_it(visitor, outside, person, clock):
    visitor.enter(person, clock)
    own = f"/people/{person.__name__}"
    link = visitor.app.get(f"{own}/account").html.find("a", href=lambda h: "link-identity" in h)
    answer = come_back(visitor, outside.cas(go(visitor, path_in(link["href"])), "medium-ines"))
    assert answer.location.endswith(f"{own}/account")
    assert "ines@clinic.invalid" in visitor.app.get(f"{own}/account").text
    other = type(visitor)(visitor.site)
    come_back(other, Outside().cas(go(other), "medium-ines"))
    assert other.is_in()
    visitor.button(f"{own}/account", "/unlink-identity")
    assert "ines@clinic.invalid" not in visitor.app.get(f"{own}/account").text
    other.app.reset()
    come_back(other, Outside().cas(go(other), "medium-ines"))
    assert not other.is_in()


def test_linking_needs_a_fresh_proof(visitor, person, clock):
    visitor.enter(person, clock)
    clock.advance(minutes=11)
    answer = visitor.app.get(f"/people/{person.__name__}/link-identity?source=eulogin")
    assert "/prove?" in answer.location


@pytest.mark.parametrize("sent_from", ["cross-site", "same-site"])
def test_another_site_links_nobody_unasked(visitor, person, clock, sent_from):
    """It may have signed the browser in there as somebody else, whose way in this would become."""
    visitor.enter(person, clock)
    path = f"/people/{person.__name__}/link-identity?source=eulogin"
    answer = visitor.app.get(path, headers={"Sec-Fetch-Site": sent_from})
    assert answer.location.endswith(f"/people/{person.__name__}/account")


def test_who_is_linked_to_one_account_is_linked_to_no_other(
    visitor, outside, linked, root, registry, clock
):
    linked("medium-jana")
    other = make_person(root, registry, secret=SECRET)
    visitor.enter(other, clock)
    path = f"/people/{other.__name__}/link-identity?source=eulogin"
    answer = come_back(visitor, outside.cas(go(visitor, path), "medium-jana"))
    page = visitor.app.get(path_in(answer.location))
    assert "is linked to an account already" in page.text


def test_a_delicate_page_takes_a_fresh_sign_in_there(visitor, outside, linked, clock):
    person = linked("medium-kaja")
    come_back(visitor, outside.cas(go(visitor), "medium-kaja"))
    clock.advance(minutes=11)
    path = f"/people/{person.__name__}/add-device"
    asked = visitor.app.get(path).follow()
    link = asked.html.find("a", href=lambda h: h and "prove-outside" in h)
    address = go(visitor, link["href"])
    assert parse_qs(urlsplit(address).query)["renew"] == ["true"]
    answer = come_back(visitor, outside.cas(address, "medium-kaja"))
    assert answer.location.endswith(path)
    assert visitor.app.get(path).status_int == 200


def test_after_panic_another_sign_in_opens_nothing_alone(visitor, outside, linked):
    person = linked("medium-kim")
    come_back(visitor, outside.cas(go(visitor), "medium-kim"))
    visitor.app.get(f"/people/{person.__name__}/panic").forms["form"].submit()
    answer = come_back(visitor, Outside().cas(go(visitor), "medium-kim"))
    assert answer.location.endswith("/sign-in/code")
    assert not visitor.is_in()


def test_signing_out_there_ends_the_session_here(visitor, outside, linked, cas_address):
    linked("medium-lena")
    come_back(visitor, outside.cas(go(visitor), "medium-lena"))
    assert visitor.is_in()
    outside.session.get(f"{cas_address}/logout", timeout=20)
    assert not visitor.is_in()


def test_a_sign_out_that_nobody_there_wrote_ends_nothing(visitor, outside, linked):
    linked("medium-mia")
    back = outside.cas(go(visitor), "medium-mia")
    come_back(visitor, back)
    for text in (
        "",
        "<a/>",
        "<LogoutRequest><SessionIndex>ST-guessed</SessionIndex></LogoutRequest>",
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
        "<LogoutRequest><SessionIndex>&b;</SessionIndex></LogoutRequest>",
    ):
        visitor.app.post(back, {"logoutRequest": text}, expect_errors=True)
    assert visitor.is_in()


def test_a_ticket_counts_once(visitor, another, outside, linked):
    linked("medium-nora")
    page = visitor.app.get(outside.cas(go(visitor), "medium-nora"))
    send_on(page)
    assert visitor.is_in()
    visitor.app.reset()
    send_on(page)
    assert not visitor.is_in()


def test_a_ticket_of_another_browser_counts_for_nothing(visitor, another, outside, linked):
    """Somebody who sends a victim their own answer does not sign the victim in as themselves."""
    linked("medium-olga")
    back = outside.cas(go(visitor), "medium-olga")
    another.app.get("/sign-in")
    answer = another.app.get(back, expect_errors=True)
    assert "/sign-in" in answer.location
    assert not another.is_in()


@pytest.mark.parametrize(
    "ticket",
    ["", "ST-1", "ST-1&service=https://a.invalid", "../login", "PT-12345", "ST-" + "a" * 400],
)
def test_a_made_up_ticket_opens_nothing(visitor, ticket):
    state = parse_qs(urlsplit(parse_qs(urlsplit(go(visitor)).query)["service"][0]).query)["state"]
    page = visitor.app.get("/sign-in/with/eulogin/return", {"state": state[0], "ticket": ticket})
    assert "/sign-in" in send_on(page).location
    assert not visitor.is_in()


def test_a_ticket_for_another_service_opens_nothing(visitor, outside, linked, served, cas_address):
    linked("medium-pia")
    mine = go(visitor)
    state = parse_qs(urlsplit(parse_qs(urlsplit(mine).query)["service"][0]).query)["state"][0]
    foreign = f"{cas_address}/login?service={served}/sign-in/with/another/return"
    ticket = parse_qs(urlsplit(outside.cas(foreign, "medium-pia")).query)["ticket"][0]
    page = visitor.app.get("/sign-in/with/eulogin/return", {"state": state, "ticket": ticket})
    send_on(page)
    assert not visitor.is_in()


def test_an_answer_later_than_a_quarter_of_an_hour_is_refused(visitor, outside, linked, clock):
    linked("medium-rosa")
    back = outside.cas(go(visitor), "medium-rosa")
    clock.advance(minutes=15)
    assert "/sign-in" in visitor.app.get(back).location


def test_another_site_signs_nobody_in_unasked(visitor):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = visitor.app.get("/sign-in/with/eulogin", headers=headers)
    assert answer.location.endswith("/sign-in")


def test_coming_back_leads_to_no_other_site(visitor, outside, linked):
    linked("medium-sara")
    back = outside.cas(go(visitor, "/sign-in/with/eulogin?next=//elsewhere.invalid"), "medium-sara")
    answer = come_back(visitor, back)
    assert "elsewhere" not in answer.location


def test_a_closed_account_stays_closed(visitor, outside, linked, browser_of):
    person = linked("medium-tara")
    form = browser_of("siteadmin").get(f"/people/{person.__name__}/disable").forms["form"]
    form["reason"] = "Left the hospital."
    form.submit()
    answer = come_back(visitor, outside.cas(go(visitor), "medium-tara"))
    assert "/sign-in" in answer.location
    assert not visitor.is_in()


def test_a_server_that_is_away_is_said(visitor, source, registry):
    line = 'eulogin kind=eulogin title="EU Login" url=http://127.0.0.1:9/cas'
    registry.cpms_sources["eulogin"] = CASSource(declared_in(line)[0])
    state = parse_qs(urlsplit(parse_qs(urlsplit(go(visitor)).query)["service"][0]).query)["state"]
    page = visitor.app.get("/sign-in/with/eulogin/return", {"state": state[0], "ticket": "ST-1"})
    assert "EU Login did not confirm" in send_on(page).follow().text


def test_python_cas_reads_the_same_user_from_the_same_server(served, cas_address, outside, source):
    """An oracle: the usual client agrees about who it is, in plain CAS."""
    service = f"{served}/sign-in/with/oracle"
    ticket = parse_qs(urlsplit(outside.cas(f"{cas_address}/login?service={service}")).query)[
        "ticket"
    ][0]
    client = CASClient(version=3, service_url=service, server_url=f"{cas_address}/")
    user, attributes, _pgt = client.verify_ticket(ticket)
    assert user == "medium-maren"
    assert attributes["authenticationLevel"] == "MEDIUM"
    again = requests.get(
        f"{cas_address}/p3/serviceValidate", {"service": service, "ticket": ticket}, timeout=20
    )
    assert "authenticationFailure" in again.text


def test_signing_out_here_offers_to_sign_out_there_and_does(visitor, outside, linked, cas_address):
    linked("medium-ulla")
    come_back(visitor, outside.cas(go(visitor), "medium-ulla"))
    page = visitor.sign_out().follow()
    assert not visitor.is_in()
    assert "may still be signed in there" in page.text
    there = outside.session.get(go(visitor), allow_redirects=False, timeout=20)
    assert there.status_code == 302, "the sign-in there goes on"
    address = page.click("Sign out of EU Login").location
    assert address.startswith(f"{cas_address}/logout?service=")
    outside.session.get(address, allow_redirects=False, timeout=20)
    there = outside.session.get(go(visitor), allow_redirects=False, timeout=20)
    assert there.status_code == 200, "it asks who it is again"


def test_no_other_site_signs_anybody_out_there(visitor):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = visitor.app.get("/sign-out/with/eulogin/there", headers=headers)
    assert answer.location.endswith("/sign-in")
    assert "/sign-in" in visitor.app.get("/sign-out/with/unknown", status=303).location


def test_who_came_with_a_password_is_simply_signed_out(visitor, person, clock):
    visitor.enter(person, clock)
    assert visitor.sign_out().location.endswith("/sign-in")
