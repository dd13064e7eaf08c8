"""Dates of what comes back: what the portal moved stays, what a viewer adds is moved once."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification.elements import Dataset as Read
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.deidentification.keyed import shift_of
from cpms_portal.imaging.deidentification.moments import moved_date, moved_time
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.returning import Given, days_in
from cpms_portal.imaging.queries import files_of, given_in, studies_of
from tests.dicomweb.test_coming_back import report
from tests.factories.dicom import SYNTAXES, StudyPlan, ct_slice, written
from tests.factories.patients import patient_of

KEY = b"k" * 32
SHIFT = shift_of(KEY, "")
TODAY = date(2026, 11, 28)
DAYS = st.dates(date(1990, 1, 1), TODAY).map("{:%Y%m%d}".format)
TIMES = st.times().map("{:%H%M%S.%f}".format)
#: Dates and times of patient, study, series, the image and what is deep inside.
DATED = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "InstanceCreationDate")
PLAN = StudyPlan(uid_seed="back in time", size=8)


def made_safe(content: bytes, back: Given | None = None) -> bytes:
    """Return what becomes of a file in a case to which this was given."""
    engine = Deidentifier(KEY, KnownIdentity(), given=back)
    decision = engine.deidentify(content)
    assert decision.content is not None, decision.code
    return decision.content


def read(content: bytes) -> Read:
    """Return the elements of a file."""
    return read_file(content).dataset


def given_by(*contents: bytes) -> Given:
    """Return what the portal gave with these files."""
    uids = {str(one.value) for content in contents
            for one in dcmread(io.BytesIO(content)).iterall() if one.VR == "UI"}  # fmt: skip
    return Given(frozenset(uids), frozenset(day for one in contents for day in days_in(read(one))))


def moments_of(content: bytes) -> list[tuple[int, str]]:
    """Return every date and time of a file, at any depth."""
    return [(int(one.tag), str(one.value)) for one in dcmread(io.BytesIO(content)).iterall()
            if one.VR in ("DA", "TM", "DT")]  # fmt: skip


def a_slice(days: list[str], times: list[str], deep: int) -> Dataset:
    """Return a slice full of dates and times, some of them so deep inside."""
    dataset = ct_slice(PLAN, 0, 0)
    for keyword, day, time in zip(DATED, days, times, strict=False):
        setattr(dataset, keyword, day)
        setattr(dataset, keyword.replace("Date", "Time"), time)
    dataset.AcquisitionDateTime = days[0] + times[0]
    # A time without its date; several dates in one value.
    dataset.RadiopharmaceuticalStartTime = times[-1]
    dataset.DateOfLastCalibration, dataset.TimeOfLastCalibration = days[:2], times[:2]
    inside = Dataset()
    inside.StudyDate, inside.StudyTime, inside.ObservationDateTime = days[-1], times[-1], days[-1]
    for _ in range(deep):
        outer = Dataset()
        outer.ContentSequence = Sequence([inside])
        inside = outer
    dataset.ContentSequence = Sequence([inside])
    return dataset


@given(
    st.lists(DAYS, min_size=5, max_size=5), st.lists(TIMES, min_size=5, max_size=5),
    st.integers(0, 5), st.sampled_from(SYNTAXES), st.integers(1, 3),
)  # fmt: skip
def test_an_object_when_stored_and_fetched_and_stored_again_then_keeps_its_dates(
    days, times, deep, syntax, rounds
) -> None:
    first = made_safe(written(a_slice(days, times, deep), syntax))
    assert dcmread(io.BytesIO(first)).StudyDate == moved_date(days[0], SHIFT)
    again = first
    for _ in range(rounds):
        again = made_safe(again, given_by(first))
    assert moments_of(again) == moments_of(first)


@given(day=DAYS, today=st.dates(TODAY, TODAY + timedelta(days=900)), deep=st.integers(0, 4))
def test_a_report_made_today_when_stored_then_is_moved_once_and_its_study_is_not(
    day, today, deep
) -> None:
    first = made_safe(written(a_slice([day] * 5, ["101500.000000"] * 5, 1)))
    image, now = dcmread(io.BytesIO(first)), f"{today:%Y%m%d}"
    made = report(str(image.StudyInstanceUID), [str(image.SOPInstanceUID)], deep)
    made.PatientID, made.PatientName, made.PatientBirthDate = image.PatientID, "", ""
    made.StudyDate, made.StudyTime = image.StudyDate, image.StudyTime
    made.ContentDate, made.ContentTime = now, "235959"
    made.SeriesDate, made.InstanceCreationDate = now, now
    observed = Dataset()
    observed.ValueType, observed.ObservationDateTime = "TEXT", f"{now}101112"
    made.ContentSequence.append(observed)
    case = given_by(first)
    stored = made_safe(written(made), case)
    found, moved = dcmread(io.BytesIO(stored)), moved_date(now, SHIFT)
    assert (found.StudyDate, found.StudyTime) == (image.StudyDate, image.StudyTime)
    assert {found.ContentDate, found.SeriesDate, found.InstanceCreationDate} == {moved}
    assert found.ContentTime == moved_time("235959", SHIFT)
    assert found.ContentSequence[1].ObservationDateTime.startswith(moved)
    assert now.encode() not in stored
    # Read into the viewer, changed, and stored once more: nothing moves any more.
    assert moments_of(made_safe(stored, given_by(first, stored))) == moments_of(stored)


@pytest.mark.parametrize("lie", ["PatientID", "StudyInstanceUID", "nothing was given"])
def test_an_object_that_is_not_proven_ours_when_stored_then_has_every_date_moved(lie) -> None:
    first = made_safe(written(a_slice(["20200102"] * 5, ["101500.000000"] * 5, 2)))
    case, image = given_by(first), dcmread(io.BytesIO(first))
    if lie == "nothing was given":
        case = Given()
    else:
        setattr(image, lie, "1.2.3.4")
    before, after = moments_of(first), moments_of(made_safe(written(image), case))
    dated = [(old, new) for (tag, old), (_, new) in zip(before, after, strict=True)
             if old[:2] in ("19", "20") and tag not in (0x00187000,)]  # fmt: skip
    assert dated
    assert all(old != new for old, new in dated)


def test_what_pretends_to_come_back_when_it_names_the_person_then_loses_it_all_the_same() -> None:
    first = made_safe(written(a_slice(["20200102"] * 5, ["101500.000000"] * 5, 2)))
    image = dcmread(io.BytesIO(first))
    image.PatientName, image.PatientBirthDate = "Planted^Person", "19610203"
    image.ContentSequence[0].PatientBirthDate = "19610203"
    image.SeriesDescription = "Person Planted 03.02.1961"
    image.ContentDate = "19610203"
    stored = made_safe(written(image), given_by(first))
    for trace in (b"Planted", b"Person", b"1961"):
        assert trace not in stored
    assert dcmread(io.BytesIO(stored)).StudyDate == image.StudyDate


def test_a_study_when_downloaded_and_changed_and_uploaded_then_keeps_its_dates(
    root, registry
) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    content = written(a_slice(["20210304"] * 5, ["101500.000000"] * 5, 3))
    receive_study(patient, [("a", content)], actor)
    transaction.commit()
    (study,) = [one for one in studies_of(patient) if one.count == 1]
    (first,) = files_of(registry, study)
    changed = dcmread(io.BytesIO(first))
    assert changed.StudyDate in given_in(registry, patient).days
    changed.SOPInstanceUID = f"{changed.SOPInstanceUID[:-4]}1"
    changed.file_meta.MediaStorageSOPInstanceUID = changed.SOPInstanceUID
    receipt = receive_study(patient, [("b", written(changed))], actor)
    transaction.commit()
    assert (receipt.stored, receipt.duplicates) == (1, 0)
    before, after = files_of(registry, study)
    assert moments_of(after) == moments_of(before)
