"""Questions and getting started exist in English, German and French, whole, and none is outdated.

A translation is outdated when the English it was made from changed: ``content/translated.yaml``
keeps the digest of that English text.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from cpms_portal.contentio.reading import read_front_matter
from tests.content.files import CONTENT, read
from tests.content.test_guides_are_true import PAGES, text_of

LIBRARIES = [
    CONTENT / "library",
    CONTENT / "network_library",
    *sorted((CONTENT / "networks").glob("*/library")),
]
TRANSLATED = {"faq", "getting-started"}
#: What every network says is translated whole.
OF_ALL = {"questions", "helpdesk"}
ORIGINALS = sorted(
    library / "en" / f"{name}.md"
    for library in LIBRARIES
    for name in TRANSLATED | (OF_ALL if library.name == "network_library" else set())
    if (library / "en" / f"{name}.md").exists()
)
OTHERS = [(path, code) for path in ORIGINALS for code in ("de", "fr")]
_LINK = re.compile(r"\]\(([^)]+)\)")


def other(original: Path, language: str) -> Path:
    """Return the file of the same page in another language."""
    return original.parents[1] / language / original.name


def told(one: tuple[Path, str] | str) -> str:
    """Name a translation in what the tests print."""
    return str(one if isinstance(one, str) else one.relative_to(CONTENT))


def digest_of(original: Path) -> str:
    """Return the digest of what is translated of a page."""
    head, body = read_front_matter(original)
    words = [head.get(key) for key in ("title", "summary", "steps", "questions", "hours")]
    return hashlib.sha256(json.dumps([*words, body], sort_keys=True).encode()).hexdigest()[:12]


def test_the_pages_for_everybody_are_among_those_translated():
    assert len([path for path in ORIGINALS if path.stem == "getting-started"]) == 4
    assert CONTENT / "library" / "en" / "faq.md" in ORIGINALS


@pytest.mark.parametrize(("original", "language"), OTHERS, ids=told)
def test_a_page_has_every_question_and_step_in_each_language(original, language):
    here, there = read_front_matter(original)[0], read_front_matter(other(original, language))[0]
    anchors = [one["anchor"] for one in here.get("questions", [])]
    assert [one["anchor"] for one in there.get("questions", [])] == anchors
    themes = [[one["theme"] for one in head.get("questions", [])] for head in (here, there)]
    assert [themes[0].index(one) for one in themes[0]] == [
        themes[1].index(one) for one in themes[1]
    ]
    pictures = [one.get("picture") for one in here.get("steps", [])]
    assert [one.get("picture") for one in there.get("steps", [])] == pictures


@pytest.mark.parametrize(("original", "language"), OTHERS, ids=told)
def test_a_page_leads_to_the_same_places_in_each_language(original, language):
    assert sorted(_LINK.findall(text_of(other(original, language)))) == sorted(
        _LINK.findall(text_of(original))
    )


@pytest.mark.parametrize(("original", "language"), OTHERS, ids=told)
def test_a_translation_is_of_the_english_that_stands_there_now(original, language):
    path = other(original, language).relative_to(CONTENT).as_posix()
    now = digest_of(original)
    assert read("translated.yaml").get(path) == now, (
        f"{path} is older than its English. Bring it up to date, then write in"
        f" content/translated.yaml: {path}: {now}"
    )


def test_nothing_is_said_of_translations_that_are_not_there():
    there = {other(path, code).relative_to(CONTENT).as_posix() for path, code in OTHERS}
    assert set(read("translated.yaml")) == there


FRENCH = [path for path in PAGES if path.parent.name == "fr"]
GERMAN = [path for path in PAGES if path.parent.name == "de"]


@pytest.mark.parametrize("path", FRENCH, ids=told)
def test_french_has_its_spaces_and_quotes(path):
    said = re.sub(r"`[^`]*`|\]\([^)]*\)|\$\{\w+\}|\|[-|]+\|", "", text_of(path))
    assert not re.search(r"(?<!\u00a0)[;?!»]|« ", said)
    assert not re.search(r"[^\W\d]\s*(?<!\u00a0):\s", said)
    assert not re.search(r"['\"]", said), "typographic apostrophes and quotes"


@pytest.mark.parametrize("path", GERMAN, ids=told)
def test_german_has_its_quotes(path):
    said = re.sub(r"`[^`]*`|\]\([^)]*\)", "", text_of(path))
    assert not re.search(r"['\"“](?=\w)", said)
