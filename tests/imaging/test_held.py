"""Images with text in their pixels: held, looked at, blacked out for good, or destroyed."""

from __future__ import annotations

import io

import numpy
import pydicom
import pytest
import transaction
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification import recognition
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.masking import masked
from cpms_portal.imaging.deidentification.proposing import Proposer, joined
from cpms_portal.imaging.deidentification.reasons import WithheldError
from cpms_portal.imaging.held.queries import held_series_of, images_of
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import files_of, studies_of
from tests.factories.dicom import StudyPlan, burned_in, ct_slice, planted_person, written
from tests.factories.patients import patient_of
from tests.imaging.pages import OUTSIDER, first_held, token_of, uploaded

KEY = b"\x09" * 32
PERSON = planted_person(4)


def held_file(dataset) -> bytes:
    """Return a file as it is held: everything but its pixels clean."""
    decision = Deidentifier(KEY).deidentify(written(dataset))
    assert (decision.status, decision.content) == ("withheld", None)
    return b"".join(decision.held)


def kept(address, root):
    """Return the patient at an address, as the database says now."""
    transaction.begin()
    return patient_of(root)


def brought(hp, place, *datasets) -> dict:
    return uploaded(hp, place, b"".join(bundled(("x", written(one)) for one in datasets)))


def test_words_in_the_pixels_when_an_image_is_held_then_have_a_box_proposed() -> None:
    boxes, read = Proposer().boxes(held_file(burned_in("SC", PERSON)))
    assert read
    assert any(x <= 10 and y <= 8 and w > 100 and 8 < h < 60 for x, y, w, h in boxes)


def test_regions_of_an_ultrasound_when_named_then_everything_around_them_is_proposed() -> None:
    boxes, _ = Proposer().boxes(held_file(burned_in("US", PERSON, regions=True)))
    assert (0, 0, 320, 60) in boxes
    assert (0, 60, 40, 170) in boxes
    assert all(y + h <= 60 or x + w <= 40 or x >= 301 or y >= 230 for x, y, w, h in boxes)


def test_boxes_of_one_line_when_joined_then_are_one() -> None:
    assert joined([(0, 0, 10, 8), (14, 1, 10, 8), (0, 60, 9, 9)]) == [(0, 0, 24, 9), (0, 60, 9, 9)]


def test_an_image_when_uploaded_then_waits_and_is_stored_black_after_somebody_accepts(
    hp, place, root, registry
) -> None:
    original = burned_in("SC", planted_person(1))
    receipt = brought(hp, place, original)
    assert (receipt["stored"], receipt["held"], receipt["studies"]) == (0, 1, [])
    address = first_held(hp, place)
    page = hp.get(address)
    assert hp.get(f"{address}picture?image=0").content_type == "image/jpeg"
    form = page.forms[[number for number in page.forms if "image" in page.forms[number].fields][0]]
    assert int(form.get("width", index=0).value) > 100
    assert page.html.find("rect")
    form.submit("decision", value="release", status=303)
    study = studies_of(kept(place, root))[0]
    stored = pydicom.dcmread(io.BytesIO(list(files_of(registry, study))[-1]))
    assert stored.BurnedInAnnotation == "NO"
    codes = [item.CodeValue for item in stored.DeidentificationMethodCodeSequence]
    assert codes.count("113101") == 1
    before, after = original.pixel_array, stored.pixel_array
    assert (before[:30] > 200).any()
    assert not (after[:30] > 200).any()
    assert (before[90:] == after[90:]).all()
    assert "Look at them" not in hp.get(f"{place}/studies")
    assert "1" in hp.get(f"{place}/studies/{study.__name__}/report")


def test_an_image_without_text_when_accepted_without_boxes_then_keeps_every_bit(
    hp, place, root, registry
) -> None:
    original = ct_slice(StudyPlan(uid_seed="plain"), 0, 0)
    original.Modality = "OT"
    brought(hp, place, original)
    address = first_held(hp, place)
    token = token_of(hp.get(address))
    hp.post(address, {"csrf_token": token, "image": "0", "decision": "release"}, status=303)
    found = [
        pydicom.dcmread(io.BytesIO(one))
        for study in studies_of(kept(place, root)) for one in files_of(registry, study)
    ]  # fmt: skip
    stored = next(one for one in found if one.get("BurnedInAnnotation") == "NO"
                  and one.PixelData == original.PixelData)  # fmt: skip
    codes = [item.CodeValue for item in stored.DeidentificationMethodCodeSequence]
    assert "113101" not in codes


def test_a_box_that_is_no_number_when_sent_then_is_refused_at_the_form(hp, place) -> None:
    brought(hp, place, burned_in("US", planted_person(1)))
    address = first_held(hp, place)
    token = token_of(hp.get(address))
    sent = {"csrf_token": token, "image": "0", "left": "a", "top": "1", "width": "1", "height": "1"}
    answer = hp.post(address, {**sent, "decision": "release"}, status=422)
    assert "four whole numbers" in answer
    hp.post(address, {"csrf_token": token, "image": "0", "decision": "destroy"}, status=303)
    hp.get(address, status=404)


def test_held_images_when_asked_for_by_others_then_are_not_found(hp, place, browser_of) -> None:
    dataset = burned_in("SC", planted_person(1))
    dataset.SOPInstanceUID = StudyPlan().uid("held.1")
    brought(hp, place, dataset)
    address = first_held(hp, place)
    for login in (OUTSIDER, "rareliverresearcher"):
        stranger = browser_of(login)
        stranger.get(address, status=404)
        stranger.get(f"{address}picture?image=0", status=404)


def test_what_is_held_when_sent_again_then_is_here_already(root, registry) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    files = [("a", written(burned_in("SC", planted_person(1), "YES")))]
    first = receive_study(patient, files, actor)
    again = receive_study(patient, files, actor)
    assert first.held + first.duplicates == 1
    assert (again.held, again.duplicates) == (0, 1)


def test_what_is_held_when_its_last_day_is_over_then_is_destroyed(
    root, registry, clock, browser_of
) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    dataset = burned_in("SC", planted_person(1))
    dataset.SOPInstanceUID = StudyPlan().uid("held.2")
    receive_study(patient, [("a", written(dataset))], actor)
    assert held_series_of(patient, actor.now)
    clock.advance(days=15)
    later = system_actor(registry)
    assert held_series_of(patient, later.now) == []
    receive_study(patient, [("b", b"no image " * 20)], later)
    assert list(patient["held-images"].values()) == []


def test_without_tesseract_when_an_image_is_held_then_it_says_that_nobody_read_it(
    root, registry, monkeypatch
) -> None:
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    patient, actor = patient_of(root), system_actor(registry)
    dataset = burned_in("SC", planted_person(1))
    dataset.SOPInstanceUID = StudyPlan().uid("held.3")
    receive_study(patient, [("a", written(dataset))], actor)
    held = [
        (image.read, image.boxes)
        for series in held_series_of(patient, actor.now)
        for image in images_of(registry, series)
    ]
    assert (False, []) in held


def test_the_database_when_images_are_held_then_holds_no_pixels_in_the_clear(
    site, root, registry
) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    dataset = burned_in("SC", planted_person(1))
    dataset.SOPInstanceUID = StudyPlan().uid("held.4")
    receive_study(patient, [("a", written(dataset))], actor)
    transaction.commit()
    trace = dataset.PixelData[120 * 320 : 120 * 320 + 320]
    assert not any(trace in path.read_bytes() for path in site.var.rglob("*") if path.is_file())


def _coded(syntax: str) -> pydicom.Dataset:
    dataset = burned_in("SC", PERSON)
    out = io.BytesIO()
    picture = Image.frombytes("L", (320, 240), dataset.PixelData)
    if syntax == RLELossless:
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
        dataset.compress(RLELossless, generate_instance_uid=False)
        return dataset
    picture.save(out, "JPEG" if syntax == JPEGBaseline8Bit else "JPEG2000")
    stream = out.getvalue()
    if syntax == JPEG2000Lossless:
        stream = stream[stream.index(b"\xff\x4f\xff\x51") :]
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].is_undefined_length = True
    return dataset


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless, RLELossless])
def test_compressed_pixels_when_masked_then_are_stored_uncompressed_and_stay_marked(syntax) -> None:
    decision = Deidentifier(KEY).deidentify(written(_coded(syntax), syntax))
    content = b"".join(decision.held)
    stored = pydicom.dcmread(io.BytesIO(masked(content, [(0, 0, 320, 40)])))
    assert not stored.file_meta.TransferSyntaxUID.is_compressed
    assert (stored.pixel_array[:40] == stored.pixel_array[0, 0]).all()
    before = pydicom.dcmread(io.BytesIO(content)).pixel_array
    assert (before[40:] == stored.pixel_array[40:]).all()
    lossy = stored.get("LossyImageCompression", "")
    assert lossy == ("01" if syntax == JPEGBaseline8Bit else "")
    untouched = pydicom.dcmread(io.BytesIO(masked(content, [])))
    assert untouched.PixelData == pydicom.dcmread(io.BytesIO(content)).PixelData


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
def test_colour_of_several_frames_when_masked_then_is_black_in_each(planar, photometric) -> None:
    dataset = burned_in("SC", PERSON)
    values = numpy.random.default_rng(1).integers(9, 250, (2, 24, 20, 3), "u1")
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = 2, 24, 20
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, photometric
    dataset.PlanarConfiguration = planar
    raw = values.transpose(0, 3, 1, 2) if planar else values
    dataset.PixelData = raw.tobytes()
    stored = pydicom.dcmread(io.BytesIO(masked(held_file(dataset), [(2, 3, 5, 4)])))
    kind = numpy.frombuffer(stored.PixelData, "u1")
    found = kind.reshape((2, 3, 24, 20) if planar else (2, 24, 20, 3))
    found = found.transpose(0, 2, 3, 1) if planar else found
    black = (0, 128, 128) if photometric == "YBR_FULL" else (0, 0, 0)
    assert (found[:, 3:7, 2:7] == black).all()
    assert (found[:, 8:] == values[:, 8:]).all()


def test_pixels_of_one_bit_when_masked_then_stay_held() -> None:
    dataset = burned_in("SC", PERSON)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelData = bytes(320 * 240 // 8)
    with pytest.raises(WithheldError, match="pixel_format"):
        masked(held_file(dataset), [(0, 0, 9, 9)])


def test_a_head_when_stored_then_is_asked_about_and_the_answer_is_kept(hp, place, root) -> None:
    dataset = ct_slice(StudyPlan(uid_seed="head", size=16), 0, 0)
    dataset.BodyPartExamined = "HEAD"
    receipt = brought(hp, place, dataset)
    assert receipt["heads"]
    address = receipt["studies"][0]
    assert "Can the patient be recognised" in hp.get(address)
    token = token_of(hp.get(address))
    hp.post(f"{address}face", {"csrf_token": token, "answer": "nonsense"}, status=303)
    hp.post(f"{address}face", {"csrf_token": token, "answer": "needed"}, status=303)
    assert "its face was not removed" in hp.get(address)
    told = hp.get(f"{address}report.json").json
    assert (told["face"], told["defaced"]) == ("needed", False)


def test_a_report_when_read_then_says_the_rules_and_names_nobody(hp, place, browser_of) -> None:
    dataset = ct_slice(StudyPlan(uid_seed="reported", size=16), 0, 0)
    address = brought(hp, place, dataset)["studies"][0]
    page = hp.get(f"{address}report")
    assert "Annex E" in page
    assert planted_person(1).family not in page
    (report,) = hp.get(f"{address}report.json").json["reports"]
    assert report["changes"]["removed"] > 1
    assert report["rules"]["version"]
    assert planted_person(1).number not in str(report)
    browser_of(OUTSIDER).get(f"{address}report", status=404)
    browser_of(OUTSIDER).get(f"{address}report.json", status=404)
