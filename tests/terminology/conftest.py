"""A store with a few terms, and the registry of it; no portal is needed."""

from __future__ import annotations

import pytest
from pyramid.registry import Registry

from cpms_portal.terminology.interfaces import Release, Term
from cpms_portal.terminology.store import TermStore
from cpms_portal.terminology.units import units

ORPHA = Release(
    "ORPHA",
    "2025",
    (
        Term(
            "905",
            {
                "en": ("Wilson disease", "Hepatolenticular degeneration"),
                "fr": ("Maladie de Wilson",),
                "pt": ("Doença de Wilson",),
            },
        ),
        Term("100", {"en": ("Ataxia-telangiectasia", "Louis-Bar syndrome")}),
        Term("3463", {"en": ("Wolfram syndrome",), "de": ("Wolfram-Syndrom",)}),
        Term("999999", {"en": ("Wilson-like syndrome, withdrawn",)}, retired=True),
    ),
)
SIGNS = Release(
    "HP",
    "2025-11-24",
    (Term("HP:0000989", {"en": ("Pruritus",)}), Term("HP:0012378", {"en": ("Fatigue",)})),
)


@pytest.fixture
def store(tmp_path):
    made = TermStore(tmp_path / "terms.sqlite")
    made.fill([ORPHA, SIGNS, units()])
    yield made
    made.close()


@pytest.fixture
def registry(store):
    made = Registry("terms")
    made.cpms_terms = store
    return made
