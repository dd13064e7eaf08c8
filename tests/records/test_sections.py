"""Sections: saved and read again, drafts, two people at once, what listings keep."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import colander
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from cpms_portal.core.errors import ConflictError, ValueRefusedError
from cpms_portal.forms.fields import CodingType, Number, PartialDate, Text, tidy
from cpms_portal.patients.queries import headline_of, patients_of
from cpms_portal.records.actions import keep_draft, kept_values, save_section
from cpms_portal.records.queries import (
    blocks_of,
    completeness,
    draft_of,
    empty_sections_of,
    record_of,
    section_of,
    summary_of,
)
from cpms_portal.records.schemas.sections import SECTIONS
from tests.factories.patients import acting_as, centre_of, enrolled

WILSON = {"system": "ORPHA", "version": "2025", "code": "905", "display": "Wilson disease"}
TREMOR = {"system": "HP", "version": "2025-11-24", "code": "HP:0001337", "display": "Tremor"}
WORDS = some.text(
    alphabet=some.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="|"),
    min_size=1,
    max_size=15,
).filter(lambda text: tidy(text) == text and text.strip() == text)
CODINGS = some.builds(
    lambda code, display: {"system": "HP", "version": "1", "code": code, "display": display},
    WORDS,
    WORDS,
)


def values_for(node):
    """Return a strategy of the values a question can have."""
    if isinstance(node.typ, colander.Sequence):
        return some.lists(values_for(node.children[0]), max_size=3)
    if isinstance(node.typ, colander.Mapping):
        needed = {one.name: values_for(one) for one in node.children if one.required}
        free = {one.name: values_for(one) for one in node.children if not one.required}
        return some.fixed_dictionaries(needed, optional=free)
    if isinstance(node.typ, CodingType):
        return CODINGS
    if isinstance(node.typ, Number):
        return some.decimals(min_value=0, max_value=999, places=2)
    if isinstance(node.typ, PartialDate):
        return some.sampled_from(["2019", "2019-05", "2019-05-21"])
    if getattr(node, "choices", None):
        return some.sampled_from(sorted(node.choices))
    if isinstance(node.validator, colander.Regex):
        return some.sampled_from(["1742-6"] if node.name == "loinc" else ["ATP7B"])
    assert isinstance(node.typ, Text), node.name
    return WORDS


@pytest.mark.parametrize("kind", SECTIONS, ids=lambda kind: kind.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=some.data())
def test_section_when_shown_in_its_form_and_taken_again_is_the_same(kind, values, monkeypatch):
    monkeypatch.setattr("cpms_portal.patients.schemas.codings.resolve", lambda *_any: None)
    monkeypatch.setattr("cpms_portal.patients.schemas.codings.verify", lambda _r, one: one)
    schema = kind.asked().bind(actor=SimpleNamespace(registry=None))
    given_values = values.draw(values_for(schema))
    given_values.pop("paste", None)
    kept = kept_values(kind.name, given_values)
    again = kept_values(kind.name, schema.deserialize(schema.serialize(kept)))
    assert _without_defaults(again) == _without_defaults(kept)


def _without_defaults(kept):
    """A sign is present unless said otherwise; the form says so."""
    signs = [{"presence": "present", **row} for row in kept.get("signs", [])]
    return {**kept, "signs": signs} if signs else kept


def test_record_when_saved_reads_the_same_in_order(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    rows = [{"analyte": "ALT", "value": "148", "high": Decimal("35")}]
    save_section(patient, "laboratory", {"rows": rows}, base_version=0, actor=actor)
    save_section(
        patient, "question", {"question": "List now?", "reason": ""}, base_version=0, actor=actor
    )
    assert [section.kind.name for section in record_of(patient, actor)] == [
        "question",
        "laboratory",
    ]
    assert section_of(patient, "question", actor).values == {"question": "List now?"}
    table = blocks_of(section_of(patient, "laboratory", actor))[0]
    assert [(cell.text, cell.out) for cell in table.rows[0]] == [
        ("ALT", ""),
        ("148", "high"),
        ("35", ""),
    ]


def test_section_when_emptied_counts_as_missing_again(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    save_section(patient, "history", {"history": "Tired for a year."}, base_version=0, actor=actor)
    assert completeness(patient, actor).filled == 1
    save_section(patient, "history", {"history": ""}, base_version=1, actor=actor)
    assert completeness(patient, actor).filled == 0
    assert "history" in [kind.name for kind in empty_sections_of(patient)]


def test_section_when_saved_on_an_old_version_is_refused_and_kept(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    save_section(patient, "history", {"history": "First."}, base_version=0, actor=actor)
    with pytest.raises(ConflictError):
        save_section(patient, "history", {"history": "Second."}, base_version=0, actor=actor)
    assert section_of(patient, "history", actor).values == {"history": "First."}


def test_section_when_unknown_is_refused(root, registry):
    with pytest.raises(ValueRefusedError):
        save_section(
            enrolled(root, registry),
            "horoscope",
            {},
            base_version=0,
            actor=acting_as(root, registry),
        )


def test_diagnosis_when_saved_is_found_by_code_and_told_in_short(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    absent = {**TREMOR, "code": "HP:0000952", "display": "Jaundice"}
    values = {
        "status": "confirmed",
        "disease": WILSON,
        "signs": [
            {"sign": TREMOR, "presence": "present"},
            {"sign": absent, "presence": "absent"},
        ],
    }
    save_section(patient, "diagnosis", values, base_version=0, actor=actor)
    centre = centre_of(root)
    assert patient in list(patients_of(centre, actor, where={"code": "ORPHA:905"}))
    assert patient in list(patients_of(centre, actor, where={"code": "HP:0001337"}))
    assert patient not in list(patients_of(centre, actor, where={"code": "HP:0000952"}))
    assert headline_of(patient, actor) == {"diagnosis": "Wilson disease", "status": "confirmed"}
    assert summary_of(patient, actor)["signs"] == [TREMOR]


def test_draft_when_kept_is_seen_by_its_writer_alone(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    keep_draft(patient, "history", {"history": "Half a sen", "base_version": "0"}, actor)
    assert draft_of(patient, "history", actor).answers["history"] == "Half a sen"
    assert draft_of(patient, "history", acting_as(root, registry, "rareliverhpuser2")) is None
    assert b"Half a sen" not in patient["record"].drafts[f"{actor.oid}/history"].sealed


def test_draft_when_the_section_is_saved_is_forgotten(root, registry):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    keep_draft(patient, "history", {"history": "Half", "base_version": "0"}, actor)
    save_section(patient, "history", {"history": "Whole."}, base_version=0, actor=actor)
    assert draft_of(patient, "history", actor) is None
