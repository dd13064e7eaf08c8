"""The pages of the terms, on a whole portal."""

from __future__ import annotations

import pytest

LOGIN = "rareliverhpuser1"


@pytest.fixture
def signed_in(app, sign_in_as):
    return sign_in_as(app, LOGIN)


def test_a_picker_gets_values_labels_and_details(signed_in):
    found = signed_in.get("/terms/suggest?q=prurit&system=HP").json
    first = found[0]
    assert first["value"].startswith("HP|") and first["value"].endswith("|HP:0000989|Pruritus")
    assert (first["label"], first["detail"]) == ("Pruritus", "HP:0000989")


def test_nothing_is_suggested_for_nothing_typed(signed_in):
    assert signed_in.get("/terms/suggest").json == []


def test_somebody_not_signed_in_gets_no_terms(app):
    assert app.get("/terms/suggest?q=prurit", status="*").status_int in (303, 404)
    assert app.get("/terms?q=prurit", status="*").status_int in (303, 404)


def test_the_page_searches_one_code_system_and_keeps_what_was_typed(signed_in):
    page = signed_in.get("/terms?q=prurit&system=HP")
    assert "HP:0000989" in page and 'value="prurit"' in page
    form = page.forms[next(i for i, f in page.forms.items() if "system" in f.fields)]
    assert form["system"].value == "HP"
    assert "Nothing found" in signed_in.get("/terms?q=qqqqq&system=HP")
    assert signed_in.get("/terms?q=prurit&system=nosuch")


def test_sources_and_licences_are_named(signed_in):
    page = signed_in.get("/terms/sources")
    for said in ("INSERM", "CC BY 4.0", "http://human-phenotype-ontology.org", "2025-11-24"):
        assert said in page
