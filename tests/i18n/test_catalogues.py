"""The languages of the interface are complete, and say what the English says."""

from __future__ import annotations

import re

import pytest

from cpms_portal.i18n.catalogues import (
    SAMPLES,
    TEMPLATE,
    compiled,
    extract,
    languages,
    merged,
    po_path,
    read_catalogue,
    untranslated,
    written,
)
from cpms_portal.i18n.from_templates import read_template
from cpms_portal.i18n.negotiation import LANGUAGES
from tests.architecture.sources import PACKAGE, PROJECT, holds_for_all

OFFERED = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"\$?\{\w+\}")
ENDS = (".", "?", "!", ":")
TAG = re.compile(r"<[^>]*>|&#?\w+;")


def ids_of(catalogue) -> set:
    """Return the messages of a catalogue, its head left out."""
    return {message.id for message in catalogue if message.id}


def translations(language: str):
    """Return (English, forms of the other language) of every message."""
    for message in read_catalogue(po_path(language), language):
        if message.id:
            plural = isinstance(message.id, tuple | list)
            english = list(message.id) if plural else [message.id]
            forms = list(message.string) if plural else [message.string]
            yield english, forms


def test_the_template_holds_every_text_of_the_portal():
    """After a text changed: ./cpms translations extract, then its words in each language."""
    now, then = ids_of(extract(PROJECT / "workflows")), ids_of(read_catalogue(TEMPLATE))
    assert now - then == set(), "texts that no translator has seen"
    assert then - now == set(), "texts that are gone"


@holds_for_all(sorted(path for path in PACKAGE.rglob("*.pt") if path.name not in SAMPLES))
def test_every_text_of_a_template_can_be_translated(template):
    """What nobody marked stays English for ever."""
    mistakes = read_template(template).mistakes
    assert not mistakes, f"{template.relative_to(PROJECT)}: {'; '.join(mistakes)}"


@pytest.mark.parametrize("language", OFFERED)
def test_a_language_that_is_offered_has_words_for_everything(language):
    """Half a page in English is worse than a page in English."""
    assert untranslated(language) == []


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_has_the_placeholders_of_its_message(language):
    """A name that is missing is a sentence without its subject."""
    wrong = [
        form
        for english, forms in translations(language)
        for form in forms
        if set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(english[-1]))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_brings_no_markup_of_its_own(language):
    """Templates put translations in as they are; quotes would end an attribute."""
    wrong = [
        form
        for english, forms in translations(language)
        for form in forms
        if TAG.findall(form) != TAG.findall(english[-1]) or '"' in form
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OFFERED)
def test_a_translation_ends_and_begins_as_its_message(language):
    """A full stop, a question mark, blanks: what is glued to the text fits the same way."""
    wrong = [
        (english[-1], form)
        for english, forms in translations(language)
        for form in forms
        if form.strip() != form or english[-1].endswith(ENDS) != form.endswith(ENDS)
    ]
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_what_the_portal_reads_is_what_the_translators_wrote(language):
    """After a change: ./cpms translations compile."""
    assert po_path(language).with_suffix(".mo").read_bytes() == compiled(language)


def test_extracting_twice_changes_nothing():
    """Else every change of a page would be a change of every catalogue."""
    template = extract(PROJECT / "workflows")
    assert written(template) == written(extract(PROJECT / "workflows"))
    for language in languages():
        once = written(merged(template, language))
        assert b"-Date:" not in once
        assert once == written(merged(template, language))


def test_a_new_language_begins_with_every_message_and_no_words():
    """One command is enough; it is offered when it is complete."""
    template = extract(PROJECT / "workflows")
    begun = merged(template, "it")
    assert ids_of(begun) == ids_of(template)
    assert not any("".join(message.string) for message in begun if message.id)
