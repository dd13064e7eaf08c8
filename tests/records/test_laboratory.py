"""Laboratory values pasted from a spreadsheet, and what is out of range."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cpms_portal.records.schemas.laboratory import out_of_range, read_pasted

CELL = some.text(
    alphabet=some.characters(blacklist_characters='\t\r\n;"', blacklist_categories=("Cs", "Cc")),
    max_size=20,
)


def test_rows_when_there_is_a_head_are_read_by_its_names():
    found = read_pasted(
        "Date\tTest\tResult\tUnit\tReference range\tLOINC\n"
        "05.10.2026\tALT\t148\tU/L\t10-35\t1742-6\n"
    )
    assert found.rows == [
        {
            "date": "2026-10-05",
            "analyte": "ALT",
            "value": "148",
            "unit": "U/L",
            "low": "10",
            "high": "35",
            "loinc": "1742-6",
        }
    ]
    assert found.unread == []


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("ALT\t148\tU/L\t10\t35\t2026-10-05", {"low": "10", "high": "35", "date": "2026-10-05"}),
        ("ALT;148;U/L;<35;1742-6", {"high": "35", "loinc": "1742-6"}),
        ("ALT\t148\tU/L\t10 – 35", {"low": "10", "high": "35"}),
        ("ALT\t148\tU/L\t> 3,5\t5.10.2026", {"low": "3,5", "date": "2026-10-05"}),
        ("ALT\t148\tU/L", {}),
    ],
)
def test_row_when_there_is_no_head_is_told_by_its_look(line, rest):
    assert read_pasted(line).rows == [{"analyte": "ALT", "value": "148", "unit": "U/L", **rest}]


def test_lines_when_they_cannot_be_read_are_named_by_number():
    found = read_pasted("ALT\t148\n\njust a sentence\r\nAST\t20\r\t7\n")
    assert [row["analyte"] for row in found.rows] == ["ALT", "AST"]
    assert found.unread == [3, 5]


@given(some.lists(some.lists(CELL, max_size=9), max_size=8), some.sampled_from("\t;"))
def test_reader_when_given_anything_loses_no_line(rows, separator):
    text = "\n".join(separator.join(row) for row in rows)
    found = read_pasted(text)
    written = [line for line in text.split("\n") if line.strip()]
    assert len(found.rows) + len(found.unread) in (len(written), len(written) - 1)
    for row in found.rows:
        assert row["analyte"] and row["value"]


@given(some.text(max_size=300))
def test_reader_when_given_any_text_never_fails(text):
    for row in read_pasted(text).rows:
        assert set(row) <= {"analyte", "value", "unit", "low", "high", "date", "loinc"}


NUMBER = some.decimals(min_value=-1000, max_value=1000, places=2)


@given(NUMBER, NUMBER, NUMBER)
def test_value_when_compared_is_out_on_one_side_at_most(value, one, other):
    low, high = sorted((one, other))
    row = {"value": str(value), "low": str(low), "high": str(high)}
    expected = "low" if value < low else "high" if value > high else ""
    assert out_of_range(row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"value": "positive", "low": "1", "high": "2"}, ""),
        ({"value": "1:640", "high": "40"}, ""),
        ({"value": "<5", "low": "10"}, "low"),
        ({"value": "<5", "high": "3"}, ""),
        ({"value": ">100", "high": "35"}, "high"),
        ({"value": "3,6", "high": "3.5"}, "high"),
        ({"value": "3"}, ""),
    ],
)
def test_value_when_not_a_plain_number_is_judged_with_care(row, expected):
    assert out_of_range(row) == expected
