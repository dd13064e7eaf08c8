"""What is said in data sets: as DICOM JSON, or as the Native DICOM Model in a multipart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.dicomweb.queries.cases import Case
from cpms_portal.dicomweb.wire.accepting import (
    Choice,
    Offer,
    Range,
    check_charset,
    choose,
    in_address,
    ranges_of,
)
from cpms_portal.dicomweb.wire.multipart import Multipart
from cpms_portal.dicomweb.wire.native import native_model

JSON, XML = "application/dicom+json", "application/dicom+xml"
OFFERS = (Offer(JSON), Offer("application/json"), Offer(XML))


def parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of an address; a semicolon is part of a media type, it ends none."""
    return parse_qsl(request.query_string, keep_blank_values=True, errors="replace")


def accepted(request: Request) -> list[Range]:
    """Return what a client accepts: the parameter of the address counts before the header."""
    given = dict(parameters(request))
    check_charset(given.get("charset", ""))
    return ranges_of(in_address(given.get("accept", "")) or request.headers.get("Accept", ""))


def chosen(request: Request) -> Choice:
    """Return how data sets are said; NotAcceptableError when the client takes neither way."""
    return choose(accepted(request), OFFERS, single=True, alone=True)


def said(found: Sequence[Any], choice: Choice) -> Response:
    """Return data sets in DICOM JSON as the client wants them: a list, or a part for each."""
    if choice.offer.kind == XML:
        message = Multipart(XML)
        body = b"".join(message.written((XML, [native_model(one)]) for one in found))
        response = Response(body)
        response.headers["Content-Type"] = message.content_type
        return response
    return _json(json.dumps(list(found), ensure_ascii=False, separators=(",", ":")).encode())


def said_in_lines(lines: Sequence[bytes], choice: Choice) -> Response:
    """Return data sets that are DICOM JSON already."""
    if choice.offer.kind == XML:
        return said([json.loads(line) for line in lines], choice)
    return _json(b"[" + b",".join(lines) + b"]")


def told(answer: dict[str, Any], status: int, choice: Choice) -> Response:
    """Return the one data set a service answers with (PS3.18 section 10.5.3)."""
    if choice.offer.kind == XML:
        response = Response(native_model(answer), content_type=XML)
    else:
        response = _json(json.dumps(answer).encode())
    response.status_int, response.charset = status, None
    return response


def warn(response: Response, case: Case, text: str) -> None:
    """Say in a header what was not done as asked (PS3.18 section 8.3.4, code 299)."""
    response.headers.add("Warning", f"299 {case.base}: {text}")


def _json(body: bytes) -> Response:
    response = Response(body, content_type=JSON)
    response.charset = None
    return response
