"""What is kept, mapped, moved, marked and withheld."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, JPEGBaseline8Bit

from cpms_portal.imaging.deidentification.codestreams import clean_jpeg
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.deidentification.keyed import UIDMap, shift_of
from cpms_portal.imaging.deidentification.moments import moved_date, moved_date_time, moved_time
from cpms_portal.imaging.deidentification.reasons import TEXTS
from tests.factories.dicom import (
    SYNTAXES,
    StudyPlan,
    ct_slice,
    encapsulated_pdf,
    planted_person,
    risky_image,
    study_files,
    written,
)

KEY = b"\x03" * 32
TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def read(decision: Decision) -> Dataset:
    """Return what was stored, read by pydicom."""
    assert decision.status == "stored", decision.code
    return pydicom.dcmread(io.BytesIO(decision.content))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_pixels_when_stored_then_are_bit_for_bit_the_same(syntax: str) -> None:
    dataset = ct_slice(StudyPlan(), 0, 3)
    stored = read(Deidentifier(KEY).deidentify(written(dataset, syntax)))
    assert stored.file_meta.TransferSyntaxUID == syntax
    expected = pydicom.dcmread(io.BytesIO(written(dataset, syntax))).PixelData
    assert hashlib.sha256(stored.PixelData).digest() == hashlib.sha256(expected).digest()


def test_what_a_reader_needs_when_stored_then_is_kept() -> None:
    original = ct_slice(StudyPlan(), 0, 0)
    stored = read(Deidentifier(KEY).deidentify(written(original)))
    for keyword in (
        "SOPClassUID", "Modality", "ImageType", "PixelSpacing", "ImagePositionPatient",
        "ImageOrientationPatient", "WindowCenter", "RescaleIntercept", "KVP", "PatientSex",
        "PatientAge", "ConvolutionKernel", "SeriesDescription", "Manufacturer", "InstanceNumber",
    ):  # fmt: skip
        assert stored[keyword].value == original[keyword].value, keyword
    assert stored.StudyDescription == "CT Abdomen"
    assert stored.PatientWeight == 71


def test_a_stored_file_when_read_then_says_how_it_was_deidentified() -> None:
    stored = read(Deidentifier(KEY).deidentify(written(ct_slice(StudyPlan(), 0, 0))))
    codes = {item.CodeValue for item in stored.DeidentificationMethodCodeSequence}
    assert stored.PatientIdentityRemoved == "YES"
    assert codes == {"113100", "113103", "113104", "113105", "113107", "113108"}
    assert stored.LongitudinalTemporalInformationModified == "MODIFIED"
    assert "BurnedInAnnotation" not in stored
    assert stored.preamble == bytes(128)
    assert stored.file_meta.MediaStorageSOPInstanceUID == stored.SOPInstanceUID


def test_a_study_when_stored_twice_by_different_engines_then_gets_the_same_uids() -> None:
    plan = StudyPlan(series=2, slices=3, size=8)
    first = [read(Deidentifier(KEY).deidentify(content)) for _, content in study_files(plan)]
    engine = Deidentifier(KEY)
    again = [read(engine.deidentify(content)) for _, content in reversed(list(study_files(plan)))]
    assert [s.SOPInstanceUID for s in first] == [s.SOPInstanceUID for s in reversed(again)]
    assert len({s.StudyInstanceUID for s in first}) == 1
    assert len({s.SeriesInstanceUID for s in first}) == 2
    assert len({s.SOPInstanceUID for s in first}) == 6


def test_references_when_stored_then_point_at_the_stored_instances() -> None:
    plan = StudyPlan(size=8)
    target, source = ct_slice(plan, 0, 0), ct_slice(plan, 0, 1)
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = target.SOPInstanceUID
    source.ReferencedImageSequence = Sequence([item])
    engine = Deidentifier(KEY)
    stored = read(engine.deidentify(written(source)))
    reference = stored.ReferencedImageSequence[0]
    assert reference.ReferencedSOPClassUID == CTImageStorage
    expected = read(engine.deidentify(written(target))).SOPInstanceUID
    assert reference.ReferencedSOPInstanceUID == expected


@given(
    st.sets(st.from_regex(r"[12]\.[1-9]\d{0,8}(\.[1-9]\d{0,8}){1,4}", fullmatch=True), min_size=2)
)
@settings(max_examples=50, deadline=None)
def test_the_uid_map_when_applied_then_is_a_function_injective_and_valid(uids: set[str]) -> None:
    first, second = UIDMap(KEY), UIDMap(KEY)
    mapped = {uid: first(uid) for uid in uids}
    assert mapped == {uid: second(uid) for uid in sorted(uids)}
    assert len(set(mapped.values())) == len(uids)
    assert all(pydicom.uid.UID(uid).is_valid and len(uid) <= 64 for uid in mapped.values())
    assert not set(mapped.values()) & {UIDMap(b"\x04" * 32)(uid) for uid in uids}


def test_dates_when_moved_then_all_move_by_the_same_days() -> None:
    dataset = ct_slice(StudyPlan(), 0, 0)
    dataset.SeriesDate, dataset.AcquisitionDateTime = "20240320", "20240311101500.25"
    dataset.SecondaryReviewDate = "20240411"
    stored = read(Deidentifier(KEY).deidentify(written(dataset)))
    days = {
        (datetime.strptime(stored[keyword].value[:8], "%Y%m%d")
         - datetime.strptime(dataset[keyword].value[:8], "%Y%m%d")).days
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDateTime", "SecondaryReviewDate")
    }  # fmt: skip
    assert len(days) == 1
    assert days.pop() <= -60


def test_one_patient_with_two_hospital_numbers_when_enrolled_then_has_one_shift_and_name() -> None:
    known = KnownIdentity(names=("Fennimoor, Tamsibel",))
    engine = Deidentifier(KEY, known)
    first, second = (ct_slice(StudyPlan(person=planted_person(seed)), 0, 0) for seed in (3, 4))
    stored = [read(engine.deidentify(written(dataset))) for dataset in (first, second)]
    assert stored[0].StudyDate == stored[1].StudyDate
    assert stored[0].PatientID == stored[1].PatientID


@given(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_a_moment_when_moved_then_date_time_and_both_together_agree(moment: datetime) -> None:
    shift = shift_of(KEY, "x")
    day, time = moment.strftime("%Y%m%d"), moment.strftime("%H%M%S")
    assert moved_date_time(day + time, shift) == moved_date(day, shift) + moved_time(time, shift)
    assert moved_date(day, shift) != day


@pytest.mark.parametrize("text", ["", "2024", "20241301", "yesterday", "00010101"])
def test_what_is_no_date_when_moved_then_is_empty(text: str) -> None:
    assert moved_date(text, shift_of(KEY, "x")) == ""


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: risky_image("US", p), "burned_in"),
        (lambda p: risky_image("SC", p), "burned_in"),
        (lambda p: risky_image("US", p, "YES"), "burned_in"),
        (encapsulated_pdf, "document"),
    ],
)
def test_what_cannot_be_made_safe_when_met_then_is_withheld_with_a_reason(make, code: str) -> None:
    decision = Deidentifier(KEY).deidentify(written(make(planted_person(5))))
    assert (decision.status, decision.code) == ("withheld", code)
    assert decision.content is None
    assert decision.reason == TEXTS[code]


def test_an_ultrasound_that_says_nothing_is_burned_in_when_met_then_is_stored() -> None:
    image = risky_image("US", planted_person(5), "NO")
    assert Deidentifier(KEY).deidentify(written(image)).status == "stored"


def _broken() -> dict[str, tuple[bytes, str]]:
    whole = written(ct_slice(StudyPlan(), 0, 0))
    nested = Dataset()
    for _ in range(40):
        outer = Dataset()
        outer.DerivationCodeSequence = Sequence([nested])
        nested = outer
    bomb = ct_slice(StudyPlan(size=8), 0, 0)
    bomb.update(nested)
    no_uids = ct_slice(StudyPlan(size=8), 0, 0)
    content = written(no_uids)
    del no_uids.SeriesInstanceUID
    open_end = whole[:900] + b"\x08\x00\x15\x92SQ\0\0\xff\xff\xff\xff"
    return {
        "empty": (b"", "not_dicom"),
        "text": (b"Dear colleague, " * 50, "not_dicom"),
        "cut in the pixels": (whole[:-100], "cut_off"),
        "cut in the header": (whole[:700], "cut_off"),
        "nested forty deep": (written(bomb), "too_deep"),
        "no series": (written(no_uids), "missing_uids"),
        "no end": (open_end, "cut_off"),
        "few pixels": (content.replace(b"\x28\0\x10\0US\2\0\x08\0", b"\x28\0\x10\0US\2\0\xff\xff"),
                       "pixels_short"),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(_broken()))
def test_bad_input_when_met_then_is_refused_with_a_reason(name: str) -> None:
    content, code = _broken()[name]
    decision = Deidentifier(KEY).deidentify(content)
    assert (decision.status, decision.content) == ("refused", None)
    assert decision.code in (code, "damaged")


@given(at=st.integers(132, 1600), byte=st.integers(0, 255), length=st.integers(0, 9000))
@settings(max_examples=150, deadline=None)
def test_a_file_with_a_wrong_byte_when_met_then_is_decided_without_an_error(
    at: int, byte: int, length: int
) -> None:
    content = bytearray(written(ct_slice(StudyPlan(), 0, 0)))
    content[at] = byte
    decision = Deidentifier(KEY).deidentify(bytes(content[: max(length, at + 1)]))
    assert decision.status in ("stored", "withheld", "refused")
    assert decision.code != "unreadable"


def test_bytes_after_the_end_when_stored_then_are_dropped() -> None:
    content = written(ct_slice(StudyPlan(), 0, 0)) + b"PK\3\4 Fennimoor was here"
    decision = Deidentifier(KEY).deidentify(content)
    assert decision.status == "stored"
    assert b"was here" not in decision.content
    assert decision.counts["trailing"] == 1


def test_a_sequence_hidden_in_an_unknown_vr_when_stored_then_is_cleaned() -> None:
    content = written(ct_slice(StudyPlan(size=8), 0, 0))
    name = b"\x10\x00\x10\x00\x0a\0\0\0Fennimoor "
    item = b"\xfe\xff\x00\xe0" + len(name).to_bytes(4, "little") + name
    hidden = b"\x08\x00\x15\x92UN\0\0" + len(item).to_bytes(4, "little") + item
    at = content.index(b"\x10\x00\x10\x00PN")
    decision = Deidentifier(KEY).deidentify(content[:at] + hidden + content[at:])
    assert decision.status == "stored"
    assert b"Fennimoor" not in decision.content
    assert len(read(decision).DerivationCodeSequence) == 1


def _jpeg_frame() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("L", (8, 8), 77).save(out, "JPEG", comment=b"Fennimoor Tamsibel")
    return out.getvalue()


def test_comments_in_a_jpeg_frame_when_stored_then_are_gone_and_pixels_are_the_same() -> None:
    frame = _jpeg_frame()
    dataset = ct_slice(StudyPlan(size=8), 0, 0)
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = encapsulate([frame])
    dataset["PixelData"].is_undefined_length = True
    decision = Deidentifier(KEY).deidentify(written(dataset, JPEGBaseline8Bit))
    assert b"Fennimoor" in frame
    assert b"Fennimoor" not in decision.content
    assert (read(decision).pixel_array == 77).all()


def test_a_jpeg_frame_when_cleaned_twice_then_does_not_change_again() -> None:
    once = clean_jpeg(_jpeg_frame())
    assert clean_jpeg(once) == once


@pytest.mark.parametrize(
    "name", ["MR_small_jpeg_ls_lossless.dcm", "693_J2KI.dcm", "MR_small_RLE.dcm", "test-SR.dcm"]
)
def test_real_files_when_stored_then_decode_to_the_same_pixels(name: str) -> None:
    content = (TEST_FILES / name).read_bytes()
    stored, original = (
        read(Deidentifier(KEY).deidentify(content)),
        pydicom.dcmread(io.BytesIO(content)),
    )
    if "Rows" in original:
        assert (stored.pixel_array == original.pixel_array).all()
    else:
        assert len(stored.ContentSequence) == len(original.ContentSequence)
