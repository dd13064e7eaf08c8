"""What a study holds besides images: curves on paper, reports as text; hostile ones in words."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy
import pytest
import transaction
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pyramid.traversal import resource_path

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.frames.decoding import FrameError
from cpms_portal.imaging.frames.reports import lines_of
from cpms_portal.imaging.frames.waveforms import Channel, Tracing, drawn, tracings_of
from tests.factories.dicom import StudyPlan, patient_module, planted_person, study_files, written
from tests.factories.patients import patient_of
from tests.imaging.pages import OUTSIDER

SVG = "{http://www.w3.org/2000/svg}"


def item(**values):
    """Return a data set with these attributes."""
    made = Dataset()
    for name, value in values.items():
        setattr(made, name, value)
    return made


def code(value, scheme, meaning):
    """Return a sequence of one code."""
    return Sequence([item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)])


def electrocardiogram():
    """Return two leads of two seconds: a beat of one millivolt, in a study of its own."""
    plan = StudyPlan(uid_seed="ecg", person=planted_person(3))
    dataset = patient_module(plan.person)
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.1"
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = plan.uid("i"), plan.uid("s")
    dataset.StudyInstanceUID, dataset.Modality = plan.uid("study"), "ECG"
    dataset.SeriesNumber = dataset.InstanceNumber = 1
    samples = numpy.zeros((1000, 2), "<i2")
    samples[500] = 1000
    channel = {
        "ChannelSourceSequence": code("5.6.3-9-1", "SCPECG", "Lead I (Einthoven)"),
        "ChannelSensitivity": "1",
        "ChannelSensitivityUnitsSequence": code("uV", "UCUM", "microvolt"),
        "ChannelSensitivityCorrectionFactor": "1",
        "ChannelBaseline": "0",
        "WaveformBitsStored": 16,
    }
    group = item(
        NumberOfWaveformChannels=2,
        NumberOfWaveformSamples=1000,
        SamplingFrequency="500",
        WaveformOriginality="ORIGINAL",
        ChannelDefinitionSequence=Sequence([item(**channel), item(**channel)]),
        WaveformBitsAllocated=16,
        WaveformSampleInterpretation="SS",
    )
    group.add_new(0x54001010, "OW", samples.tobytes())
    dataset.WaveformSequence = Sequence([group])
    return written(dataset)


def test_a_beat_of_a_millivolt_is_drawn_a_centimetre_high_at_its_second():
    (tracing,) = tracings_of(electrocardiogram())
    assert (tracing.rate, tracing.seconds, len(tracing.channels)) == (500, 2, 2)
    assert tracing.channels[0].values[500] == pytest.approx(1.0)
    picture = ElementTree.fromstring(drawn(tracing))
    paths = [one.get("d") for one in picture.iter(f"{SVG}path")]
    lead = next(path for path in paths if path.count("L") > 100)
    points = [tuple(map(float, one.split())) for one in lead[1:].split("L")]
    top = min(points, key=lambda point: point[1])
    rest = points[0][1]
    assert rest - top[1] == pytest.approx(10)
    assert top[0] - points[0][0] == pytest.approx(25, abs=0.2)
    assert "Lead I (Einthoven)" in [one.text for one in picture.iter(f"{SVG}text")]


def test_the_name_of_a_lead_cannot_leave_the_drawing():
    tracing = Tracing("", 500, (Channel('<script>"&', numpy.zeros(10)),))
    assert b"<script" not in drawn(tracing)
    ElementTree.fromstring(drawn(tracing))


def test_the_electrocardiogram_that_comes_with_the_library_is_drawn():
    with open(get_testdata_file("waveform_ecg.dcm"), "rb") as file:
        tracings = tracings_of(file.read())
    assert [len(one.channels) for one in tracings] == [12, 12]
    assert all(len(drawn(one)) < 2_000_000 for one in tracings)


def test_a_report_is_read_as_text_in_its_order():
    with open(get_testdata_file("test-SR.dcm"), "rb") as file:
        lines = lines_of(file.read())
    assert len(lines) > 5
    assert lines[0].level == 0
    assert any(line.value for line in lines)


@pytest.mark.parametrize("read", [tracings_of, lines_of])
@pytest.mark.parametrize("content", [b"", b"DICM", b"\0" * 200])
def test_what_cannot_be_read_is_said_in_words(read, content):
    with pytest.raises(FrameError):
        read(content)


def test_curves_stand_on_a_page_of_the_study_and_outsiders_find_nothing(root, registry, browser_of):
    patient = patient_of(root)
    receipt = receive_study(patient, [("ecg.dcm", electrocardiogram())], system_actor(registry))
    transaction.commit()
    assert receipt.stored == 1
    hp = browser_of("rareliverhpuser1")
    page = hp.get(resource_path(patient["studies"][receipt.studies[0]]) + "/")
    assert page.html.select_one("[data-viewer]") is None
    page = page.click("Electrocardiogram or other curves")
    source = page.html.select_one(".tracing img")["src"]
    answer = hp.get(source)
    assert answer.content_type == "image/svg+xml"
    ElementTree.fromstring(answer.body)
    browser_of(OUTSIDER).get(source, status=404)
    hp.get(source.replace("group=0", "group=7"), status=404)


def test_pictures_without_script_show_every_image_in_order(root, registry, browser_of):
    patient = patient_of(root)
    plan = StudyPlan(uid_seed="pictures", series=2, slices=14, size=32)
    receipt = receive_study(patient, study_files(plan), system_actor(registry))
    transaction.commit()
    hp = browser_of("rareliverhpuser1")
    page = hp.get(resource_path(patient["studies"][receipt.studies[0]]) + "/pictures")
    pictures = [one["src"] for one in page.html.select(".picture-list img")]
    assert len(pictures) == 12
    assert hp.get(pictures[0]).content_type == "image/jpeg"
    page = page.click("After")
    assert len(page.html.select(".picture-list img")) == 2
    page.click("Lung 1.0 B60f")
    browser_of(OUTSIDER).get(pictures[0], status=404)
