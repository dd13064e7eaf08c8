"""QIDO-RS and WADO-RS: a case is asked and read, and nothing beyond it."""

from __future__ import annotations

import io
from email.parser import BytesParser
from email.policy import HTTP

import pytest
from PIL import Image
from pydicom import dcmread

from tests.factories.dicom import ct_slice

MULTI = 'multipart/related; type="application/dicom"; transfer-syntax=*'
EXPLICIT = "1.2.840.10008.1.2.1"
OCTETS = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'


def parts_in(response) -> list[tuple[str, bytes]]:
    """Return content type and content of the parts of an answer."""
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + response.body)
    return [(part["Content-Type"], part.get_payload(decode=True)) for part in message.iter_parts()]


def found_at(program, address: str) -> list:
    """Return what a search finds; nothing is said with 204."""
    answer = program.get(address)
    assert answer.status_int == (200 if answer.body else 204)
    return answer.json if answer.body else []


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def values(found: dict, tag: str) -> list:
    """Return the values of an attribute."""
    return found[tag]["Value"]


def test_studies_when_searched_then_are_those_of_the_case_without_the_person(
    program, place, study
) -> None:
    answer = program.get(f"{place}/dicomweb/studies?StudyInstanceUID={study.uid}")
    (found,) = answer.json
    assert answer.content_type == "application/dicom+json"
    assert values(found, "0020000D") == [study.uid]
    assert values(found, "00201206") == [2]
    assert values(found, "00201208") == [6]
    assert values(found, "00080061") == ["CT"]
    assert values(found, "00081190")[0].endswith(study.address)
    assert study.plan.person.family not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 6),
        ("SeriesInstanceUID={series}", 3),
        ("0020000E={series}", 3),
        ("Modality=CT&limit=2", 2),
        ("offset=5", 1),
        ("limit=0", 0),
        ("Modality=MR", 0),
        ("SeriesDescription=Axial*", 3),
        ("SeriesDescription=axial*", 0),
        ("InstanceNumber=2", 2),
        ("InstitutionName=A*", 0),
        ("KVP=120.0", 6),
        ("StudyDate=19000101-20991231", 6),
        ("StudyDate=20991231-", 0),
        ("SOPInstanceUID={instance},1.2.3", 1),
        ("PatientName=[a*", 0),
    ],
)
def test_instances_when_searched_by_keys_then_match(program, place, study, query, count) -> None:
    query = query.format(series=study.first, instance=study.series[study.first][1])
    assert len(found_at(program, f"{place}{study.address}/instances?{query}")) == count


def test_fields_when_included_then_are_returned_and_else_not(program, place, study) -> None:
    address = f"{place}{study.series_address}/instances"
    assert "00180060" not in program.get(address).json[0]
    assert values(program.get(f"{address}?includefield=KVP").json[0], "00180060") == [120.0]
    everything = program.get(f"{address}?includefield=all").json[0]
    assert {"00180060", "00200037", "00281050"} <= set(everything)


def test_fuzzy_matching_when_asked_for_then_is_politely_left_out(program, place) -> None:
    answer = program.get(f"{place}/dicomweb/studies?fuzzymatching=true&PatientName=X")
    assert (answer.status_int, answer.body) == (204, b"")
    assert "fuzzymatching" in answer.headers["Warning"]


@pytest.mark.parametrize("query", ["NoSuchKey=1", "limit=x", "offset=-1", "ZZZZ0010=1"])
def test_a_question_nobody_understands_when_asked_then_is_refused(program, place, query) -> None:
    assert program.get(f"{place}/dicomweb/studies?{query}", status=400).json["error"]


def test_metadata_when_asked_for_then_is_that_of_the_instances(program, place, study) -> None:
    found = program.get(f"{place}{study.address}/metadata").json
    assert len(found) == 6
    uri = found[0]["7FE00010"]["BulkDataURI"]
    assert uri.endswith(f"{study.instance_address}/bulkdata/7FE00010")
    assert program.get(uri).body == ct_slice(study.plan, 0, 0).PixelData
    one = program.get(f"{place}{study.instance_address}/metadata").json
    assert one == found[:1]


def test_a_study_when_retrieved_then_comes_file_by_file(program, place, study) -> None:
    answer = program.get(f"{place}{study.address}", accept=MULTI)
    parts = parts_in(answer)
    kinds = {kind.replace('"', "") for kind, _ in parts}
    assert kinds == {f"application/dicom; transfer-syntax={EXPLICIT}"}
    assert len(parts) == 6
    uids = {str(dcmread(io.BytesIO(content)).SOPInstanceUID) for _, content in parts}
    assert uids == {uid for uids in study.series.values() for uid in uids}
    alone = program.get(f"{place}{study.instance_address}", accept="application/dicom")
    assert alone.body == parts[0][1]


def test_frames_when_retrieved_then_are_the_original_pixels(program, place, study) -> None:
    pixels = ct_slice(study.plan, 0, 0).PixelData
    address = f"{place}{study.instance_address}/frames/1"
    ((kind, content),) = parts_in(program.get(address, accept=OCTETS))
    assert kind.startswith("application/octet-stream")
    assert content == pixels
    assert program.get(address, accept="application/octet-stream").body == pixels


@pytest.mark.parametrize(
    "accept",
    ["text/html", f"application/dicom; transfer-syntax={EXPLICIT}.4.90", "application/dicom;q=0"],
)
def test_a_form_that_cannot_be_made_when_asked_for_then_is_not_acceptable(
    program, place, study, accept
) -> None:
    program.get(f"{place}{study.instance_address}", accept=accept, status=406)


def test_pictures_when_asked_for_then_follow_window_viewport_and_quality(
    program, place, study
) -> None:
    address = f"{place}{study.instance_address}/rendered"
    whole = Image.open(io.BytesIO(program.get(address).body))
    assert (whole.format, whole.size) == ("JPEG", (32, 32))
    png = program.get(f"{address}?viewport=16,16&window=40,400,linear", accept="image/png")
    assert Image.open(io.BytesIO(png.body)).size == (16, 16)
    dark = program.get(f"{address}?window=30000,10", accept="image/png")
    assert Image.open(io.BytesIO(dark.body)).getextrema() == (0, 0)
    small = program.get(f"{place}{study.series_address}/thumbnail")
    assert small.content_type == "image/jpeg"


@pytest.mark.parametrize(
    "query", ["quality=0", "quality=x", "viewport=0,0", "viewport=1,2,3", "window=1,0",
              "window=nan,1", "viewport=99999,1", "viewport=8,8,0,0,0,5"]
)  # fmt: skip
def test_a_picture_that_makes_no_sense_when_asked_for_then_is_refused(
    program, place, study, query
) -> None:
    program.get(f"{place}{study.instance_address}/rendered?{query}", status=400)


@pytest.mark.parametrize(
    "tail",
    ["/frames/0", "/frames/2", "/frames/x", "/frames/1,9", "/frames/99999999999", "/bulkdata/x",
     "/bulkdata/00100010.0", "/nothing", "/rendered/deeper", "/bulkdata/99999999"],
)  # fmt: skip
def test_what_is_not_there_when_asked_for_then_is_not_found(program, place, study, tail) -> None:
    program.get(f"{place}{study.instance_address}{tail}", status=404)


@pytest.mark.parametrize("uid", ["1.2.3", "%2fetc%2fpasswd", "x" * 4000, "*", "..", "%2e%2e"])
def test_a_uid_that_is_a_trick_when_asked_for_then_is_not_found(program, place, uid) -> None:
    program.get(f"{place}/dicomweb/studies/{uid}/metadata", status=404)


def test_content_when_the_client_says_nothing_then_comes_in_the_form_of_the_standard(
    program, place, study
) -> None:
    pixels = ct_slice(study.plan, 0, 0).PixelData
    for accept in ("", "*/*", "multipart/related"):
        ((kind, content),) = parts_in(
            program.get(f"{place}{study.instance_address}", accept=accept)
        )
        assert (kind.replace('"', ""), content[128:132]) == (
            f"application/dicom; transfer-syntax={EXPLICIT}",
            b"DICM",
        )
        answer = program.get(f"{place}{study.instance_address}/frames/1", accept=accept)
        ((kind, content),) = parts_in(answer)
        assert kind.replace('"', "") == f"application/octet-stream; transfer-syntax={EXPLICIT}"
        assert content == pixels


@pytest.mark.parametrize(
    ("wanted", "part", "told"),
    [
        ("bytes=0-99", slice(0, 100), "bytes 0-99/2048"),
        ("bytes=2000-", slice(2000, None), "bytes 2000-2047/2048"),
        ("bytes=-48", slice(2000, None), "bytes 2000-2047/2048"),
        ("bytes=2000-9999", slice(2000, None), "bytes 2000-2047/2048"),
    ],
)
def test_some_bytes_of_a_large_value_when_asked_for_then_are_sent_alone(
    program, place, study, wanted, part, told
) -> None:
    pixels = ct_slice(study.plan, 0, 0).PixelData
    address = f"{place}{study.instance_address}/bulkdata/7FE00010"
    program.headers["Range"] = wanted
    answer = program.get(address, accept="application/octet-stream")
    assert (answer.status_int, answer.headers["Content-Range"]) == (206, told)
    assert answer.body == pixels[part]


def test_bytes_beyond_a_large_value_when_asked_for_then_are_not_there(
    program, place, study
) -> None:
    address = f"{place}{study.instance_address}/bulkdata/7FE00010"
    assert program.get(address).headers["Accept-Ranges"] == "bytes"
    program.headers["Range"] = "bytes=5000-"
    answer = program.get(address, status=416)
    assert answer.headers["Content-Range"] == "bytes */2048"


def test_many_frames_when_asked_for_then_all_are_sent(program, place, study) -> None:
    wanted = ",".join(["1"] * 1200)
    answer = program.get(f"{place}{study.instance_address}/frames/{wanted}", accept=OCTETS)
    assert answer.body.count(b"Content-Type") == 1200
