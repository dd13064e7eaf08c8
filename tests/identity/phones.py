"""The phone as a key for another screen: what is pressed on both."""

from __future__ import annotations

import json


def ask_for_code(visitor):
    """Press the button at the front door; the page with the QR code."""
    page = visitor.app.get("/sign-in")
    form = next(f for f in page.forms.values() if f.action.startswith("/sign-in/phone"))
    return form.submit()


def token_on(page):
    """Return what the QR code of a page holds."""
    return page.html.find("input", {"name": "token"})["value"]


def number_on(page):
    """Return the number a page shows."""
    return page.html.find(class_="device-setup-secret").text


def phone_form(phone, token, key, number):
    """Return the form on the phone, filled in."""
    page = phone.app.get(f"/sign-in/phone/{token}")
    form = page.forms["phone"]
    options = json.loads(page.html.select_one("[data-options]")["data-options"])
    form["number"], form["credential"] = number, key.get(options)
    return form


def go_in(visitor, page):
    """Press the button that goes on."""
    form = next(f for f in page.forms.values() if f.action.startswith("/sign-in/phone/enter"))
    return form.submit()
