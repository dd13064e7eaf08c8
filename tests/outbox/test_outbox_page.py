"""The outbox of the training site: everybody reads their own mail, administrators all."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pyramid.config import Configurator
from pyramid_mailer.interfaces import IMailer

from cpms_portal.outbox.actions import send_notice
from cpms_portal.outbox.queries import keeps_mail


@pytest.fixture
def letter(registry, root):
    """A mail to one person."""
    registry.getUtility(IMailer).outbox.clear()
    person = root["people"].person_of_login("rareliverhpuser1")
    send_notice(registry, person, "Something waits", "Please look at it.", "/my-work")
    return person


def test_a_mail_is_read_by_whom_it_is_for_and_its_link_works(browser_of, letter):
    page = browser_of("rareliverhpuser1").get("/outbox")
    assert "Please look at it." in page.html.find("article").text
    assert page.html.find("article").find("a")["href"] == "/my-work"


def test_a_mail_is_not_read_by_anybody_else(browser_of, letter):
    for login in ("rareliverhpuser2", "rarelivercoordinator"):
        page = browser_of(login).get("/outbox")
        assert page.html.find("article") is None
        assert letter.mail not in page.text


def test_site_administrators_read_all_mail(browser_of, letter):
    page = browser_of("siteadmin").get("/outbox")
    assert letter.mail in page.html.find("article").text


def test_a_stranger_reads_no_mail(app, letter):
    assert "/sign-in" in app.get("/outbox").location


def test_a_person_without_an_address_gets_no_mail(registry, letter):
    before = len(registry.getUtility(IMailer).outbox)
    send_notice(registry, SimpleNamespace(mail="", language="en"), "Subject", "Text")
    assert len(registry.getUtility(IMailer).outbox) == before


@pytest.mark.parametrize(
    ("site", "way", "kept"),
    [
        ("training", "outbox", True),
        ("training", "smtp", False),
        ("production", "outbox", False),
        ("production", "smtp", False),
    ],
)
def test_only_a_training_site_that_sends_no_mail_has_the_page(site, way, kept):
    config = Configurator()
    config.registry.cpms_settings = {"cpms.site": site, "cpms.mail.way": way}
    assert keeps_mail(config.registry) is kept
