"""Rendered images and thumbnails (PS3.18 sections 8.3.5 and 10.4): at each level, in each form."""

from __future__ import annotations

import io

import numpy
import pytest
import transaction
from PIL import Image
from pydicom import dcmread
from pyramid.scripting import prepare

from cpms_portal.core.actor import system_actor
from cpms_portal.dicomweb.views import retrieving
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.queries import files_of
from tests.dicomweb.test_coming_back import report
from tests.dicomweb.test_reading import parts_in
from tests.factories.dicom import StudyPlan, ct_slice, written
from tests.factories.patients import patient_of

PNG = "image/png"


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def shown(program, address: str, accept: str = PNG) -> numpy.ndarray:
    """Return a picture as numbers."""
    return numpy.asarray(Image.open(io.BytesIO(program.get(address, accept=accept).body)))


def values_of(study) -> numpy.ndarray:
    """Return the values of the first slice after rescale."""
    dataset = ct_slice(study.plan, 0, 0)
    values = numpy.frombuffer(dataset.PixelData, "<i2" if dataset.PixelRepresentation else "<u2")
    values = values.reshape(dataset.Rows, dataset.Columns).astype(float)
    return values * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)


@pytest.mark.parametrize("kind", ["rendered", "thumbnail"])
def test_a_picture_when_asked_for_at_any_level_then_is_there(program, place, study, kind) -> None:
    for address in (
        study.address, study.series_address, study.instance_address,
        f"{study.instance_address}/frames/1",
    ):  # fmt: skip
        answer = program.get(f"{place}{address}/{kind}", accept="image/*")
        assert answer.content_type == "image/jpeg"
        assert Image.open(io.BytesIO(answer.body)).size[0] > 0
    assert program.get(f"{place}{study.address}/{kind}").content_type == "image/jpeg"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("linear", lambda x: ((x - 39.5) / 399 + 0.5) * 255),
        ("linear-exact", lambda x: ((x - 40) / 400 + 0.5) * 255),
        ("sigmoid", lambda x: 255 / (1 + numpy.exp(-4 * (x - 40) / 400))),
    ],
)
def test_a_window_when_it_has_a_shape_then_grey_follows_it(
    program, place, study, shape, expected
) -> None:
    grey = shown(program, f"{place}{study.instance_address}/rendered?window=40,400,{shape}")
    wanted = numpy.clip(expected(values_of(study)), 0, 255).astype("u1")
    assert abs(grey.astype(int) - wanted).max() <= 1


def test_a_window_of_one_step_when_wanted_then_is_a_threshold(program, place, study) -> None:
    grey = shown(program, f"{place}{study.instance_address}/rendered?window=40,1,linear")
    assert numpy.array_equal(grey, numpy.where(values_of(study) > 39.5, 255, 0))


@pytest.mark.parametrize(
    ("region", "part"),
    [
        ("", numpy.s_[:, :]),
        (",,,,", numpy.s_[:, :]),
        (",0,0,32,32", numpy.s_[:, :]),
        (",8,4,,", numpy.s_[4:, 8:]),
        (",,,16,16", numpy.s_[:16, :16]),
        (",8.0,4.2,16,8", numpy.s_[4:12, 8:24]),
        (",0,0,-32,32", numpy.s_[:, ::-1]),
        (",0,0,32,-32", numpy.s_[::-1, :]),
        (",8,0,-16,16", numpy.s_[:16, 23:7:-1]),
    ],
)
def test_a_region_when_wanted_then_is_cut_out_and_turned(
    program, place, study, region, part
) -> None:
    whole = shown(program, f"{place}{study.instance_address}/rendered?window=40,400,linear")
    wanted = whole[part]
    height, width = wanted.shape
    query = f"window=40,400,linear&viewport={width},{height}{region}"
    assert numpy.array_equal(
        shown(program, f"{place}{study.instance_address}/rendered?{query}"), wanted
    )


@pytest.mark.parametrize(
    "query",
    ["viewport=8,8,0,0,0,5", "viewport=8,8,-1,0,5,5", "viewport=8,8,99,0,5,5", "viewport=8",
     "viewport=8,8,nan,0,5,5", "viewport=8.5,8", "viewport=8,8,1,1", "window=1,2,cubic",
     "window=1", "window=1,2,linear,3", "window=1,0.5,linear", "quality=101", "annotation=all",
     "iccprofile=maybe", "charset=latin1"],
)  # fmt: skip
def test_a_picture_that_makes_no_sense_when_wanted_then_is_refused(
    program, place, study, query
) -> None:
    program.get(f"{place}{study.instance_address}/rendered?{query}", status=400)


def test_what_is_not_drawn_when_wanted_then_is_said_in_a_warning(program, place, study) -> None:
    address = f"{place}{study.instance_address}/rendered"
    answer = program.get(f"{address}?annotation=patient,technique&iccprofile=srgb")
    notes, profile = answer.headers.getall("Warning")
    assert notes.startswith("299 http://localhost/")
    assert notes.endswith("annotation values are not supported: patient, technique")
    assert "iccprofile" in profile
    assert "Warning" not in program.get(f"{address}?iccprofile=no").headers


def test_quality_when_it_is_low_then_the_picture_is_smaller(program, place, study) -> None:
    sizes = [
        len(program.get(f"{place}{study.instance_address}/rendered?quality={n}").body)
        for n in (10, 90)
    ]
    assert sizes[0] < sizes[1]


def test_pictures_when_a_client_takes_several_then_are_all_of_them(program, place, study) -> None:
    accept = 'multipart/related; type="image/jpeg"'
    for address, count in (
        (study.address, 6), (study.series_address, 3), (study.instance_address, 1),
        (f"{study.instance_address}/frames/1,1", 2),
    ):  # fmt: skip
        parts = parts_in(program.get(f"{place}{address}/rendered", accept=accept))
        assert [kind for kind, _ in parts] == ["image/jpeg"] * count
    several = f"{place}{study.instance_address}/frames/1,1/rendered"
    program.get(several, accept="image/jpeg", status=406)
    assert len(parts_in(program.get(several))) == 2


def test_more_pictures_than_are_drawn_at_once_when_wanted_then_are_refused(
    program, place, study, monkeypatch
) -> None:
    monkeypatch.setattr(retrieving, "MOST_PICTURES", 5)
    accept = 'multipart/related; type="image/jpeg"'
    program.get(f"{place}{study.address}/rendered", accept=accept, status=413)


def test_a_frame_that_is_not_there_when_wanted_then_is_not_found(program, place, study) -> None:
    for frame in ("0", "2", "1,2", "x", "1,"):
        address = f"{place}{study.instance_address}/frames/{frame}/rendered"
        program.get(address, accept='multipart/related; type="image/jpeg"', status=404)


@pytest.fixture(scope="module")
def with_report(site) -> str:
    """The address of a study whose first series is a report."""
    plan = StudyPlan(uid_seed="report first", series=1, slices=3, size=32)
    environment = prepare(registry=site.registry)
    try:
        patient, actor = patient_of(environment["root"]), system_actor(site.registry)
        dataset = report(plan.uid("study"), [plan.uid(0, 0)], 0, "first")
        dataset.PatientName, dataset.PatientID = plan.person.name, plan.person.number
        receive_study(patient, [("a", written(dataset))], actor)
        images = [(str(n), written(ct_slice(plan, 0, n))) for n in range(3)]
        receipt = receive_study(patient, images, actor)
        transaction.commit()
        study = patient["studies"][receipt.studies[0]]
        first = dcmread(io.BytesIO(next(files_of(site.registry, study))))
        assert (first.Modality, study.count) == ("SR", 4)
        return f"/dicomweb/studies/{first.StudyInstanceUID}/series/{first.SeriesInstanceUID}"
    finally:
        environment["closer"]()


def test_a_study_that_begins_with_a_report_when_pictured_then_shows_an_image(
    program, place, with_report
) -> None:
    study = with_report.partition("/series/")[0]
    assert program.get(f"{place}{study}/thumbnail").content_type == "image/jpeg"
    assert program.get(f"{place}{study}/rendered").content_type == "image/jpeg"
    program.get(f"{place}{with_report}/thumbnail", status=404)
