"""Pages that say no: to whom, how much, and nothing more."""

from __future__ import annotations

import logging

import pytest
from pyramid.httpexceptions import (
    HTTPConflict,
    HTTPMethodNotAllowed,
    HTTPRequestEntityTooLarge,
    HTTPTooManyRequests,
)
from pyramid.response import Response
from ZODB.POSException import ConflictError as StorageConflict

from cpms_portal.core.errors import ConflictError, TransitionDeniedError, ValueRefusedError
from tests.layout.site import PAGE, Node, Reader, TinySite

SECRET = "Wilson disease of patient 7k3m"


def raising(site, error, **view):
    """Register a view that raises."""

    def broken(context, request):
        raise error

    site.config.add_view(broken, name="broken", context=Node, permission="place:view", **view)


def test_what_is_not_there_and_what_may_not_be_seen_look_the_same(site):
    """An outsider learns nothing from an address."""
    site.config.add_view(lambda c, r: Response("x"), context=Node, permission="place:view")
    app = site.app()
    nothing = app.get("/networks/rare-liver/nothing", status=404)
    hidden = app.get("/networks/rare-liver/hidden", status=404)
    assert nothing.html.main.get_text() == hidden.html.main.get_text()
    assert "Hidden" not in hidden.text
    assert not hidden.html.select(".breadcrumbs")


def test_an_insider_is_told_which_role_would_be_needed(site):
    """Who may see it may know why not to do it."""
    site.config.add_view(
        lambda c, r: Response("x"), name="edit", context=Node, permission="place:edit"
    )
    response = site.app().get("/networks/rare-liver/hidden/de40/edit", status=403)
    assert "coordinator of the network" in response.html.main.get_text()
    assert "ask" in response.html.main.get_text()


def test_somebody_not_signed_in_is_asked_to_sign_in_and_comes_back(site):
    """The same for what is there and for what is not."""
    site.config.add_view(
        lambda c, r: Response("sign in"),
        name="sign-in",
        context=Node,
        permission="__no_permission_required__",
    )
    site.config.add_view(lambda c, r: Response("x"), context=Node, permission="place:view")
    site.reader = None
    app = site.app()
    for path in ("/networks/rare-liver", "/networks/nothing"):
        location = app.get(path, status=303).location
        assert location.endswith(f"/sign-in?came_from={path.replace('/', '%2F')}")


def test_without_a_page_to_sign_in_at_nobody_is_sent_there(site):
    """A loop would be worse than a plain answer."""
    site.config.add_view(lambda c, r: Response("x"), context=Node, permission="place:view")
    site.reader = None
    site.app().get("/networks", status=404)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (HTTPRequestEntityTooLarge(), 413, "larger than the portal takes"),
        (HTTPConflict(), 409, "Nothing was overwritten"),
        (ConflictError("Two of you wrote at once."), 409, "Two of you wrote at once."),
        (StorageConflict(), 409, "Nothing was overwritten"),
        (HTTPTooManyRequests(), 429, "too many attempts"),
        (TransitionDeniedError("The consent is missing."), 409, "The consent is missing."),
        (ValueRefusedError("Not this value."), 422, "Not this value."),
        (HTTPMethodNotAllowed(), 405, "could not do this"),
    ],
)
def test_a_refusal_says_what_happened_in_words(site, error, status, said):
    """Status for machines, words for people."""
    raising(site, error)
    response = site.app().get("/networks/broken", status=status)
    assert said in response.html.main.get_text()


def test_a_script_gets_its_refusal_as_json(site):
    """It shows the sentence itself."""
    raising(site, ConflictError("Two of you wrote at once."))
    response = site.app().get(
        "/networks/broken", status=409, headers={"Accept": "application/json"}
    )
    assert response.json["error"] == "Two of you wrote at once."


def test_a_form_without_its_token_is_told_that_the_page_was_too_old(site):
    """It is nearly always a page left open over night."""
    site.config.add_view(lambda c, r: Response("x"), context=Node, permission="place:view")
    response = site.app().post("/networks", {}, status=400)
    assert "too old" in response.html.main.h1.get_text()
    assert "Nothing was lost" in response.html.main.get_text()


def test_how_long_to_wait_is_passed_on(site):
    """A script can then wait as well."""
    raising(site, HTTPTooManyRequests(headers={"Retry-After": "30"}))
    assert site.app().get("/networks/broken", status=429).headers["Retry-After"] == "30"


def test_a_failure_shows_a_reference_that_stands_in_the_log(tmp_path, caplog):
    """On a production site the message is in neither, as it may hold what somebody typed."""
    site = TinySite(tmp_path, **{"cpms.site": "production"})
    raising(site, RuntimeError(SECRET))
    with caplog.at_level(logging.ERROR):
        response = site.app().get("/networks/broken", status=500)
    reference = response.html.select_one(".reference").get_text()
    assert f"failure {reference}: RuntimeError" in caplog.text
    assert SECRET not in caplog.text + response.text


def test_a_failure_is_shown_without_person_and_tree(site):
    """When the database is gone there is neither."""

    def gone():
        raise RuntimeError("no database")

    site.who = gone
    site.config.add_view(lambda c, r: {}, context=Node, renderer=PAGE,
                         permission="__no_permission_required__")  # fmt: skip
    assert "Something broke" in site.app().get("/", status=500).text


def test_somebody_who_may_see_nothing_above_is_still_an_outsider(site):
    """Principals of another node do not count here."""
    site.reader = Reader(principals=["hp@2"])
    site.config.add_view(
        lambda c, r: Response("x"), name="edit", context=Node, permission="place:edit"
    )
    site.app().get("/networks/rare-liver/hidden/de40/edit", status=404)
