"""Metadata, search results and answers as XML: the Native DICOM Model, held against dcmtk's."""

from __future__ import annotations

import io
import json
import math
import subprocess
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_testdata_file

from cpms_portal.dicomweb.wire.native import NAMESPACE, native_model
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.ingest.describing import described
from tests.dicomweb.test_reading import parts_in

NS = f"{{{NAMESPACE}}}"
XML = 'multipart/related; type="application/dicom+xml"'


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def told(document: bytes) -> dict:
    """Return what a document says: tag → VR and values, items as such again."""
    return _level(ElementTree.fromstring(document))


def _level(element: ElementTree.Element) -> dict:
    found = {}
    for attribute in element:
        items = [_level(item) for item in attribute if item.tag.endswith("Item")]
        values = [
            _value(value.text or "")
            for value in attribute
            if value.tag.rpartition("}")[2] == "Value"
        ]
        names = [
            "^".join(part.text or "" for part in group)
            for name in attribute
            if name.tag.endswith("PersonName")
            for group in name
        ]
        found[attribute.get("tag")] = (attribute.get("vr"), items or values or names)
    return found


def _value(text: str) -> object:
    try:
        number = float(text)
    except ValueError:
        return text.strip(" \0")
    return number if math.isfinite(number) else text


@pytest.mark.parametrize("name", ["CT_small.dcm", "rtplan.dcm", "test-SR.dcm", "reportsi.dcm"])
def test_a_data_set_when_written_as_xml_then_says_what_dcmtk_says(name, tmp_path) -> None:
    content = io.BytesIO()
    dataset = dcmread(get_testdata_file(name))
    dataset.remove_private_tags()
    dataset.save_as(content)
    path = tmp_path / name
    path.write_bytes(content.getvalue())
    done = subprocess.run(
        ["dcm2xml", "--native-format", "--use-xml-namespace", str(path)],
        capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    ours = told(native_model(json.loads(described(read_file(content.getvalue()).dataset))))
    theirs = told(done.stdout)
    bulk = {"OB", "OW"}
    assert set(ours) == {tag for tag in theirs if tag[:4] not in ("0002", "FFFC")}
    for tag, (vr, values) in ours.items():
        if vr not in bulk and tag != "00080005":
            assert (vr, values) == theirs[tag], tag


def test_metadata_when_wanted_as_xml_then_comes_instance_by_instance(program, place, study) -> None:
    answer = program.get(f"{place}{study.series_address}/metadata", accept=XML)
    parts = parts_in(answer)
    assert {kind for kind, _ in parts} == {"application/dicom+xml"}
    found = [told(content) for _, content in parts]
    assert [one["00080018"][1] for one in found] == [[uid] for uid in study.series[study.first]]
    assert b'keyword="PatientName"' in parts[0][1]
    uri = ElementTree.fromstring(parts[0][1]).find(
        f"{NS}DicomAttribute[@tag='7FE00010']/{NS}BulkData"
    )
    assert program.get(uri.get("uri")).status_int == 200
    assert study.plan.person.family.encode() not in answer.body


def test_search_results_when_wanted_as_xml_then_are_those_of_json(program, place, study) -> None:
    address = f"{place}{study.address}/instances?limit=4"
    found = [told(content) for _, content in parts_in(program.get(address, accept=XML))]
    known = program.get(address, accept="application/dicom+json").json
    uids = [one["00080018"]["Value"] for one in known]
    assert [one["00080018"][1] for one in found] == uids
    assert len(found) == 4


def test_a_client_that_takes_both_when_asking_then_gets_what_it_likes_better(
    program, place, study
) -> None:
    address = f"{place}{study.instance_address}/metadata"
    likes_xml = f"application/dicom+json;q=0.5, {XML};q=0.9"
    assert "dicom+xml" in program.get(address, accept=likes_xml).headers["Content-Type"]
    likes_json = f"application/dicom+json, {XML};q=0.9"
    assert program.get(address, accept=likes_json).content_type == "application/dicom+json"


VALUES = st.text(max_size=20) | st.integers() | st.floats(allow_nan=False) | st.none()
SETS = st.recursive(
    st.fixed_dictionaries({"vr": st.just("LO"), "Value": st.lists(VALUES, max_size=3)}),
    lambda inner: st.fixed_dictionaries(
        {
            "vr": st.just("SQ"),
            "Value": st.lists(st.dictionaries(st.just("00080104"), inner, max_size=1), max_size=2),
        }
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["00081030", "00111010", "7FE00010"]), SETS))
def test_any_text_when_written_as_xml_then_can_be_read(found) -> None:
    assert set(told(native_model(found))) == set(found)
