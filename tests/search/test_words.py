"""Words are looked up without case, accents and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.search.words import words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DE40 - Universitätsklinikum", ["de40", "universitatsklinikum"]),
        ("Łódź, ŁÓDŹ", ["lodz"]),
        ("Straße", ["strasse"]),
        ("Søren Æbelø", ["soren", "aebelo"]),
        ("ΑΘΗΝΑ Αθήνα", ["αθηνα"]),
        ("--- !? ___", []),
    ],
)
def test_a_text_gives_its_words_once(text, words):
    assert words_of(text) == words


@given(st.text(max_size=80))
def test_words_when_read_again_stay_the_same(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words
