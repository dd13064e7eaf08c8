"""What our fields take, and what they say when they do not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import colander
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.forms import fields
from cpms_portal.forms.dates import read_day, read_partial

NAMES = st.text(st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=60)
CODES = NAMES.map(fields.tidy).filter(lambda text: text and "|" not in text)
LABELS = NAMES.map(fields.tidy).filter(bool)


def read(kind, text):
    """Return what a type makes of a text."""
    return kind.deserialize(colander.SchemaNode(kind), text)


def refused(kind, text):
    """Return what a type says about a text it does not take."""
    with pytest.raises(colander.Invalid) as caught:
        read(kind, text)
    return caught.value.msg.interpolate()


@pytest.mark.parametrize(
    "kind",
    [fields.Text(), fields.Email(), fields.Lines(), fields.LocalDate(), fields.PartialDate(),
     fields.Number(), fields.CodingType()],
)  # fmt: skip
def test_nothing_written_is_no_answer(kind):
    """Blanks are nothing as well; a list is no text."""
    for empty in ("", "  \t ", None, colander.null):
        assert read(kind, empty) is colander.null
    assert refused(kind, ["a"])


def test_text_is_tidied():
    """Blanks around it go, lines stay, what cannot be seen goes."""
    assert read(fields.Text(), " a\u0301\r\nb\x00\x07 ") == "á\nb"


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    """Saving without a change saves the same."""
    assert fields.tidy(fields.tidy(text)) == fields.tidy(text)


def test_text_that_is_too_long_says_by_how_much():
    """So that one knows how much to cut."""
    assert "at most 5 characters, it has 7" in refused(fields.Text(5), "abcdefg")


@pytest.mark.parametrize(
    ("text", "address"),
    [(" Ada@Example.EU ", "Ada@example.eu"), ("a.b+c@x-y.example.org", "a.b+c@x-y.example.org")],
)
def test_an_address_is_taken(text, address):
    """The host in lower case, the name as it was."""
    assert read(fields.Email(), text) == address


@pytest.mark.parametrize("text", ["ada", "ada@", "@x.eu", "a b@x.eu", "a@x", "a@x.eu,b@x.eu"])
def test_what_is_no_address_is_refused(text):
    """With an example of one."""
    assert "name@hospital.eu" in refused(fields.Email(), text)


def test_lines_become_a_list_and_back():
    """Empty lines are nothing."""
    kind = fields.Lines()
    assert read(kind, "one\n\n two \n") == ["one", "two"]
    assert kind.serialize(None, ["one", "two"]) == "one\ntwo"
    assert "at most 2 lines" in refused(fields.Lines(max_lines=2), "a\nb\nc")


@pytest.mark.parametrize(
    "text", ["2019-05-21", "21.05.2019", "21/5/2019", "21-05-2019", "21 5 2019", "21. 5. 2019"]
)
def test_a_day_is_read_as_people_write_it(text):
    """Day first, as everywhere in the Union."""
    assert read(fields.LocalDate(), text) == date(2019, 5, 21)


@pytest.mark.parametrize("text", ["31.02.2019", "2019", "05/2019", "tomorrow", "5/21/2019", "0"])
def test_what_is_no_day_is_refused(text):
    """With an example."""
    assert "21.05.2019" in refused(fields.LocalDate(), text)


@given(st.dates())
def test_a_day_written_and_read_is_the_same_day(day):
    """Both as the browser and as people write it."""
    assert read_day(fields.LocalDate().serialize(None, day)) == day
    assert read_day(f"{day.day}.{day.month}.{day.year:04}") == day


@pytest.mark.parametrize(
    ("text", "found"),
    [("2019", "2019"), ("05/2019", "2019-05"), ("2019-5", "2019-05"), ("21.5.2019", "2019-05-21")],
)
def test_a_date_is_read_as_far_as_it_is_known(text, found):
    """A year alone is an answer."""
    assert read(fields.PartialDate(), text) == found


@given(st.dates())
def test_a_partial_date_read_again_is_the_same(day):
    """What is shown can be sent back."""
    for known in (f"{day.year:04}", f"{day.year:04}-{day.month:02}", day.isoformat()):
        assert read_partial(known) == known


@pytest.mark.parametrize("text", ["13/2019", "31.02.2019", "20190521", "May", "19"])
def test_what_is_no_date_at_all_is_refused(text):
    """With examples of all three."""
    assert "05/2019" in refused(fields.PartialDate(), text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_a_number_written_and_read_is_the_same_number(number):
    """With point and with comma, never with an exponent."""
    text = fields.Number().serialize(None, number)
    assert "E" not in text.upper()
    if abs(number.adjusted()) <= 30:
        assert read(fields.Number(), text) == number
        assert read(fields.Number(), text.replace(".", ",")) == number


@pytest.mark.parametrize("text", ["twelve", "NaN", "Infinity", "1e999999", "1.2.3", "--1"])
def test_what_is_no_number_is_refused(text):
    """Neither are those that only a computer calls numbers."""
    assert "3.5" in refused(fields.Number(), text)


def test_a_number_may_be_small_or_grouped():
    """As it stands in a laboratory report."""
    assert read(fields.Number(), "0,08") == Decimal("0.08")
    assert read(fields.Number(), "1 200") == Decimal(1200)


@given(CODES, CODES, CODES, LABELS)
def test_a_coding_written_and_read_is_the_same_coding(system, version, code, display):
    """Even when its display holds the mark that parts it."""
    coding = {"system": system, "version": version, "code": code, "display": f"{display}|x"}
    kind = fields.CodingType()
    assert read(kind, kind.serialize(None, coding)) == coding


def test_a_typed_code_is_resolved():
    """So that a form works without script."""
    known = {"system": "ORPHA", "version": "2025", "code": "905", "display": "Wilson disease"}
    kind = fields.CodingType(lambda text: known if text == "ORPHA:905" else None)
    assert read(kind, "ORPHA:905") == known
    assert "choose from the list" in refused(kind, "wils")


def test_a_chosen_code_is_taken_as_the_code_system_has_it():
    """A browser could send any display with a code."""
    known = {"system": "ORPHA", "version": "2025", "code": "905", "display": "Wilson disease"}
    kind = fields.CodingType(verify=lambda sent: known if sent["code"] == "905" else None)
    assert read(kind, "ORPHA|2025|905|something else") == known
    assert "choose from the list" in refused(kind, "ORPHA|2025|906|Wilson disease")


def test_free_text_is_kept_without_a_code_where_that_is_allowed():
    """And comes back as it was."""
    kind = fields.CodingType(free_text=True)
    coding = read(kind, "blue lips")
    assert coding == {"system": "", "version": "", "code": "", "display": "blue lips"}
    assert read(kind, kind.serialize(None, coding)) == coding


def test_several_codings_are_each_taken_once():
    """Ticked twice is ticked."""
    kind = fields.CodingsType()
    assert len(read(kind, ["A|1|x|X", "A|1|x|X", "A|1|y|Y", ""])) == 2
    assert read(kind, []) is colander.null
    assert "offered" in refused(kind, "A|1|x|X")
