"""What a hostile or unlucky browser sends: values, bodies, addresses and headers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as some

LONG = "x" * 70_000
#: Values that have broken forms elsewhere: numbers that are none, controls, halves of structures.
NASTY = (
    "", " ", "\0", "a\0b", "\r\nX-Evil: 1", "\u202e\u200b\ufeff", "𝔘𝔫𝔦\U0010ffff", "\ud7ff\ue000",
    "-1", "0", "²", "١٢", "9" * 5000, "1e999", "NaN", "Infinity", "0x10", "2026-13-45",
    "0000-00-00", "9999-12-31", "31.02.2026", "[]", "{}", "null", '{"code": 1, "system": []}',
    "[[[[", "{" * 2000, "ORPHA|905|", "ORPHA:\0", "||||", "<script>alert(1)</script>", "${request}",
    "%s%n", "../../etc", "' OR 1=1 --", "__start__", "files:sequence", "\\", LONG,
)  # fmt: skip
#: Names of fields the pages ask for, beside those found in their forms.
NAMES = (
    "text", "reason", "name", "person", "note", "answer", "q", "area", "start", "code", "revision",
    "summary", "paste", "rows", "base_version", "files", "given", "theme", "language", "came_from",
    "session", "password", "login", "select", "add-row", "remove-row", "form", "everywhere",
)  # fmt: skip
MARKS = ("sequence", "mapping", "rename", "ignore", "", "\0", "list")

values = some.sampled_from(NASTY) | some.text(max_size=40)


def fields(names: tuple[str, ...]) -> some.SearchStrategy[list[tuple[str, str]]]:
    """Return forms: fields of the page and others, some twice, some missing, marks unbalanced."""
    named = some.tuples(some.sampled_from(names), values)
    opened = some.tuples(
        some.just("__start__"),
        some.builds("{}:{}".format, some.sampled_from(names), some.sampled_from(MARKS)),
    )
    closed = some.tuples(some.just("__end__"), some.sampled_from(names))
    return some.lists(named | named | named | opened | closed, max_size=12)


def multipart(pairs: list[tuple[str, str]], *, as_files: bool) -> tuple[str, bytes]:
    """Return content type and body of a form of parts; each a file when ``as_files``."""
    out, mark = io.BytesIO(), b"----cpms"
    for name, value in pairs:
        name = name.replace('"', "").replace("\r", "").replace("\n", "")
        as_file = as_files and not name.startswith("__") and name != "csrf_token"
        about = f'form-data; name="{name}"' + ('; filename="../a\u202e.exe"' if as_file else "")
        out.write(b"--" + mark + b"\r\nContent-Disposition: " + about.encode() + b"\r\n\r\n")
        out.write(value.encode("utf-8", "replace") + b"\r\n")
    out.write(b"--" + mark + b"--\r\n")
    return "multipart/form-data; boundary=----cpms", out.getvalue()


def broken_bodies(token: str) -> Iterator[tuple[str, bytes]]:
    """Yield content types and bodies that do not fit each other."""
    good = f"csrf_token={token}&".encode()
    yield "application/x-www-form-urlencoded", good + b"text=%FF%FE&reason=\xff\xfe"
    yield "application/x-www-form-urlencoded", good + b"&&&=;=&%&%zz&a=b=c&" + b"k=v&" * 200
    yield "application/json", b'{"text": ["a", {"b": null}], "size": "many"}'
    yield "application/json", b"[" * 20_000
    yield "application/json", b'{"size": ' + b"9" * 5000 + b"}"
    yield "application/json; charset=klingon", b"{}"
    yield "application/x-www-form-urlencoded; charset=utf-7", good + b"text=+ADw-"
    yield "application/x-www-form-urlencoded; charset=klingon", good + b"text=a"
    yield "text/plain", good
    yield "", good
    yield "a/b/c;;;=", good
    yield "multipart/form-data", b"--x\r\n\r\n--x--"
    yield "multipart/form-data; boundary=", b"----\r\n"
    yield "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; na"
    yield "multipart/form-data; boundary=x", b"--x\r\n\r\nno head\r\n--x--\r\n"
    yield "multipart/form-data; boundary=x", b"--y\r\n"
    yield multipart([("csrf_token", token), ("text", "t"), ("reason", "r")], as_files=True)


def garbled_addresses(path: str, names: tuple[str, ...]) -> Iterator[str]:
    """Yield addresses at and below a path that nobody means."""
    for value in NASTY[:-1]:
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name in names)
        yield f"{path}?{query}"
    yield f"{path}?" + "a=1&" * 500
    yield f"{path}?%FF=%FE&=&&=%"
    yield f"{path}?series=0&instance=99999999&frame=7"
    for tail in (
        "..", "../../..", "%2e%2e/%2e%2e", "%00", "a%00b", "@@view", "@@", "%FF%FE", "+",
        "__class__", "__init__/__globals__", "_p_jar", "x" * 5000, "a/" * 300, "%F0%9D%94%98",
        "-1", "²", ".", ";",
    ):  # fmt: skip
        yield f"{path.rstrip('/')}/{tail}"


#: Headers that servers have stumbled over.
HEADERS: tuple[dict[str, str], ...] = (
    {"Range": "bytes=0-"}, {"Range": "bytes=5-1"}, {"Range": "bytes=-0"}, {"Range": "pages=1"},
    {"Range": "bytes=" + "0-1," * 500}, {"Range": "bytes=99999999999999999999-"},
    {"If-None-Match": '"x'}, {"If-None-Match": "*"}, {"If-Modified-Since": "yesterday"},
    {"If-Match": '"a", W/'}, {"Accept": "application/json"}, {"Accept": "*/;q=x"},
    {"Accept-Language": "xx-\u00ff;q=7, *"}, {"Accept-Encoding": "bomb;q=-1"},
    {"Cookie": "cpms=a.\u00b2.c; cpms-visit=\u00ff; =; ;;"}, {"Cookie": "cpms=1~a.1.\u00ff"},
    {"Cookie": 'theme="\\377"'},
    {"X-CSRF-Token": "\u00ff"}, {"X-Requested-With": "XMLHttpRequest"},
    {"X-HTTP-Method-Override": "DELETE"}, {"X-Offset": "\u00b2"}, {"User-Agent": "\u00ff" * 3000},
    {"Content-Length": "0"}, {"Referer": "javascript:alert(1)"}, {"Origin": "null"},
)  # fmt: skip


def told_in_words(response: Any) -> bool:
    """Say whether a refusal is a page, or a line of JSON, that a person can read."""
    text = response.body.decode("utf-8", "replace")
    if "Traceback (most recent" in text or 'File "' in text:
        return False
    if response.content_type == "application/json":
        return any(word in text for word in ('"error"', '"problem"', '"receipt"', '"working"'))
    return "<h1" in text and "CPMS" in text
