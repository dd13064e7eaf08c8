"""What somebody with a security key does: adds it, and answers with it."""

from __future__ import annotations

import json

from tests.factories.people import PASSWORD


def options_on(page):
    """Return what a page asks of a key."""
    return json.loads(page.html.select_one("[data-options]")["data-options"])


def add(visitor, person, key, name="Key ring"):
    """Add a key in my account."""
    page = visitor.app.get(f"/people/{person.__name__}/add-key")
    form = page.forms["form"]
    form["name"], form["credential"] = name, key.create(options_on(page))
    return form.submit(expect_errors=True)


def second_step(visitor, person, key):
    """Give the password and return the form a key answers, filled in."""
    assert visitor.give_password(person.mail, PASSWORD).location.endswith("/sign-in/key")
    page = visitor.app.get("/sign-in/key")
    form = page.forms["form"]
    form["credential"] = key.get(options_on(page))
    return form


def passkey_form(visitor, key):
    """Return the form of the front door that a passkey answers, filled in."""
    page = visitor.app.get("/sign-in")
    form = page.forms["passkey"]
    form["credential"] = key.get(options_on(page))
    return form
