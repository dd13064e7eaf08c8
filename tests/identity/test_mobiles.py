"""Codes by text message, with a real server on loopback as the gateway."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from cpms_portal.core.settings import setting
from cpms_portal.identity.queries.keys import roles_in
from cpms_portal.identity.schemas.mobiles import MobileNumber
from cpms_portal.outbox.gateways import HTTPGateway, OutboxGateway
from cpms_portal.security.roles import Role
from tests import ground
from tests.factories.people import PASSWORD, SECRET, make_person

NUMBER, TYPED = "+32470123456", "+32 470 12 34 56"


class Gateway(BaseHTTPRequestHandler):
    """Takes text messages as Kannel does."""

    def _take(self, text):
        self.server.asked.append({k: v[0] for k, v in parse_qs(text).items()})
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"0: Accepted for delivery")

    def do_GET(self):
        """Take a message in the address."""
        self._take(urlsplit(self.path).query)

    def do_POST(self):
        """Take a message in a form."""
        self._take(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def gateway(registry, tmp_path):
    """A server that takes text messages, and the portal that hands them over."""
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    server.asked, server.status = [], 202
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    (tmp_path / "password").write_text("of the tests\n")
    settings, before = registry.cpms_settings, dict(registry.cpms_settings)
    settings["cpms.sms.url"] = f"http://127.0.0.1:{server.server_port}/cgi-bin/sendsms"
    settings["cpms.sms.user"] = "portal"
    settings["cpms.sms.password_file"] = str(tmp_path / "password")
    kept, registry.cpms_sms = registry.cpms_sms, HTTPGateway(registry)
    yield server
    registry.cpms_sms = kept
    settings.update(before)
    server.shutdown()
    server.server_close()


@pytest.fixture
def switched_off(registry):
    """Text messages are off."""
    kept, registry.cpms_sms = registry.cpms_sms, None
    yield
    registry.cpms_sms = kept


def ask(visitor, person, number=TYPED):
    """Ask for a code to a new number."""
    form = visitor.app.get(f"/people/{person.__name__}/add-mobile").forms["form"]
    form["number"] = number
    return form.submit(expect_errors=True)


def code_in(gateway):
    """Return the code of the newest message."""
    return gateway.asked[-1]["text"].partition("code: ")[2][:6]


def add(visitor, person, gateway, clock):
    """Add the number and sign out."""
    visitor.enter(person, clock)
    ask(visitor, person)
    path = f"/people/{person.__name__}/confirm-mobile"
    assert visitor.give_code(code_in(gateway), path=path).status_int == 303
    visitor.app.reset()


def send(visitor):
    """Give the message on the second page."""
    page = visitor.app.get("/sign-in/sms")
    return next(f for f in page.forms.values() if "/sms/send" in f.action).submit()


def test_a_number_is_added_with_the_code_sent_to_it(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    sent = gateway.asked[-1]
    assert (sent["to"], sent["username"], sent["password"]) == (NUMBER, "portal", "of the tests")
    assert person.title not in sent["text"]
    visitor.enter(person, clock)
    page = visitor.app.get(f"/people/{person.__name__}/account")
    assert NUMBER in page.text
    assert "weakest" in page.text


def test_a_code_by_text_message_is_the_second_factor(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.give_password(person.mail, PASSWORD)
    assert "/sign-in/sms" in visitor.app.get("/sign-in/code").text
    assert NUMBER not in visitor.app.get("/sign-in/sms").text
    send(visitor)
    assert visitor.give_code(code_in(gateway), path="/sign-in/sms").status_int == 303
    assert visitor.is_in()


def test_a_code_counts_once_and_in_its_own_session_only(visitor, another, person, gateway, clock):
    add(visitor, person, gateway, clock)
    for one in (visitor, another):
        one.give_password(person.mail, PASSWORD)
    send(visitor)
    code = code_in(gateway)
    assert another.give_code(code, path="/sign-in/sms").status_int == 422
    assert visitor.give_code(code, path="/sign-in/sms").status_int == 303
    visitor.app.reset()
    visitor.give_password(person.mail, PASSWORD)
    assert visitor.give_code(code, path="/sign-in/sms").status_int == 422


def test_a_code_ends_after_five_minutes(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.give_password(person.mail, PASSWORD)
    send(visitor)
    clock.advance(minutes=5)
    assert visitor.give_code(code_in(gateway), path="/sign-in/sms").status_int == 422


def test_wrong_codes_make_wait(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.give_password(person.mail, PASSWORD)
    send(visitor)
    right = code_in(gateway)
    for _number in range(6):
        visitor.give_code("000000" if right != "000000" else "000001", path="/sign-in/sms")
    assert visitor.give_code(right, path="/sign-in/sms").status_int == 422
    assert not visitor.is_in()


def test_five_messages_an_hour_are_enough(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.give_password(person.mail, PASSWORD)
    for _number in range(6):
        send(visitor)
    assert len(gateway.asked) == 5
    assert "Too many messages" in visitor.app.get("/sign-in/sms").text


def test_a_gateway_that_takes_nothing_is_said(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    gateway.status = 503
    visitor.give_password(person.mail, PASSWORD)
    assert "could not be sent" in send(visitor).follow().text


def test_a_gateway_can_be_asked_by_post_with_other_fields(registry, gateway):
    settings = registry.cpms_settings
    settings["cpms.sms.method"] = "POST"
    settings["cpms.sms.fields"] = "msisdn={number} body='Hello {text}'"
    HTTPGateway(registry).send(NUMBER, "you & me")
    assert gateway.asked[-1] == {"msisdn": NUMBER, "body": "Hello you & me"}


def test_a_removed_number_gets_no_code(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.enter(person, clock)
    visitor.button(f"/people/{person.__name__}/account", "/remove-mobile")
    visitor.app.reset()
    visitor.give_password(person.mail, PASSWORD)
    assert visitor.app.get("/sign-in/sms").location.endswith("/sign-in/code")


def test_a_delicate_page_takes_a_code_by_text_message(visitor, person, gateway, clock):
    add(visitor, person, gateway, clock)
    visitor.enter(person, clock)
    clock.advance(minutes=11)
    path = f"/people/{person.__name__}/add-device"
    asked = visitor.app.get(path).follow()
    page = visitor.app.get(asked.html.find("a", href=lambda h: h and "prove-sms" in h)["href"])
    page = next(f for f in page.forms.values() if "send" in f.action).submit().follow()
    form = page.forms["form"]
    form["code"] = code_in(gateway)
    assert form.submit().location.endswith(path)


def test_switched_off_nothing_offers_or_takes_it(visitor, person, clock, switched_off):
    visitor.enter(person, clock)
    assert "Mobile numbers" not in visitor.app.get(f"/people/{person.__name__}/account").text
    path = f"/people/{person.__name__}/add-mobile"
    assert visitor.app.get(path, expect_errors=True).status_int == 404


def test_production_has_it_off():
    text = (ground.PROJECT / "production.ini").read_text()
    assert "\ncpms.sms.way = off\n" in text


def test_who_must_have_a_key_cannot_use_it(visitor, root, registry, gateway, clock):
    network = root["networks"]["rare-liver"]
    boss = make_person(root, registry, secret=SECRET, role=Role.COORDINATOR, node=network)
    add(visitor, boss, gateway, clock)
    before = setting(registry, "cpms.identity.hardware_roles")
    registry.cpms_settings["cpms.identity.hardware_roles"] = roles_in("coordinator")
    visitor.give_password(boss.mail, PASSWORD)
    there = visitor.app.get("/sign-in/sms").location
    registry.cpms_settings["cpms.identity.hardware_roles"] = before
    assert there.endswith("/sign-in/code")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0470 12 34 56", "with its country"),
        ("+32 123 45 67 89", "no such number"),
        ("+32 2 296 11 11", "no text messages"),
        ("+999 1234567", "with its country"),
        ("call me", "with its country"),
    ],
)
def test_a_number_that_cannot_be_used_is_said_at_its_field(visitor, person, clock, typed, said):
    visitor.enter(person, clock)
    answer = ask(visitor, person, typed)
    assert answer.status_int == 422
    assert said in answer.text


@pytest.mark.parametrize("typed", [TYPED, "0032470123456", "+32 (0)470/12.34.56"])
def test_a_number_is_read_however_it_is_written(typed):
    assert MobileNumber(40).read(None, typed) == NUMBER


def test_the_training_site_keeps_messages_for_its_outbox(browser_of, registry):
    kept, registry.cpms_sms = registry.cpms_sms, OutboxGateway()
    registry.cpms_sms.send(NUMBER, "CPMS code: 123456.")
    page = browser_of("siteadmin").get("/outbox")
    other = browser_of("rareliverhpuser1").get("/outbox")
    registry.cpms_sms = kept
    assert "123456." in page.text
    assert "123456." not in other.text
