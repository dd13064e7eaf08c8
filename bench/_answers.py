"""What an address answers, and what its form sends when it is saved as it stands."""

from __future__ import annotations

import gzip
import urllib.request
from urllib.parse import urlencode

import webtest

#: What ``wrk`` sends again and again, in Lua.
_POST = """
wrk.method = "POST"
wrk.body = "{body}"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
"""
#: Says what the form was made from: a save that is based on nothing is never too late.
_BASED_ON = "based_on"


def got(address: str, header: str = "") -> tuple[bytes, int]:
    """Return what an address answers, unpacked, and the bytes that were sent for it."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    if header:
        asked.add_header(*header.split(": ", 1))
    with urllib.request.urlopen(asked, timeout=60) as answer:
        sent, packed = bytes(answer.read()), answer.headers.get("Content-Encoding") == "gzip"
    return (gzip.decompress(sent) if packed else sent), len(sent)


def save(address: str, header: str, button: str | None = None) -> str:
    """Return the script for ``wrk`` that saves the form of a page as it stands.

    button: the name of what is pressed, where the form has more than one.
    """
    page = webtest.TestResponse(got(address, header)[0], 200)
    page.content_type, page.charset = "text/html", "utf-8"
    fields = page.forms["form"].submit_fields(button)
    said = [(name, value) for name, value in fields if isinstance(value, str)]
    return _POST.format(body=urlencode([(n, "" if n == _BASED_ON else v) for n, v in said]))
