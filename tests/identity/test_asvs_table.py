"""The table of OWASP ASVS items names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "security" / "asvs.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| ([678]\.\d+\.\d+) \| [123] \| (\w[\w ]*) \| \S", re.M)
STATES = {"shown", "partly", "open", "does not apply"}


def test_every_test_the_table_names_is_there():
    named = NAMED.findall(TABLE.read_text(encoding="utf-8"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if f"def {name}(" not in (TESTS / file).read_text(encoding="utf-8")
    ]
    assert len(named) > 40
    assert not missing, missing


def test_every_item_of_the_three_chapters_stands_once_with_its_state():
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    items = [item for item, _state in rows]
    assert len(items) == len(set(items)) == 79
    assert {state for _item, state in rows} <= STATES
