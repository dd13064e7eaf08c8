"""The DICOM listener and the drop folder, with dcmtk as the other end."""

from __future__ import annotations

import os
import subprocess
import zipfile
from io import BytesIO
from types import SimpleNamespace

import pytest
from pydicom import dcmread

from cpms_portal.dicomweb.inbox.intake import take_in
from cpms_portal.dicomweb.inbox.parcels import bundle_of, inbox_of
from cpms_portal.dicomweb.listener.folders import REFUSED, empty_folder
from cpms_portal.dicomweb.listener.service import Listener
from cpms_portal.dicomweb.listener.settings import (
    DropFolder,
    address_in,
    folders_in,
    titles_in,
)
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.queries import files_of, studies_of
from cpms_portal.patients.queries import opened_identity
from tests.factories.dicom import FILE_HEAD, StudyPlan, planted_person, study_files
from tests.factories.patients import patient_of

CENTRE = "networks/rare-liver/germany/de40"
TITLES = titles_in(f"DE40 {CENTRE} PACS1 PACS2\nOTHER networks/rare-liver/france/fr1 PACS3")


@pytest.fixture
def listener(registry):
    """A listener on a free port: its port."""
    running = Listener(registry, TITLES)
    yield running.start(("127.0.0.1", 0))
    running.stop()


@pytest.fixture(autouse=True)
def inbox(registry):
    """The inbox of the centre, empty."""
    found = inbox_of(registry, CENTRE)
    for parcel in found.parcels():
        found.destroy(parcel)
    return found


def dcmtk(program: str, *options: str) -> int:
    """Run a program of dcmtk and return its status."""
    done = subprocess.run([program, *options], capture_output=True, timeout=60, check=False)
    return done.returncode


def on_disk(folder, plan: StudyPlan):
    """Write the files of a study into a folder."""
    for number, (_name, content) in enumerate(study_files(plan)):
        (folder / f"{number}.dcm").write_bytes(content)
    return folder


def called(port: int, calling: str = "PACS1", title: str = "DE40") -> list[str]:
    """Return the options with which dcmtk calls."""
    return ["-aet", calling, "-aec", title, "127.0.0.1", str(port)]


def test_an_echo_when_sent_by_who_may_then_is_answered(listener) -> None:
    assert dcmtk("echoscu", *called(listener)) == 0


@pytest.mark.parametrize(
    ("calling", "title"),
    [("STRANGER", "DE40"), ("PACS1", "NOBODY"), ("PACS3", "DE40"), ("PACS1", "OTHER")],
)
def test_a_title_that_is_unknown_when_calling_then_is_rejected(
    listener, calling, title, tmp_path, inbox
) -> None:
    assert dcmtk("echoscu", *called(listener, calling, title)) != 0
    folder = on_disk(tmp_path, StudyPlan(series=1, slices=1, size=16))
    assert dcmtk("storescu", "+sd", *called(listener, calling, title), str(folder)) != 0
    assert inbox.parcels() == []


def test_a_study_when_sent_then_waits_sealed_and_byte_for_byte(listener, tmp_path, inbox) -> None:
    plan = StudyPlan(uid_seed="listened", series=1, slices=3, size=16)
    assert dcmtk("storescu", "+sd", *called(listener), str(on_disk(tmp_path, plan))) == 0
    (parcel,) = inbox.parcels()
    assert (parcel.count, parcel.about.name) == (3, plan.person.name)
    for path in inbox.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert FILE_HEAD not in content
            assert plan.person.family.encode() not in content
    sent = {content[-200:] for _, content in study_files(plan)}
    whole = b"".join(bundle_of(parcel))
    assert all(end in whole for end in sent)


def test_a_study_when_sent_twice_at_once_then_is_one_parcel(listener, tmp_path, inbox) -> None:
    folder = on_disk(tmp_path, StudyPlan(uid_seed="twice", series=2, slices=4, size=16))
    options = ["storescu", "+sd", *called(listener), str(folder)]
    running = [subprocess.Popen(options) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    (parcel,) = inbox.parcels()
    assert parcel.count == 8


def test_two_people_when_sent_in_one_association_then_wait_apart(listener, tmp_path, inbox) -> None:
    for number in (41, 42):
        (tmp_path / str(number)).mkdir()
        plan = StudyPlan(uid_seed=f"two {number}", person=planted_person(number), slices=2, size=16)
        on_disk(tmp_path / str(number), plan)
    assert dcmtk("storescu", "+sd", "+r", *called(listener), str(tmp_path)) == 0
    names = sorted(parcel.about.name for parcel in inbox.parcels())
    assert names == sorted(planted_person(number).name for number in (41, 42))


def test_two_people_in_one_study_when_given_to_a_patient_then_nothing_is_stored(
    listener, tmp_path, inbox, browser_of, patient, root
) -> None:
    before = sum(study.count for study in studies_of(patient))
    for number in (43, 44):
        (tmp_path / str(number)).mkdir()
        plan = StudyPlan(uid_seed="one study", person=planted_person(number), slices=1, size=16)
        on_disk(tmp_path / str(number), plan)
        for path in (tmp_path / str(number)).iterdir():
            dataset = dcmread(path)
            dataset.SOPInstanceUID = f"{plan.uid('i')[:50]}.{number}.{path.stem}"
            dataset.save_as(path)
    assert dcmtk("storescu", "+sd", "+r", *called(listener), str(tmp_path)) == 0
    (parcel,) = inbox.parcels()
    form = browser_of("rareliverhpuser1").get(f"/{CENTRE}/inbox").forms["assign-1"]
    form["named"], form["sure"] = patient.nickname, True
    page = form.submit(status=303).follow()
    assert "more than one" in page.text.lower() or "several" in page.text.lower()
    root._p_jar.sync()
    assert sum(study.count for study in studies_of(patient)) == before
    assert [one.parcel_id for one in inbox.parcels()] == [parcel.parcel_id]


def test_what_is_no_instance_when_it_reaches_the_inbox_then_is_refused(inbox) -> None:
    for content in (b"", b"no DICOM", b"\0" * 400, study_file_without_uids()):
        with pytest.raises(RefusedError):
            take_in(inbox, content)
    assert inbox.parcels() == []


def study_file_without_uids() -> bytes:
    """Return a slice that does not say which study it is of."""
    ((_name, content),) = study_files(StudyPlan(series=1, slices=1, size=16))
    dataset = dcmread(BytesIO(content))
    del dataset.StudyInstanceUID
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_what_waited_too_long_when_looked_for_then_is_gone(
    listener, tmp_path, inbox, registry, clock
) -> None:
    folder = on_disk(tmp_path, StudyPlan(series=1, slices=1, size=16))
    dcmtk("storescu", "+sd", *called(listener), str(folder))
    clock.advance(days=15)
    late = inbox_of(registry, CENTRE)
    assert late.sweep() == 1
    assert list(late.folder.iterdir()) == []


def test_a_drop_folder_when_emptied_then_its_studies_wait_and_the_rest_stays(
    registry, tmp_path, inbox, clock
) -> None:
    folder = tmp_path / "drop"
    (folder / "deeper").mkdir(parents=True)
    on_disk(folder / "deeper", StudyPlan(uid_seed="dropped", series=1, slices=2, size=16))
    with zipfile.ZipFile(folder / "disc.zip", "w") as archive:
        for name, content in study_files(StudyPlan(uid_seed="zipped", series=1, slices=2, size=16)):
            archive.writestr(name, content)
        archive.writestr("../outside", b"x" * 300)
    (folder / "letter.txt").write_bytes(b"no image" * 50)
    (folder / "link").symlink_to("/etc/hostname")
    young = folder / "young.dcm"
    young.write_bytes(b"still being written")
    settled = clock().timestamp() - 60
    for path in folder.rglob("*"):
        if path != young and not path.is_symlink():
            os.utime(path, (settled, settled))
    os.utime(young, (clock().timestamp(), clock().timestamp()))
    assert empty_folder(registry, DropFolder(folder, CENTRE)) == 2
    left = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert left == sorted(["disc.zip" + REFUSED, "letter.txt" + REFUSED, "link", "young.dcm"])
    assert len(inbox.parcels()) == 1


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (titles_in, "TITLE"),
        (titles_in, f"TITLE {CENTRE}"),
        (titles_in, f"WAYTOOLONGFORATITLE {CENTRE} PACS"),
        (titles_in, f"A {CENTRE} B\nA {CENTRE} C"),
        (titles_in, "A somewhere PACS"),
        (folders_in, "/folder"),
        (address_in, "11112"),
        (address_in, "host:x"),
    ],
)
def test_a_setting_that_makes_no_sense_when_read_then_stops_the_start(read, text) -> None:
    with pytest.raises(ValueError):
        read(text)


@pytest.fixture
def arrived(listener, tmp_path, inbox):
    """A study of somebody that waits."""

    def send(seed: str, **changed: str):
        plan = StudyPlan(uid_seed=seed, series=1, slices=2, size=16)
        for number, (_name, content) in enumerate(study_files(plan)):
            dataset = dcmread(BytesIO(content))
            for name, value in changed.items():
                setattr(dataset, name, value)
            dataset.save_as(tmp_path / f"{number}.dcm")
        assert dcmtk("storescu", "+sd", *called(listener), str(tmp_path)) == 0
        return SimpleNamespace(plan=plan, parcel=inbox.parcels()[0])

    return send


@pytest.fixture
def patient(root):
    """The patient."""
    return patient_of(root)


def test_an_arrival_that_names_a_patient_when_given_to_it_then_is_stored_and_gone(
    arrived, browser_of, patient, registry, inbox, root
) -> None:
    identity = opened_identity(patient, registry)
    born = identity["birth_date"].strftime("%Y%m%d")
    name = f"{identity['family_name']}^{identity['given_name']}"
    arrived("named", PatientName=name, PatientBirthDate=born, PatientID="H-1")
    browser = browser_of("rareliverhpuser1")
    page = browser.get(f"/{CENTRE}/inbox")
    form = page.forms["assign-1"]
    assert form["patient"].value == patient.__name__
    form.submit(status=303)
    assert inbox.parcels() == []
    root._p_jar.sync()
    study = next(one for one in studies_of(patient) if one.count == 2)
    family = identity["family_name"].encode()
    assert all(family not in content for content in files_of(registry, study))


def test_an_arrival_with_the_code_of_a_patient_when_looked_at_then_is_suggested(
    arrived, browser_of, patient
) -> None:
    arrived("coded", PatientID=patient.__name__.upper())
    form = browser_of("rareliverhpuser1").get(f"/{CENTRE}/inbox").forms["assign-1"]
    assert form["patient"].value == patient.__name__


def test_an_arrival_of_somebody_else_when_given_by_hand_then_is_asked_about_first(
    arrived, browser_of, patient, inbox
) -> None:
    arrived("stranger")
    form = browser_of("rareliverhpuser1").get(f"/{CENTRE}/inbox").forms["assign-1"]
    assert "patient" not in form.fields
    form["named"] = "nobody-here"
    assert "No patient of this centre" in form.submit(status=422)
    form["named"] = patient.nickname
    assert "another person" in form.submit(status=422)
    assert len(inbox.parcels()) == 1
    form["sure"] = True
    form.submit(status=303)
    assert inbox.parcels() == []


def test_an_arrival_when_destroyed_then_is_gone_and_recorded(arrived, browser_of, inbox) -> None:
    arrived("unwanted")
    page = browser_of("rareliverhpuser1").get(f"/{CENTRE}/inbox")
    form = next(form for form in page.forms.values() if form.action.endswith("destroy-arrival"))
    form.submit(status=303)
    assert inbox.parcels() == []


def test_the_inbox_when_asked_for_by_others_then_is_not_there(browser_of) -> None:
    for login in ("vascernhpuser1", "rareliverresearcher", "siteadmin"):
        answer = browser_of(login).get(f"/{CENTRE}/inbox", status=(403, 404))
        assert planted_person(1).family not in answer
