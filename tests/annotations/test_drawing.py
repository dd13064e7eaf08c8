"""Draw, find again, change, remove: what the viewer of a member sends and is told."""

from __future__ import annotations

import io

import pytest
import transaction
from pydicom import dcmread
from pyramid.traversal import resource_path

from cpms_portal.annotations.resources import ANNOTATIONS
from cpms_portal.panels.actions.steering import move
from cpms_portal.patients.actions import withdraw_consent
from cpms_portal.patients.queries import patient_of
from tests.annotations.conftest import length, study_in
from tests.factories.panels import MEMBER, REQUESTER, SECOND


def test_a_length_when_drawn_then_is_measured_here_and_found_again(viewer, panel, study):
    drawn = viewer(MEMBER).draw(panel, study, length(text="Portal vein")).json
    # 32 pixels of 240 mm / 64 pixels
    assert drawn["measurements"] == [["length", 120.0, "mm"]]
    (layer,) = viewer(SECOND).layers(study)
    assert (layer["own"], layer["panel_title"]) == (False, panel.title)
    (found,) = layer["annotations"]
    assert found["points"] == [[16, 32], [48, 32]]
    assert (found["series"], found["instance"], found["text"]) == ("1", 2, "Portal vein")
    assert (found["view"]["zoom"], found["view"]["width"]) == (2, 400)
    assert not found["may_change"]


@pytest.mark.parametrize(
    ("kind", "points", "expected"),
    [
        ("angle", [[10, 30], [10, 10], [30, 10]], {"angle": 90.0}),
        ("rectangle", [[24, 24], [40, 24], [40, 40], [24, 40]], {"area": 60.0 * 60.0}),
        ("ellipse", [[24, 32], [40, 32], [32, 28], [32, 36]], {"area": 3.14159 * 30 * 15}),
        ("freehand", [[24, 24], [40, 24], [40, 40]], {"area": 60.0 * 60.0 / 2}),
    ],
)
def test_an_angle_or_a_region_is_measured_in_millimetres(
    viewer, panel, study, kind, points, expected
):
    drawn = viewer(MEMBER).draw(panel, study, length(kind=kind, points=points)).json
    found = {name: value for name, value, _unit in drawn["measurements"]}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-3)
    if kind != "angle":
        assert found["least"] <= found["mean"] <= found["most"]


def test_a_value_is_read_where_the_probe_points_in_hounsfield_units(viewer, panel, study):
    corner = viewer(MEMBER).draw(panel, study, length(kind="probe", points=[[1.5, 1.5]])).json
    ((name, value, unit),) = corner["measurements"]
    # Air around the body of the invented study, with its grain of twelve units.
    assert (name, unit) == ("value", "[hnsf'U]")
    assert value == pytest.approx(-1000, abs=12)


@pytest.mark.parametrize("kind", ["arrow", "text", "key"])
def test_an_arrow_a_note_and_a_key_image_are_kept(viewer, panel, study, kind):
    points = {"arrow": [[5, 5], [20, 20]], "text": [[5, 5]], "key": []}[kind]
    viewer(MEMBER).draw(panel, study, length(kind=kind, points=points, text="Séptum épais"))
    (found,) = viewer(MEMBER).layers(study)[0]["annotations"]
    assert (found["kind"], found["text"], found["points"]) == (kind, "Séptum épais", points)
    assert found["instance"] == 2


def test_the_author_changes_and_removes_it(viewer, panel, study):
    author = viewer(MEMBER)
    address = author.draw(panel, study, length()).json["url"]
    changed = author.post(f"{address}/change", length(points=[[16, 32], [32, 32]])).json
    assert changed["measurements"] == [["length", 60.0, "mm"]]
    author.post(f"{address}/remove", {})
    assert author.layers(study) == []


def test_nobody_else_changes_or_removes_it(viewer, panel, study):
    address = viewer(MEMBER).draw(panel, study, length()).json["url"]
    for login in (SECOND, REQUESTER):
        viewer(login).post(f"{address}/change", length(), status=403)
        viewer(login).post(f"{address}/remove", {}, status=403)
    assert len(viewer(MEMBER).layers(study)[0]["annotations"]) == 1


def test_its_document_is_a_measurement_report_that_says_nobodys_name_but_the_authors(
    viewer, panel, study, cast
):
    author = viewer(MEMBER)
    address = author.draw(panel, study, length(text="Width")).json["url"]
    answer = author.browser.get(f"{address}/document")
    assert answer.content_type == "application/dicom"
    report = dcmread(io.BytesIO(answer.body))
    assert report.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.33"
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    assert (str(report.PatientName), report.PatientID) == ("", "")
    assert report.StudyInstanceUID == study.study_uid
    text = str(report)
    assert cast.person(MEMBER).title in text
    assert "120" in text
    assert "CT Image Storage" in text


def test_a_link_to_it_opens_the_study_where_it_was_drawn(viewer, panel, study):
    drawn = viewer(MEMBER).draw(panel, study, length()).json
    answer = viewer(SECOND).browser.get(drawn["url"], status=303)
    assert answer.location.endswith(f"{resource_path(study)}/?annotation={drawn['id']}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "length", "series": "1", "instance": 2, "points": [[1, 2]]},
        {"kind": "dragon", "series": "1", "instance": 2, "points": []},
        {"kind": "length", "series": "9", "instance": 2, "points": [[1, 2], [3, 4]]},
        {"kind": "length", "series": "1", "instance": 99, "points": [[1, 2], [3, 4]]},
        {"kind": "length", "series": "1", "instance": 2, "frame": 7, "points": [[1, 2], [3, 4]]},
        {"kind": "length", "series": "1", "instance": 2, "points": [["NaN", 2], [3, 4]]},
        {"kind": "text", "series": "1", "instance": 2, "points": [[1, 2]], "text": " "},
        {"kind": "text", "series": "1", "instance": 2, "points": [[1, 2]], "text": "x" * 501},
        {},
    ],
)
def test_what_is_no_drawing_is_refused_and_nothing_is_kept(viewer, panel, study, wrong):
    author = viewer(MEMBER)
    author.draw(panel, study, wrong, status=422)
    assert author.layers(study) == []


def test_nothing_is_drawn_on_another_patients_images(viewer, cast, panel, study):
    other = cast.assessment()
    foreign = study_in(other, cast, uid_seed="another patient")
    transaction.commit()
    viewer(MEMBER).draw(panel, foreign, length(), status=404)


def test_without_the_token_of_the_session_nothing_is_drawn(viewer, panel, study):
    address = resource_path(panel) + "/annotate"
    viewer(MEMBER).browser.post_json(address, length(), status=400)


def test_what_is_stored_is_sealed(viewer, panel, study):
    viewer(MEMBER).draw(panel, study, length(kind="arrow", text="Secret stenosis"))
    transaction.abort()
    (annotation,) = panel[ANNOTATIONS].values()
    assert all(b"stenosis" not in value for value in annotation.texts.values())


def test_a_panel_that_has_gone_on_to_signatures_is_closed_for_drawing(viewer, cast):
    panel = cast.outcome()
    study = study_in(panel, cast)
    transaction.commit()
    address = viewer(MEMBER).draw(panel, study, length()).json["url"]
    transaction.abort()
    move(panel, "ask_signatures", cast(REQUESTER))
    transaction.commit()
    author = viewer(MEMBER)
    author.draw(panel, study, length(), status=403)
    author.post(f"{address}/change", length(), status=409)
    (found,) = author.layers(study)[0]["annotations"]
    assert not found["may_change"]


def test_a_frozen_panel_shows_nothing_to_its_members(viewer, cast, panel, study):
    address = viewer(MEMBER).draw(panel, study, length()).json["url"]
    transaction.abort()
    withdraw_consent(patient_of(panel), "care", "Asked to.", cast(REQUESTER))
    transaction.commit()
    author = viewer(MEMBER)
    author.layers(study, status=404)
    author.draw(panel, study, length(), status=404)
    author.browser.get(f"{address}/document", status=404)
    (layer,) = viewer(REQUESTER).layers(study)
    assert len(layer["annotations"]) == 1
