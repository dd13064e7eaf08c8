"""Viewers on pages elsewhere: named origins read with a token, nobody else gets to know more."""

from __future__ import annotations

import pytest

from cpms_portal.dicomweb.wire.origins import origins_in

VIEWER = "https://viewer.example.org"
ASKED = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
def allowed(registry, monkeypatch) -> None:
    """One origin is allowed."""
    monkeypatch.setitem(registry.cpms_settings, "cpms.dicomweb.origins", frozenset([VIEWER]))


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def cors(answer) -> dict[str, str]:
    """Return what an answer tells a browser about other origins."""
    return {name: value for name, value in answer.headers.items() if "Access-Control" in name}


@pytest.mark.usefixtures("allowed")
def test_a_viewer_of_a_named_origin_when_it_asks_in_advance_then_may_show_a_token(
    app, place
) -> None:
    for address in (f"{place}/dicomweb/studies", "/networks/nowhere/dicomweb/studies"):
        answer = app.options(address, headers={"Origin": VIEWER, **ASKED})
        assert answer.status_int == 204
        assert cors(answer)["Access-Control-Allow-Origin"] == VIEWER
        assert "Authorization" in cors(answer)["Access-Control-Allow-Headers"]
        assert cors(answer)["Access-Control-Allow-Methods"] == "GET, POST"
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.usefixtures("allowed")
def test_a_viewer_of_a_named_origin_when_it_shows_a_token_then_may_read_the_answer(
    program, place, study
) -> None:
    program.headers["Origin"] = VIEWER
    answer = program.get(f"{place}/dicomweb/studies")
    assert answer.json
    assert cors(answer)["Access-Control-Allow-Origin"] == VIEWER
    assert "Warning" in cors(answer)["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert {"Origin", "Authorization", "Accept"} <= set(answer.headers["Vary"].split(", "))
    missing = program.get(f"{place}/dicomweb/studies/1.2.3", status=404)
    assert cors(missing)["Access-Control-Allow-Origin"] == VIEWER


@pytest.mark.usefixtures("allowed")
def test_a_viewer_of_a_named_origin_when_it_shows_nothing_then_is_told_to_show_a_token(
    app, place
) -> None:
    answer = app.get(f"{place}/dicomweb/studies", headers={"Origin": VIEWER}, status=401)
    assert cors(answer)["Access-Control-Allow-Origin"] == VIEWER


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    "origin",
    ["https://viewer.example.org.evil.example", "http://viewer.example.org", "null", "*", "",
     "https://viewer.example.org:8443", "https://VIEWER.example.org"],
)  # fmt: skip
def test_another_origin_when_it_asks_then_is_allowed_nothing(program, app, place, origin) -> None:
    asked = app.options(
        f"{place}/dicomweb/studies", headers={"Origin": origin, **ASKED}, status=401
    )
    program.headers["Origin"] = origin
    answer = program.get(f"{place}/dicomweb/studies")
    assert cors(asked) == cors(answer) == {}
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.usefixtures("allowed")
def test_pages_of_people_when_asked_from_a_named_origin_then_allow_nothing(hp, place) -> None:
    for address in (place, f"{place}/connect", "/sign-in"):
        answer = hp.get(address, headers={"Origin": VIEWER}, status="*")
        assert cors(answer) == {}
    assert cors(hp.options(place, headers={"Origin": VIEWER, **ASKED}, status="*")) == {}


def test_no_origin_when_none_is_named_then_is_allowed_anything(program, app, place) -> None:
    app.options(f"{place}/dicomweb/studies", headers={"Origin": VIEWER, **ASKED}, status=401)
    program.headers["Origin"] = VIEWER
    assert cors(program.get(f"{place}/dicomweb/studies")) == {}


@pytest.mark.parametrize(
    "text", ["*", "null", "https://", "viewer.example.org", "https://a.example/", "ftp://a.example",
             "https://*.example.org", "https://a.example:0", "https://A.example"]
)  # fmt: skip
def test_an_origin_that_is_not_exact_when_set_then_the_portal_does_not_start(text) -> None:
    with pytest.raises(ValueError, match="an origin is"):
        origins_in(text)


def test_origins_when_set_then_are_read_one_by_one() -> None:
    found = origins_in(
        "https://viewer.example.org:8443\n http://localhost:3000 http://[::1]:3000\n"
    )
    assert len(found) == 3
    assert origins_in("") == frozenset()
