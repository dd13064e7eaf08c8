"""What sources answer is read strictly; what the ini declares is checked at the start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.identity.sources.cas import attributes_in
from cpms_portal.identity.sources.declared import declared_in
from cpms_portal.identity.sources.said import SourceRefusedError

EU = "https://ecas.ec.europa.eu/cas/schemas"
#: As EU Login writes it: attributes directly below, groups as a list, its own namespace.
EU_LOGIN = f"""<?xml version="1.0" encoding="UTF-8"?>
<cas:serviceResponse xmlns:cas="{EU}" server="ECAS MOCKUP" version="7">
  <cas:authenticationSuccess>
    <cas:user>n00axup3</cas:user>
    <cas:departmentNumber>EXT</cas:departmentNumber>
    <cas:email>maren@clinic.invalid</cas:email>
    <cas:firstName>Maren</cas:firstName>
    <cas:lastName>Talweide</cas:lastName>
    <cas:groups number="2"><cas:group>INTERNET</cas:group><cas:group>ERN</cas:group></cas:groups>
    <cas:authenticationLevel>MEDIUM</cas:authenticationLevel>
    <cas:strengths number="1"><cas:strength>MOBILE_APP</cas:strength></cas:strengths>
  </cas:authenticationSuccess>
</cas:serviceResponse>"""
LINE = "a kind=cas title=A url=https://a.invalid/cas"


def answer(inside: str) -> bytes:
    """Return an answer of a plain CAS server."""
    return (
        f'<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">{inside}</cas:serviceResponse>'
    ).encode()


def test_the_answer_of_eu_login_is_read_whatever_its_namespace():
    for namespace in (EU, "http://www.yale.edu/tp/cas", "urn:something"):
        values = attributes_in(EU_LOGIN.replace(EU, namespace).encode())
        assert values["user"] == ["n00axup3"]
        assert values["authenticationLevel"] == ["MEDIUM"]
        assert values["group"] == ["INTERNET", "ERN"]


def test_a_user_among_the_attributes_is_not_the_user():
    text = answer(
        "<cas:authenticationSuccess><cas:user>me</cas:user>"
        "<cas:attributes><cas:user>somebody</cas:user></cas:attributes>"
        "</cas:authenticationSuccess>"
    )
    assert attributes_in(text)["user"] == ["me"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"<html>Please sign in</html>",
        answer('<cas:authenticationFailure code="INVALID_TICKET">no</cas:authenticationFailure>'),
        answer("<cas:authenticationSuccess></cas:authenticationSuccess>"),
        answer(
            "<cas:authenticationFailure/><cas:authenticationSuccess><cas:user>a</cas:user>"
            "</cas:authenticationSuccess>"
        ),
        answer(
            "<cas:authenticationSuccess><cas:user>a</cas:user><cas:user>b</cas:user>"
            "</cas:authenticationSuccess>"
        ),
        answer(
            "<x><cas:authenticationSuccess><cas:user>a</cas:user></cas:authenticationSuccess></x>"
        ),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>'
        + answer("<cas:authenticationSuccess><cas:user>&b;</cas:user></cas:authenticationSuccess>"),
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>' + answer("&c;"),
    ],
)
def test_anything_but_one_clear_success_is_refused(text):
    with pytest.raises(SourceRefusedError):
        attributes_in(text)


@given(st.text().map(str.encode) | st.binary())
def test_whatever_a_server_sends_is_refused_and_not_failed_over(text):
    with pytest.raises(SourceRefusedError):
        attributes_in(text)


@given(st.from_regex(r"[A-Za-z0-9 .@äöüß-]{1,40}", fullmatch=True))
def test_a_name_comes_back_as_it_was_written(name):
    inside = f"<cas:authenticationSuccess><cas:user>{name}</cas:user></cas:authenticationSuccess>"
    assert attributes_in(answer(inside))["user"] == [name.strip()]


def test_several_sources_are_declared_a_line_each():
    found = declared_in(
        f'\n{LINE} proves="MEDIUM HIGH"\n'
        'b kind=openid title="B C" url=https://b.invalid client=cpms\n'
    )
    assert [one.title for one in found] == ["A", "B C"]
    assert found[0].strong == {"medium", "high"}
    assert found[1].strong == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A kind=cas title=A url=https://a.invalid", "lower-case"),
        ("a kind=saml title=A url=https://a.invalid", "one of"),
        ("a kind=cas url=https://a.invalid", "title"),
        ("a kind=cas title=A url=http://a.invalid", "https"),
        ("a kind=openid title=A url=https://a.invalid", "client"),
        (f"{LINE} colour=blue", "colour"),
        (f"{LINE}\n{LINE}", "same name"),
    ],
)
def test_a_wrong_line_stops_the_start(text, said):
    with pytest.raises(ConfigurationRefusedError, match=said):
        declared_in(text)
