"""The command: its verbs, what it lists, how it says that something is wrong."""

from __future__ import annotations

import json

import pytest

from cpms_portal.scripts import _verbs
from cpms_portal.scripts import test as testing
from cpms_portal.scripts.__main__ import main
from cpms_portal.scripts.bench import benches
from cpms_portal.security.permissions import Permission
from tests.ground import PROJECT


def test_help_lists_every_verb_with_one_line(capsys):
    assert main(["help"]) == 0
    said = capsys.readouterr().out
    for verb in _verbs.verb_names():
        assert f"  {verb} " in said and _verbs.summary_of(verb) in said
        assert 10 < len(_verbs.summary_of(verb)) < 110


def test_what_follows_the_verb_of_the_tests_is_handed_to_pytest(monkeypatch):
    told = []
    monkeypatch.setattr(testing, "run", lambda options: told.extend(options.pytest) or 0)
    assert main(["test", "-k", "otters", "tests/people", "--durations=3"]) == 0
    assert told == ["--", "-k", "otters", "tests/people", "--durations=3"]


@pytest.mark.parametrize("words", [["no-such-verb"], ["_opening"], ["__main__"]])
def test_an_unknown_verb_is_refused_with_advice(words, capsys):
    assert main(words) == 2
    assert "./cpms help" in capsys.readouterr().err


def test_every_view_is_listed_with_its_permission(capsys):
    assert main(["views", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) > 50
    known = {str(permission) for permission in Permission} | {None, "nobody:at_all"}
    assert {row["permission"] for row in rows} <= known
    by_place = {(row["context"].rpartition(".")[2], row["name"]): row for row in rows}
    assert by_place["Terms", "suggest"]["permission"] == "term:search"
    assert by_place["Terms", "suggest"]["second_factor"]
    assert not by_place["Portal", "sign-in"]["second_factor"]
    assert not by_place["Library", ""]["second_factor"]
    assert by_place["Institution", ""]["second_factor"]


def test_workflows_are_checked_and_drawn(capsys):
    assert main(["workflows", "check"]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    assert main(["workflows", "show", "patient"]) == 0
    assert "--" in capsys.readouterr().out
    assert main(["workflows", "show", "nosuch"]) == 1


def test_terms_are_loaded_and_listed(capsys, tmp_path):
    ini = tmp_path / "small.ini"
    base = PROJECT / "development.ini"
    ini.write_text(f"[app:main]\nuse = config:{base}\ncpms.var = {tmp_path}\n")
    table = tmp_path / "icd.csv"
    table.write_text("system,version,code,display\nICD-10,2019,E83.0,Copper\n")
    assert main(["terms", "--ini", str(ini), "load", str(table)]) == 0
    assert "ICD-10" in capsys.readouterr().out
    table.write_text("system,version,code,display\nICD-10,,E83.0,Copper\n")
    assert main(["terms", "--ini", str(ini), "load", str(table)]) == 1
    assert "Line 2" in capsys.readouterr().err


def test_benches_are_listed_by_name_and_others_refused(capsys):
    assert list(benches()) == [
        *("add", "dicom_peers", "grant", "ingest", "pages", "publishing"),
        *("search", "slides", "start", "viewer", "writers"),
    ]
    assert main(["bench", "pages", "no-such-bench"]) == 2
    said = capsys.readouterr()
    assert "no-such-bench" in said.err and "search" in said.err
    assert said.out == ""  # nothing was measured
