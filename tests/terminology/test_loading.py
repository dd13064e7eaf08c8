"""Loading: versions stay, what is new takes the place, a bad file changes nothing."""

from __future__ import annotations

import gzip

import pytest

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.terminology.actions import load_terms
from cpms_portal.terminology.queries import loaded, lookup, suggest
from cpms_portal.terminology.sources import brought_along, read_terms

PACK = """\
#ORPHA: Orphanet nomenclature pack 2026 (c) INSERM 1999; HP: ontology 2026-01-16
system\tcode\tlang\tname
ORPHA\t905\ten\tHepatolenticular degeneration
ORPHA\t905\ten\tWilson disease
ORPHA\t905\tfr\tMaladie de Wilson
HGNC\t540\ten\tATP7B
"""
TABLE = """\
system,version,code,display,synonyms,language,retired
ICD-10,2019,E83.0,Disorders of copper metabolism,Menkes;Wilson,en,
ICD-10,2019,E83.0,Störungen des Kupferstoffwechsels,,de,
ICD-10,2019,U99,Gone,,en,yes
"""


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        path = tmp_path / name
        raw = text.encode()
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


@pytest.mark.parametrize("name", ["pack.tsv", "pack.tsv.gz"])
def test_a_new_version_is_suggested_from_and_the_old_one_still_looked_up(registry, file, name):
    load_terms(registry, file(name, PACK))
    assert suggest(registry, "wilson")[0].version == "2026"
    assert lookup(registry, "ORPHA", "905", "2025").version == "2025"
    assert lookup(registry, "ORPHA", "100") is None
    assert lookup(registry, "ORPHA", "100", "2025").display == "Ataxia-telangiectasia"
    assert suggest(registry, "fatigue")[0].code == "HP:0012378"
    versions = [(line.version, line.current) for line in loaded(registry) if line.system == "ORPHA"]
    assert versions == [("2026", True), ("2025", False)]


def test_the_preferred_name_is_the_one_that_resembles_the_other_languages(registry, file):
    load_terms(registry, file("pack.tsv", PACK))
    assert lookup(registry, "ORPHA", "905").display == "Wilson disease"


def test_a_gene_is_coded_by_its_symbol_not_by_the_number_of_the_pack(registry, file):
    load_terms(registry, file("pack.tsv", PACK))
    assert lookup(registry, "HGNC", "ATP7B") and not lookup(registry, "HGNC", "540")


def test_a_table_brings_synonyms_languages_and_retired_terms(registry, file):
    load_terms(registry, file("icd.csv", TABLE))
    systems = ("ICD-10",)
    assert [c.code for c in suggest(registry, "menk", systems)] == ["E83.0"]
    assert [c.code for c in suggest(registry, "storungen", systems)] == ["E83.0"]
    assert suggest(registry, "gone", systems) == []
    assert lookup(registry, "ICD-10", "U99").retired


def test_loading_the_same_twice_changes_nothing(registry, file):
    path = file("icd.csv", TABLE)
    load_terms(registry, path)
    before = loaded(registry)
    load_terms(registry, path)
    assert loaded(registry) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pack.tsv", PACK.replace("2026 ", "").replace("2026-01-16", "")),
        ("pack.tsv", PACK.replace("\tlang\t", "\ttongue\t")),
        ("pack.tsv", PACK + "ORPHA\t906\n"),
        ("pack.tsv", PACK + "NOSUCH\t1\ten\tName\n"),
        ("pack.tsv", PACK + "ORPHA\tA|B\ten\tName\n"),
        ("icd.csv", TABLE.replace(",display,", ",words,")),
        ("icd.csv", TABLE + "ICD-10,,E84,No version,,en,\n"),
        ("icd.csv", TABLE + "ICD-10,2019,,No code,,en,\n"),
        ("pack.tsv.gz", None),
        ("terms.xlsx", PACK),
    ],
)
def test_a_bad_file_is_refused_and_nothing_of_it_is_kept(registry, store, file, name, text):
    path = file(name, text or "x")
    if text is None:
        path.write_bytes(b"not compressed")
    before = store.path.read_bytes()
    with pytest.raises(ValueRefusedError):
        load_terms(registry, path)
    assert store.path.read_bytes() == before
    assert [p.name for p in store.path.parent.glob("*.new")] == []


def test_a_version_said_at_loading_counts_for_the_whole_file(file):
    found = read_terms(file("pack.tsv", PACK), "of today")
    assert {release.version for release in found} == {"of today"}


def test_what_is_brought_along_has_signs_disorders_genes_and_units():
    found = {release.system: release for release in brought_along()}
    assert set(found) == {"HP", "ORPHA", "HGNC", "UCUM"}
    assert len(found["HP"].terms) > 15_000 and len(found["ORPHA"].terms) > 4_000
    assert "ATP7B" in {term.code for term in found["HGNC"].terms}
    assert any(term.retired for term in found["HP"].terms)
