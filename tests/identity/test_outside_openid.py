"""Sign in with OpenID Connect, at a certified provider on loopback."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from cpms_portal.identity.sources.declared import declared_in
from cpms_portal.identity.sources.openid import LOGOUT, OpenIDSource
from cpms_portal.identity.sources.said import SourceRefusedError
from cpms_portal.security.secret import opened, seal
from cpms_portal.security.sessions import STORE, of_person
from tests.factories.people import code_now
from tests.identity.outside import come_back, send_on
from tests.identity.sources import electronic_identity, linked_person, switched_on
from tests.identity.sources import go as leave

pytestmark = pytest.mark.storages("filestorage")  # what a provider says is the same on both


@pytest.fixture(autouse=True)
def real_time(clock):
    """A real provider writes the real time into its tokens."""
    clock.time = datetime.now(UTC)


@pytest.fixture(autouse=True)
def source(issuer, registry, served, tmp_path, clock):
    """The provider, switched on."""
    made = electronic_identity(issuer, tmp_path, clock)
    with switched_on(registry, served, made):
        yield made


@pytest.fixture
def linked(root, registry):
    """Return who is made and linked with a user of the provider."""
    return lambda subject: linked_person(root, registry, "openid", subject)


def go(visitor, path="/sign-in/with/openid"):
    """Leave for the provider; its address."""
    return leave(visitor, path)


def test_code_challenge_nonce_and_state_are_sent_and_the_verifier_is_not(visitor, source):
    asked = parse_qs(urlsplit(go(visitor)).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["high"]
    values = {asked[name][0] for name in ("nonce", "state", "code_challenge")}
    assert len(values) == 3


def test_a_strong_proof_there_opens_the_account_here(visitor, outside, linked):
    linked("ada")
    answer = come_back(visitor, outside.openid(go(visitor), **{"as": "ada", "acr": "high"}))
    assert answer.status_int == 303
    assert visitor.is_in()


@pytest.mark.parametrize("acr", ["low", ""])
def test_a_weaker_proof_or_none_asks_for_an_own_second_factor(visitor, outside, linked, clock, acr):
    linked(f"bea{acr}")
    back = outside.openid(go(visitor), **{"as": f"bea{acr}", "acr": acr})
    assert come_back(visitor, back).location.endswith("/sign-in/code")
    visitor.give_code(code_now(clock))
    assert visitor.is_in()


def test_who_cancels_there_is_not_in_here(visitor, outside):
    page = come_back(visitor, outside.openid(go(visitor), cancel="yes")).follow()
    assert "did not confirm who you are" in page.text
    assert not visitor.is_in()


def test_an_address_the_provider_has_not_verified_gets_no_mail(visitor, outside):
    back = outside.openid(go(visitor), **{"as": "unverified-cia"})
    page = come_back(visitor, back)
    assert "no verified address" in page.text
    assert "clinic.invalid" not in page.text


def test_a_code_counts_once(visitor, outside, linked):
    linked("dea")
    page = visitor.app.get(outside.openid(go(visitor), **{"as": "dea", "acr": "high"}))
    send_on(page)
    assert visitor.is_in()
    visitor.app.reset()
    send_on(page)
    assert not visitor.is_in()


def test_the_code_of_somebody_else_does_not_fit_my_errand(visitor, another, outside, linked):
    """Code injection: the verifier and the nonce belong to another browser's errand."""
    linked("elin")
    theirs = parse_qs(urlsplit(outside.openid(go(another), **{"as": "elin", "acr": "high"})).query)
    state = parse_qs(urlsplit(go(visitor)).query)["state"][0]
    query = {"state": state, "code": theirs["code"][0], "iss": theirs["iss"][0]}
    page = visitor.app.get("/sign-in/with/openid/return", query)
    assert "/sign-in" in send_on(page).location
    assert not visitor.is_in()


@pytest.mark.parametrize("change", [{"iss": "https://evil.invalid"}, {"iss": ""}, {"code": "x"}])
def test_an_altered_answer_opens_nothing(visitor, outside, linked, change):
    linked(f"fay{len(str(change))}")
    back = outside.openid(go(visitor), **{"as": f"fay{len(str(change))}", "acr": "high"})
    query = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()} | change
    page = visitor.app.get("/sign-in/with/openid/return", query)
    send_on(page)
    assert not visitor.is_in()


def test_an_altered_state_is_refused(visitor, outside):
    back = outside.openid(go(visitor), **{"as": "gwen", "acr": "high"})
    assert "/sign-in" in visitor.app.get(back.replace("state=", "state=a")).location


def test_a_delicate_page_takes_a_fresh_sign_in_there(visitor, outside, linked, clock):
    person = linked("hana")
    come_back(visitor, outside.openid(go(visitor), **{"as": "hana", "acr": "high"}))
    record = f"/people/{person.__name__}/add-device"
    clock.advance(minutes=11)
    asked = visitor.app.get(record).follow()
    link = asked.html.find("a", href=lambda h: h and "prove-outside" in h)
    address = go(visitor, link["href"])
    query = parse_qs(urlsplit(address).query)
    assert query["prompt"] == ["login"]
    assert query["max_age"] == ["0"]
    clock.time = datetime.now(UTC)
    answer = come_back(visitor, outside.openid(address, **{"as": "hana", "acr": "high"}))
    assert answer.location.endswith(record)


def test_signing_out_there_ends_the_session_here_by_the_back_channel(
    visitor, outside, linked, issuer
):
    linked("ines")
    come_back(visitor, outside.openid(go(visitor), **{"as": "ines", "acr": "high"}))
    assert visitor.is_in()
    page = outside.session.get(f"{issuer}/session/end", timeout=20)
    xsrf = page.text.partition('name="xsrf" value="')[2].partition('"')[0]
    form = {"xsrf": xsrf, "logout": "yes"}
    outside.session.post(f"{issuer}/session/end/confirm", form, timeout=20)
    assert not visitor.is_in()


def test_signing_out_there_ends_the_session_here_by_the_front_channel(
    visitor, another, outside, linked, issuer, site
):
    person = linked("jana")
    come_back(visitor, outside.openid(go(visitor), **{"as": "jana", "acr": "high"}))
    with site.connection() as connection:
        opened = connection.root()["identities"].opened
        sid = next(sid for (_name, sid), oid in opened.items() if oid == person.__oid__)
    path = "/sign-in/with/openid/signed-out"
    for query in ({"iss": issuer, "sid": "guessed"}, {"iss": "https://a.invalid", "sid": sid}):
        another.app.get(path, query, expect_errors=True)
    assert visitor.is_in()
    answer = another.app.get(path, {"iss": issuer, "sid": sid})
    assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]
    assert not visitor.is_in()


def logout_token(issuer, key, clock, typ="logout+jwt", **change):
    """Write a token that ends a session, signed by somebody else."""
    moment = int(clock().timestamp())
    claims = {
        "iss": issuer,
        "aud": "cpms",
        "iat": moment,
        "exp": moment + 120,
        "jti": "one",
        "sub": "kaja",
        "events": {LOGOUT: {}},
    } | change
    return jwt.encode({"alg": "RS256", "typ": typ}, claims, key, algorithms=["RS256"])


def test_a_log_out_signed_by_somebody_else_ends_nothing(visitor, outside, linked, issuer, clock):
    linked("kaja")
    come_back(visitor, outside.openid(go(visitor), **{"as": "kaja", "acr": "high"}))
    token = logout_token(issuer, RSAKey.generate_key(2048), clock)
    path = "/sign-in/with/openid/signed-out"
    assert visitor.app.post(path, {"logout_token": token}, status="*").status_int == 400
    unsigned = token.rpartition(".")[0] + "."
    assert visitor.app.post(path, {"logout_token": unsigned}, status="*").status_int == 400
    assert visitor.is_in()


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        ({}, True),
        ({"aud": "another"}, False),
        ({"iss": "https://a.invalid"}, False),
        ({"nonce": "n"}, False),
        ({"events": {}}, False),
        ({"iat": 4102444800}, False),
        ({"exp": 1}, False),
        ({"typ": "JWT"}, False),
    ],
)
def test_a_token_of_the_provider_is_held_against_every_rule(source, issuer, clock, change, ends):
    """The key stands in for the provider's: what is checked after the signature."""
    key = RSAKey.generate_key(2048)
    source._key_set = lambda again=False: key
    sent = {"logout_token": logout_token(issuer, key, clock, **change)}
    if ends:
        assert source.ended(sent) == ("subject", "kaja")
        return
    with pytest.raises(SourceRefusedError):
        source.ended(sent)


def test_a_provider_that_calls_itself_otherwise_is_not_asked(issuer, clock):
    line = f"openid kind=openid title=Other url={issuer}/ client=cpms"
    with pytest.raises(SourceRefusedError):
        OpenIDSource(declared_in(line)[0], clock)._provider()


def asks_again(visitor, outside):
    """Say whether the provider asks once more who it is."""
    there = outside.session.get(go(visitor), allow_redirects=False, timeout=20)
    return "/interaction/" in there.headers["Location"]


def leave_both(visitor):
    """Sign out here; where the way out of the provider leads."""
    page = visitor.sign_out().follow()
    assert not visitor.is_in()
    assert "may still be signed in there" in page.text
    return page.click("Sign out of Electronic identity").location


@pytest.mark.parametrize("acr", ["high", "low"])
def test_signing_out_here_offers_to_sign_out_there_and_does_without_a_question(
    visitor, outside, linked, issuer, clock, acr
):
    """The token of the sign-in is shown as a hint, after one step or two of signing in."""
    linked(f"lena{acr}")
    come_back(visitor, outside.openid(go(visitor), **{"as": f"lena{acr}", "acr": acr}))
    if acr == "low":
        visitor.give_code(code_now(clock))
    address = leave_both(visitor)
    assert address.startswith(f"{issuer}/session/end?client_id=cpms&post_logout_redirect_uri=")
    hint = parse_qs(urlsplit(address).query)["id_token_hint"][0]
    assert jwt.decode(hint, source_keys(issuer)).claims["sub"] == f"lena{acr}"
    assert outside.openid_ended(address, "Signing out").endswith("/sign-in")
    assert asks_again(visitor, outside)


def source_keys(issuer):
    """Return the public keys of the provider."""
    return KeySet.import_key_set(requests.get(f"{issuer}/jwks", timeout=20).json())


def test_a_proof_shown_again_keeps_the_way_out(visitor, outside, linked, clock):
    person = linked("nele")
    come_back(visitor, outside.openid(go(visitor), **{"as": "nele", "acr": "high"}))
    clock.advance(minutes=11)
    visitor.app.get(f"/people/{person.__name__}/add-device")
    visitor.give_code(code_now(clock), "/prove")
    assert "id_token_hint=" in leave_both(visitor)


def test_the_token_is_readable_nowhere_and_shown_once(visitor, another, outside, linked, site):
    person = linked("olga")
    come_back(visitor, outside.openid(go(visitor), **{"as": "olga", "acr": "high"}))
    with site.connection() as connection:
        kept = [one.values for _key, one in of_person(connection.root()[STORE], person.__oid__)]
    page = visitor.sign_out().follow()
    carried = visitor.app.cookies["cpms-way-out"]
    assert [one["outside"].hint for one in kept] == [carried]
    address = page.click("Sign out of Electronic identity").location
    token = parse_qs(urlsplit(address).query)["id_token_hint"][0]
    parts = [part for part in token.split(".") if part]
    assert not [part for part in parts if part in carried or part in str(page)]
    assert "cpms-way-out" not in visitor.app.cookies, "it was used"
    again = page.click("Sign out of Electronic identity").location
    assert "id_token_hint" not in again


@pytest.mark.parametrize("change", ["", "AAAA", "+", "another source"])
def test_an_altered_hint_is_none_and_the_provider_asks(visitor, outside, linked, registry, change):
    linked(f"pia{len(change)}")
    come_back(visitor, outside.openid(go(visitor), **{"as": f"pia{len(change)}", "acr": "high"}))
    page = visitor.sign_out().follow()
    kept = visitor.app.cookies["cpms-way-out"]
    foreign = seal(registry, "hint another", opened(registry, "hint openid", kept))
    value = foreign if change == "another source" else change and kept[:-4] + change
    visitor.app.set_cookie("cpms-way-out", value)
    address = page.click("Sign out of Electronic identity").location
    assert "id_token_hint" not in address
    assert outside.openid_ended(address, "Sign out?").endswith("/sign-in")


def test_a_token_too_long_for_the_way_is_left_out(visitor, outside, linked, source, monkeypatch):
    linked("rosa")
    said = source.said
    monkeypatch.setattr(source, "said", lambda *asked: replace(said(*asked), hint="h" * 3000))
    come_back(visitor, outside.openid(go(visitor), **{"as": "rosa", "acr": "high"}))
    assert "id_token_hint" not in leave_both(visitor)


def test_a_provider_without_a_way_out_is_said(visitor, outside, linked, source):
    linked("mona")
    come_back(visitor, outside.openid(go(visitor), **{"as": "mona", "acr": "high"}))
    page = visitor.sign_out().follow()
    del source._provider()["end_session_endpoint"]
    said = page.click("Sign out of Electronic identity").follow()
    assert "offers no way to sign out from here" in said.text
