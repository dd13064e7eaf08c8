"""How heavy the pages of the libraries are: each with its style and its scripts, as it is sent."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urljoin

import pytest
from pyramid.traversal import resource_path

from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.cms.schemas.kinds import KINDS

pytestmark = pytest.mark.storages("filestorage")
ADMINISTRATOR = "siteadmin"
HEAVIEST = 100_000
LINKED = re.compile(r'<(?:link rel="stylesheet"|script)[^>]*(?:href|src)="(/static/[^"]+)"')
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?["'](\.{1,2}/[^"']+\.js)["']""")
OTHERS = ("", "contents", "search?q=patient", "sitemap", "changes", "tags", "consent-forms/")
PACKED = {"Accept-Encoding": "gzip"}


def pieces_of(browser, path):
    """Yield address, bytes as sent and bytes unpacked of a page, its style and its scripts."""
    page = browser.get(path)
    yield path, len(page.body), len(page.body)
    waiting, seen = LINKED.findall(page.text), set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        plain = browser.get(address, headers=PACKED)  # unpacked by the browser of the tests
        is_packed = "Accept-Encoding" in plain.headers["Vary"]
        sent = gzip.compress(plain.body, 9) if is_packed else plain.body
        yield address, len(sent), len(plain.body)
        if address.endswith(".js"):
            waiting += [urljoin(address, one) for one in IMPORTED.findall(plain.text)]


def weight_of(browser, path):
    """Return bytes as sent, and bytes unpacked."""
    pieces = list(pieces_of(browser, path))
    return sum(sent for _path, sent, _plain in pieces), sum(plain for *_, plain in pieces)


def of_each_kind(place, found):
    """Return the longest published item of each type below a place."""
    for item in place.values():
        if isinstance(item, LibraryItem) and item.state == "published":
            # Not vars(): what was not loaded yet has none.
            length = sum(len(repr(text.__getstate__())) for text in item.texts.values())
            if length > found.get(item.kind, (0, None))[0]:
                found[item.kind] = (length, item)
        if hasattr(item, "values") and not isinstance(item, Library):
            of_each_kind(item, found)
    return found


@pytest.fixture
def items(root):
    libraries = [root["library"], *(one["library"] for one in root["networks"].values())]
    found = {}
    for library in libraries:
        of_each_kind(library, found)
    return {kind: resource_path(item) for kind, (_length, item) in found.items()}


def test_the_heaviest_page_of_each_type_weighs_under_100_kb_even_unpacked(browser_of, items):
    assert set(items) <= set(KINDS) and len(items) > 8
    browser = browser_of(ADMINISTRATOR)
    weights = {kind: weight_of(browser, path)[1] for kind, path in items.items()}
    assert {kind: weight for kind, weight in weights.items() if weight >= HEAVIEST} == {}


def test_the_other_pages_of_the_library_weigh_under_100_kb(browser_of):
    browser = browser_of(ADMINISTRATOR)
    weights = {path: weight_of(browser, f"/library/{path}")[0] for path in OTHERS}
    assert {path: weight for path, weight in weights.items() if weight >= HEAVIEST} == {}


def test_the_form_of_each_type_weighs_under_100_kb(browser_of, items):
    """But those of the longest guide and video, and of the whole list of questions."""
    browser = browser_of(ADMINISTRATOR)
    weights = {kind: weight_of(browser, f"{path}/edit")[0] for kind, path in items.items()}
    longest = {kind: weights.pop(kind) for kind in ("guide", "video", "faq")}
    assert max(longest["guide"], longest["video"]) < 110_000 and longest["faq"] < 130_000
    assert {kind: weight for kind, weight in weights.items() if weight >= HEAVIEST} == {}


def test_what_the_editor_says_stands_once_in_a_form(browser_of, items):
    page = browser_of(ADMINISTRATOR).get(f"{items['guide']}/edit")
    assert len(page.html.select("[data-rich-text]")) > 3
    assert [one["data-words"] for one in page.html.select("[data-words]")] == ["pick", "rich-text"]
