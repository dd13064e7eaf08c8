"""What is suggested while somebody types."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpms_portal.terminology.interfaces import Coding
from cpms_portal.terminology.queries import lookup, resolve, suggest, verify

ALL = ("ORPHA", "HP", "HGNC", "UCUM")


def codes(found):
    return [coding.code for coding in found]


@pytest.mark.parametrize(
    "typed",
    ["wils", "WILSON", "disease wil", "wilson dis", "doenca", "doença w", "maladie de wilson"],
)
def test_a_term_is_found_by_beginnings_of_its_words_without_case_or_accents(registry, typed):
    assert codes(suggest(registry, typed)) == ["905"]


def test_a_name_in_another_language_is_kept_as_it_was_chosen(registry):
    (found,) = suggest(registry, "maladie")
    assert found.display == "Maladie de Wilson"
    assert found.detail == "ORPHA:905 · Wilson disease"


def test_a_synonym_leads_to_the_term_and_says_so(registry):
    (found,) = suggest(registry, "hepatolent")
    assert found.display == "Wilson disease"
    assert found.detail == "ORPHA:905 · Hepatolenticular degeneration"


@pytest.mark.parametrize("typed", ["905", "ORPHA:905", "orpha:905", " 905 "])
def test_a_code_is_understood_with_and_without_its_prefix(registry, typed):
    assert codes(suggest(registry, typed)) == ["905"]
    assert resolve(registry, typed).display == "Wilson disease"


def test_names_that_begin_so_come_first(registry):
    assert codes(suggest(registry, "w", limit=5)) == []
    assert codes(suggest(registry, "wo")) == ["3463"]
    assert suggest(registry, "syndrom")[0].code == "3463"


def test_only_the_systems_asked_for_answer(registry):
    assert codes(suggest(registry, "fati", ("ORPHA",))) == []
    assert codes(suggest(registry, "fati", ("HP",))) == ["HP:0012378"]
    assert codes(suggest(registry, "fati", ())) == codes(suggest(registry, "fati", ("X",))) == []


def test_a_retired_term_is_looked_up_but_never_suggested(registry):
    assert codes(suggest(registry, "withdrawn")) == []
    assert codes(suggest(registry, "999999")) == []
    assert lookup(registry, "ORPHA", "999999").retired


@pytest.mark.parametrize(
    ("typed", "code"),
    [("mg/dl", "mg/dL"), ("µmol", "umol/L"), ("umol/L", "umol/L"), ("%", "%"), ("g", "g")],
)
def test_a_unit_is_found_as_it_is_written(registry, typed, code):
    assert code in codes(suggest(registry, typed, ("UCUM",)))


def test_a_typed_name_counts_when_only_one_term_bears_it(registry):
    assert resolve(registry, "doenca de wilson").code == "905"
    assert resolve(registry, "Louis-Bar syndrome").code == "100"
    assert resolve(registry, "wils") is None
    assert resolve(registry, "") is None


def test_a_chosen_coding_is_believed_only_as_the_code_system_has_it(registry):
    chosen = Coding("ORPHA", "2025", "905", "Maladie de Wilson")
    assert verify(registry, chosen) == chosen
    forged = Coding("ORPHA", "2025", "905", "Something else")
    assert verify(registry, forged).display == "Wilson disease"
    assert verify(registry, Coding("ORPHA", "2025", "4711", "Nothing")) is None
    assert verify(registry, Coding("ORPHA", "1999", "905", "Wilson disease")) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60) | st.text('"*^():+-{}AND OR NOT NEAR wilson', max_size=40))
def test_nothing_that_is_typed_is_understood_as_syntax(registry, typed):
    for found in suggest(registry, typed, ALL):
        assert lookup(registry, found.system, found.code) is not None
    resolve(registry, typed, ALL)


names = st.text(min_size=1, max_size=40)
words = names.filter(lambda text: "|" not in text)


@given(system=words, version=words | st.just(""), code=words, display=names)
def test_a_coding_survives_being_written(system, version, code, display):
    coding = Coding(system, version, code, display)
    assert Coding.from_value(coding.value) == coding


@given(st.text(max_size=30))
def test_what_is_no_coding_is_not_taken_for_one(text):
    found = Coding.from_value(text)
    assert found is None or found.value == text
