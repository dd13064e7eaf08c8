"""QIDO-RS as PS3.18 says it: levels, pages, warnings, and the ways a key matches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.dicomweb.queries import questions
from cpms_portal.dicomweb.queries.matching import matches
from cpms_portal.dicomweb.queries.questions import question_of
from tests.dicomweb.test_reading import found_at


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def has(vr: str, values: list, query: str, **switches: str) -> bool:
    """Say whether an element with values matches a query, under some key."""
    asked = question_of([("SelectorATValue", query), *switches.items()])
    (place,) = asked.matches
    return matches({place[0]: {"vr": vr, "Value": values}}, asked.matches)


@pytest.mark.parametrize(
    ("vr", "value", "query", "fits"),
    [
        ("CS", "CT", "CT", True),
        ("CS", "CT", "ct", False),
        ("CS", "CT", "C?", True),
        ("CS", "CT", "?", False),
        ("LO", "Liver [late]", "Liver [*", True),
        ("LO", "Liver", "Liv", False),
        ("PN", {"Alphabetic": "Doe^John"}, "doe^john", True),
        ("PN", {"Alphabetic": "Doe^John"}, "DOE*", True),
        ("PN", {"Alphabetic": "Doe^John^^"}, "Doe^John", True),
        ("PN", {"Alphabetic": "Wang", "Ideographic": "王^小東"}, "王*", True),
        ("IS", 7, "+7", True),
        ("IS", 7, "007", True),
        ("DS", 120.0, "120", True),
        ("DS", 120.0, "1?0", False),
        ("US", 512, "512", True),
        ("UI", "1.2.3", "1.2.4,1.2.3", True),
        ("UI", "1.2.3", "1.2.4\\1.2.3", True),
        ("UI", "1.2.3", "1.2.*", False),
        ("DA", "20230418", "20230418", True),
        ("DA", "20230418", "20230101-20231231", True),
        ("DA", "20230418", "-20230418", True),
        ("DA", "20230418", "20230419-", False),
        ("DA", "", "-20230418", False),
        ("DA", "20230418", "2023*", False),
        ("TM", "101559.5", "10-1015", True),
        ("TM", "101600", "10-1015", False),
        ("DT", "20230418101559", "2022-2023", True),
        ("DT", "20240101000000", "2022-2023", False),
    ],
)
def test_a_key_when_asked_then_matches_as_its_kind_of_value_does(vr, value, query, fits) -> None:
    assert has(vr, [value], query) is fits


def test_empty_values_when_asked_for_then_match_what_is_not_there() -> None:
    asked = question_of([("PatientName", '""'), ("emptyvaluematching", "true")])
    assert matches({}, asked.matches)
    assert matches({"00100010": {"vr": "PN"}}, asked.matches)
    assert matches({"00100010": {"vr": "PN", "Value": [{}]}}, asked.matches)
    assert not matches({"00100010": {"vr": "PN", "Value": [{"Alphabetic": "A"}]}}, asked.matches)
    assert not matches({}, question_of([("PatientName", '""')]).matches)
    below = question_of([("ProcedureCodeSequence.CodeValue", '""'), ("emptyvaluematching", "true")])
    assert matches({}, below.matches)


def test_several_values_when_asked_for_then_one_is_enough() -> None:
    assert has("CS", ["MR"], "CT\\MR", multiplevaluematching="true")
    assert has("CS", ["MR"], "CT\\M?", multiplevaluematching="true")
    assert not has("CS", ["MR"], "CT\\PT", multiplevaluematching="true")
    assert not has("CS", ["MR"], "CT\\MR")


@given(st.text(max_size=20), st.sampled_from(["CS", "PN", "DA", "TM", "UI", "DS", "SQ", "US"]))
def test_any_text_when_asked_then_is_answered_and_finds_itself(text, vr) -> None:
    value = {"Alphabetic": text} if vr == "PN" else text
    wanted = text and not set("*?-,\\") & set(text) and text.strip("^")
    fits = has(vr, [value], text or "x")
    assert fits or not wanted


def test_a_study_when_asked_by_a_key_of_what_is_in_it_then_is_found(program, place, study) -> None:
    studies, image = f"{place}/dicomweb/studies", study.series[study.first][1]
    for query, count in (
        ("Modality=CT", 1),
        ("Modality=MR", 0),
        (f"SOPInstanceUID={image}", 1),
        (f"SeriesInstanceUID={study.first}&KVP=120", 1),
        (f"SOPInstanceUID={image}&KVP=80", 0),
        ("PatientSex=O&Modality=CT", 0),
    ):
        query = f"{query}&StudyInstanceUID={study.uid}"
        assert len(found_at(program, f"{studies}?{query}")) == count, query
    series = f"{place}{study.address}/series"
    (one,) = found_at(program, f"{series}?SOPInstanceUID={image}&includefield=KVP")
    assert one["0020000E"]["Value"] == [study.first]
    # Attributes of a lower level are never told on a higher one (PS3.18 section 10.6.3.3.1).
    assert "00180060" not in one
    assert "00080018" not in one


def test_attributes_of_a_level_when_included_then_are_told_there(program, place, study) -> None:
    address = f"{place}{study.address}/series?SeriesInstanceUID={study.first}"
    (one,) = found_at(program, address)
    assert "00200052" not in one
    for wanted in ("00200052", "FrameOfReferenceUID", "all", "Modality,FrameOfReferenceUID"):
        (one,) = found_at(program, f"{address}&includefield={wanted}")
        assert one["00200052"]["Value"]


def test_a_page_when_more_is_there_then_says_how_much(program, place, study, monkeypatch) -> None:
    address = f"{place}{study.address}/instances"
    uids = [one["00080018"]["Value"][0] for one in program.get(address).json]
    first = program.get(f"{address}?limit=4")
    assert [one["00080018"]["Value"][0] for one in first.json] == uids[:4]
    base = f"http://localhost{place}/dicomweb"
    more = f"299 {base}: There are 2 additional results that can be requested"
    assert first.headers["Warning"] == more
    rest = program.get(f"{address}?limit=4&offset=4")
    assert [one["00080018"]["Value"][0] for one in rest.json] == uids[4:]
    assert "Warning" not in rest.headers
    assert program.get(f"{address}?offset=6").status_int == 204
    none = program.get(f"{address}?limit=0")
    assert (none.status_int, none.body, none.headers.get("Content-Type")) == (204, b"", None)
    assert "There are 6" in none.headers["Warning"]
    monkeypatch.setattr(questions, "MOST", 5)
    assert "There are 1" in program.get(f"{address}?limit=100").headers["Warning"]


def test_warnings_when_there_are_two_then_both_are_said(program, place, study) -> None:
    answer = program.get(f"{place}{study.address}/instances?limit=1&fuzzymatching=true")
    assert len(answer.headers.getall("Warning")) == 2
    quiet = program.get(f"{place}{study.address}/instances?fuzzymatching=false")
    assert "Warning" not in quiet.headers


@pytest.mark.parametrize(
    "query",
    ["fuzzymatching=perhaps", "emptyvaluematching=1", "limit=-1", "limit=1.5", "offset=%D9%A1",
     "includefield=NoSuchKeyword", "charset=iso-8859-1", "Modality.=CT"],
)  # fmt: skip
def test_a_question_that_is_wrongly_put_when_asked_then_is_refused(program, place, query) -> None:
    assert program.get(f"{place}/dicomweb/studies?{query}", status=400).json["error"]


@pytest.mark.parametrize("kind", ["application/dicom%2Bjson", "application/dicom+json"])
@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "iso-8859-1,utf-8;q=0.5"])
def test_an_answer_when_its_form_is_in_the_address_then_is_of_that_form(
    program, place, study, kind, charset
) -> None:
    query = f"accept={kind}&charset={charset}&StudyInstanceUID={study.uid}"
    answer = program.get(f"{place}/dicomweb/studies?{query}", accept="text/html")
    assert answer.content_type == "application/dicom+json"
    assert answer.json
    xml = program.get(
        f"{place}/dicomweb/studies?accept=multipart/related;type=application/dicom+xml"
    )
    assert xml.content_type == "multipart/related"
