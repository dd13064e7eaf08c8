"""What guides and answers say is what the portal does: buttons, numbers, formats, files."""

from __future__ import annotations

import configparser
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from babel.messages.pofile import read_po
from defusedxml import ElementTree

from cpms_portal.contentio.reading import read_front_matter
from cpms_portal.identity.schemas import SHORTEST
from cpms_portal.records.schemas.laboratory import columns_of, read_pasted
from cpms_portal.storage.formats import FORMATS
from tests.content.files import CONTENT
from tests.ground import PROJECT

PAGES = sorted(
    path
    for folder in ("library", "network_library", "networks")
    for path in (CONTENT / folder).rglob("*.md")
)
LOCALE = PROJECT / "cpms_portal" / "i18n" / "locale"
_EMPHASIS = re.compile(r"(?<![*\w])\*(?!\*)([^*\n]+)\*(?!\*)")
#: Words in emphasis that stand elsewhere, or in which the portal puts a name.
ELSEWHERE = {
    *("Sign in with EU Login", "My Account", "Manage my mobile devices"),
    *("Manage my security keys and trusted platforms", "Manage my mobile phone numbers"),
}
#: Where EU Login is spoken of, its own buttons are named.
OTHERS = {"eu-login": {"Create an account"}}


def words_of(found: Any) -> Iterator[str]:
    """Return every text of a file, wherever it stands."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for one in found.values():
            yield from words_of(one)
    elif isinstance(found, list):
        for one in found:
            yield from words_of(one)


def text_of(path: Any) -> str:
    """Return all that a file says."""
    return "\n".join(words_of(list(read_front_matter(path))))


@pytest.fixture(scope="module")
def said_by_the_portal() -> dict[str, set[str]]:
    """The texts of the portal, in each language of the guides."""
    said: dict[str, set[str]] = {}
    for language in ("de", "fr"):
        path = LOCALE / language / "LC_MESSAGES" / "cpms_portal.po"
        with path.open("rb") as source:
            messages = [one for one in read_po(source) if isinstance(one.id, str)]
        said[language] = {one.string for one in messages if isinstance(one.string, str)}
        said["en"] = {one.id for one in messages}
    return said


@pytest.mark.parametrize("path", PAGES, ids=lambda p: f"{p.parents[1].parent.name}-{p.stem}")
def test_what_a_guide_tells_to_choose_is_there(path, said_by_the_portal):
    language = next(one for one in ("en", "de", "fr") if f"/{one}/" in path.as_posix())
    known = said_by_the_portal[language] | ELSEWHERE | OTHERS.get(path.stem, set())
    named = {
        part.strip()
        for emphasised in _EMPHASIS.findall(text_of(path))
        for part in emphasised.split("→")
    }
    assert named <= known, named - known


#: A setting of production.ini, what it is, and the words that say it on which pages.
SAID = [
    ("cpms.session.idle_minutes", 30, "half an hour", ["second-factors", "faq"]),
    ("cpms.session.hours", 12, "twelve hours", ["second-factors", "faq"]),
    ("cpms.storage.max_upload", 4 * 1024**3, "4 GB", ["file-upload-tips", "faq"]),
    ("cpms.imaging.held_days", 14, "two weeks", ["file-upload-tips"]),
    ("cpms.patients.break_glass_minutes", 60, "an hour", ["roles-and-access"]),
]


@pytest.mark.parametrize(("setting", "value", "words", "pages"), SAID, ids=lambda one: str(one))
def test_numbers_are_those_of_the_settings(setting, value, words, pages):
    ini = configparser.RawConfigParser()
    ini.read(PROJECT / "production.ini")
    assert ini.getint("app:main", setting) == value
    for page in pages:
        assert words in text_of(CONTENT / "library" / "en" / f"{page}.md").lower().replace(
            words.lower(), words
        ), page


def test_the_shortest_password_is_the_one_the_guide_names():
    said = text_of(CONTENT / "library" / "en" / "register-full.md")
    assert f"at least {SHORTEST} characters" in said


@pytest.mark.parametrize("page", ["en/faq", "de/faq", "fr/faq", "en/file-upload-tips"])
def test_every_format_that_is_taken_is_named(page):
    said = set(re.findall(r"\w+", text_of(CONTENT / "library" / f"{page}.md")))
    assert set(FORMATS) | {"dcm", "zip", "svs", "ndpi", "scn", "mrxs"} <= {
        word.lower() for word in said
    }


def test_the_minimal_data_sheet_can_be_pasted_into_the_record():
    place = CONTENT / "library" / "files" / "minimal-data-sheet" / "all"
    with zipfile.ZipFile(place / "minimal-data-sheet.xlsx") as packed:
        sheet = ElementTree.fromstring(packed.read("xl/worksheets/sheet1.xml"))
    rows = [
        ["".join(cell.itertext()) for cell in row.iterfind("{*}c")]
        for row in sheet.iter("{http://schemas.openxmlformats.org/spreadsheetml/2006/main}row")
    ]
    assert columns_of(rows[0]) == ["analyte", "value", "unit", "range", "date", "loinc"]
    filled = [
        [name, "7", unit, "2-9", "2026-11-02", code]
        for name, _value, unit, *_rest, code in rows[1:]
    ]
    pasted = read_pasted("\n".join("\t".join(row) for row in [rows[0], *filled]))
    assert len(pasted.rows) == len(rows) - 1 > 20
    assert not pasted.unread
    assert pasted.rows[0] == {
        "analyte": "Bilirubin, total", "value": "7", "unit": "mg/dL", "low": "2", "high": "9",
        "date": "2026-11-02", "loinc": "1975-2",
    }  # fmt: skip
