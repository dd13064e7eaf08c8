"""The table of OWASP ASVS items names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TABLE = TESTS.parent / "docs" / "security" / "asvs.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| ((?:[678]|10)\.\d+\.\d+) \| [123] \| (\w[\w ]*) \| \S", re.M)
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


def test_every_item_of_the_four_chapters_stands_once_with_its_state():
    rows = ROW.findall(TABLE.read_text(encoding="utf-8"))
    items = [item for item, _state in rows]
    assert len(items) == len(set(items)) == 115
    assert {state for _item, state in rows} <= STATES


def test_the_sum_above_the_table_is_that_of_its_rows():
    text = TABLE.read_text(encoding="utf-8")
    states = [state for _item, state in ROW.findall(text)]
    said = re.search(
        r"(\d+) items: (\d+) shown, (\d+) partly, (\d+) open, (\d+) do not apply", text
    )
    counted = (states.count(one) for one in ("shown", "partly", "open", "does not apply"))
    assert [int(one) for one in said.groups()] == [len(states), *counted]
