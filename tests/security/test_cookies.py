"""A cookie written the short way says what WebOb would have it say."""

from __future__ import annotations

import pytest
from pyramid.registry import Registry
from pyramid.response import Response

from cpms_portal.security.cookies import full_name, set_cookie


def parts(response):
    (said,) = response.headers.getall("Set-Cookie")
    first, *rest = said.split("; ")
    return first, {one.lower() for one in rest}


@pytest.mark.parametrize("url", ["http://127.0.0.1:6543", "https://cpms.invalid"])
@pytest.mark.parametrize("value", ["12~a_B-c.17.0f", "with=sign", ""])
@pytest.mark.parametrize("age", [None, 0, 120])
def test_a_cookie_says_what_the_framework_says(url, value, age):
    registry = Registry("tests")
    registry.cpms_settings = {"cpms.url": url}
    ours, theirs = Response(), Response()
    secure = url.startswith("https")
    name = full_name(registry, "cpms-visit")
    theirs.set_cookie(
        name, value, max_age=age, path="/", httponly=True, secure=secure, samesite="Lax"
    )
    set_cookie(ours, registry, "cpms-visit", value, max_age=age)
    ours_said, theirs_said = parts(ours), parts(theirs)
    assert ours_said[0] == theirs_said[0]
    drop = {one for one in theirs_said[1] | ours_said[1] if one.startswith("expires=")}
    assert ours_said[1] - drop == theirs_said[1] - drop
