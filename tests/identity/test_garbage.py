"""Garbage posted to one's own account changes no way in; PANIC alone needs nothing but a press."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from cpms_portal.scripts.views import views_of
from cpms_portal.security.permissions import Permission
from tests.journeys.garbage import NASTY, broken_bodies

pytestmark = pytest.mark.storages("filestorage")  # what is taken does not depend on the storage
#: What a press alone is meant to do. Every other view of one's own account needs more than a token.
PRESSED = "panic"


@pytest.fixture
def person(person, visitor, clock):
    """Somebody with an app, signed in."""
    visitor.enter(person, clock)
    return person


def ways_in(root, person):
    """Return everything somebody can sign in with."""
    root._p_jar.sync()
    account = person.account
    factors = (account.devices, account.keys, account.mobiles, account.identities)
    return (person.mail, account.password, account.enrolled, *factors)


def garbage_for(page, token):
    """Yield content types and bodies: broken ones, and every field of a page filled with it."""
    yield from broken_bodies(token)
    fields = {"name", "password", "code", "device", "key", "source", "subject", "number", "sure"}
    if page.status_int == 200 and page.content_type == "text/html":
        fields |= {name for form in page.forms.values() for name in form.fields if name}
    for value in NASTY[:-1]:
        sent = {"csrf_token": token, **dict.fromkeys(fields - {"csrf_token"}, value)}
        yield "application/x-www-form-urlencoded", urlencode(sent).encode()


def test_garbage_on_any_page_of_my_account_changes_no_way_in(visitor, person, root, registry):
    before, token = ways_in(root, person), visitor.token()
    names = {
        view["name"]
        for view in views_of(registry)
        if view["permission"] == Permission.ACCOUNT_EDIT and view["methods"] != ["GET"]
    }
    assert PRESSED in names
    for name in sorted(names - {PRESSED}):
        path = f"/people/{person.__name__}/{name}"
        for kind, body in garbage_for(visitor.app.get(path, status="*"), token):
            visitor.app.post(path, body, headers={"Content-Type": kind}, status="*")
            assert ways_in(root, person) == before, f"{name} {kind} {body[:200]!r}"
    assert visitor.is_in()


def test_panic_is_one_press_and_takes_everything_but_the_password(visitor, person, root):
    """It asks for no proof and reads no field, so even a broken form of one's own page does it."""
    path = f"/people/{person.__name__}/{PRESSED}"
    visitor.app.post(path, {"csrf_token": visitor.token(), "keep_codes": "\0"})
    _mail, password, enrolled, *factors = ways_in(root, person)
    assert password
    assert enrolled, "so the password alone sets up nothing new"
    assert not any(factors)
    assert not visitor.is_in()


def test_nobody_presses_it_for_somebody_else_or_from_elsewhere(visitor, another, person, root):
    before = ways_in(root, person)
    path = f"/people/{person.__name__}/{PRESSED}"
    another.sign_in("vascernhpuser5")
    another.app.post(path, {"csrf_token": another.token()}, status=404)
    visitor.app.post(path, {"csrf_token": another.token()}, status=400)
    visitor.app.post(path, {}, status=400)
    assert ways_in(root, person) == before
