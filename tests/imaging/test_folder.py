"""The pipeline on a folder: names neutral, one line a file, every file decided."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openslide
import pydicom

from cpms_portal.imaging.ingest.folder import run
from tests.factories.dicom import (
    StudyPlan,
    ct_slice,
    encapsulated_pdf,
    planted_person,
    study_files,
    written,
)
from tests.factories.files import picture
from tests.factories.slides import (
    DICOMSlide,
    Mirax,
    aperio,
    generic,
    hamamatsu,
    jpeg,
    level_page,
    tiff,
    tissue,
)


def _lines(in_dir: Path, out_dir: Path) -> list[dict]:
    out = io.StringIO()
    assert run(str(in_dir), str(out_dir), stream=out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


def _disc(folder: Path) -> None:
    plan = StudyPlan(series=2, slices=2, size=8)
    for name, content in study_files(plan):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "report.pdf.dcm").write_bytes(written(encapsulated_pdf(plan.person)))
    (folder / "README.txt").write_text("for the disc")
    (folder / "letter.txt").write_text(f"about {plan.person.family}")
    (folder / "photo.jpg").write_bytes(picture("JPEG", plan.person.family))
    (folder / "viewer.exe").write_bytes(b"MZ")


def test_a_folder_when_deidentified_then_every_file_has_one_line_with_its_decision(
    tmp_path: Path,
) -> None:
    _disc(tmp_path / "in")
    lines = _lines(tmp_path / "in", tmp_path / "out")
    by_file = {line["file"]: line for line in lines}
    assert len(lines) == 9
    assert by_file["README.txt"]["status"] == "stored"
    assert by_file["letter.txt"]["reason"] == "names_patient"
    assert by_file["viewer.exe"]["status"] == "refused"
    photo = tmp_path / "out" / by_file["photo.jpg"]["output"]
    assert photo.suffix == ".jpg"
    assert planted_person(1).family.encode() not in photo.read_bytes()
    assert by_file["report.pdf.dcm"]["reason"] == "document"
    stored = [line for line in lines if line["status"] == "stored"]
    assert len(stored) == 6
    assert all((tmp_path / "out" / line["output"]).is_file() for line in stored)


def test_names_of_people_in_paths_when_deidentified_then_are_replaced_and_others_stay(
    tmp_path: Path,
) -> None:
    _disc(tmp_path / "in")
    outputs = [line["output"] for line in _lines(tmp_path / "in", tmp_path / "out")]
    person = planted_person(1)
    assert not any(person.family in (output or "") for output in outputs)
    assert any(output and output.endswith("SE1/IM0001.dcm") for output in outputs)


def test_a_name_that_stands_in_another_file_only_when_met_in_text_then_is_gone(
    tmp_path: Path,
) -> None:
    plan = StudyPlan(size=8)
    named, nameless = ct_slice(plan, 0, 0), ct_slice(plan, 0, 1)
    nameless.PatientName = ""
    nameless.Manufacturer = f"ACME {plan.person.given}"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").write_bytes(written(named))
    (tmp_path / "in" / "b").write_bytes(written(nameless))
    lines = _lines(tmp_path / "in", tmp_path / "out")
    stored = [pydicom.dcmread(tmp_path / "out" / line["output"]) for line in lines]
    assert [dataset.Manufacturer for dataset in stored] == ["ACME Imaging", "ACME"]


def test_two_patients_when_in_one_folder_then_keep_apart_with_one_shift_each(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    for seed in (11, 12):
        for number in (0, 1):
            plan = StudyPlan(person=planted_person(seed), size=8, uid_seed=str(seed))
            content = written(ct_slice(plan, 0, number))
            (tmp_path / "in" / f"{seed}-{number}.dcm").write_bytes(content)
    lines = _lines(tmp_path / "in", tmp_path / "out")
    stored = [pydicom.dcmread(tmp_path / "out" / line["output"]) for line in lines]
    assert len({dataset.PatientID for dataset in stored}) == 2
    assert len({(dataset.PatientID, dataset.StudyDate) for dataset in stored}) == 2


def test_a_folder_that_is_not_there_when_asked_for_then_ends_with_one(tmp_path: Path) -> None:
    assert run(str(tmp_path / "nowhere"), str(tmp_path / "out"), stream=io.StringIO()) == 1


def _slides(folder: Path) -> None:
    """Put a slide of each kind into a folder, and a photograph that is a TIFF too."""
    person = planted_person(1)
    said = person.strings()
    folder.mkdir()
    (folder / f"{person.family}.svs").write_bytes(aperio(said))
    (folder / "b.ndpi").write_bytes(hamamatsu(said))
    (folder / "c.tif").write_bytes(generic(said))
    (folder / "photo.tif").write_bytes(picture("TIFF", person.family))
    for name, content in [*Mirax(said).files(), *DICOMSlide(person, "folder").files()]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_slides_when_in_the_folder_then_are_made_anew_without_labels(tmp_path: Path) -> None:
    _slides(tmp_path / "in")
    lines = _lines(tmp_path / "in", tmp_path / "out")
    by_file = {line["file"]: line for line in lines}
    assert len(lines) == sum(path.is_file() for path in (tmp_path / "in").rglob("*"))
    assert all(line["output"] or line["reason"] for line in lines)
    for name in ("Castrovani.svs", "b.ndpi", "c.tif"):
        assert by_file[name]["status"] == "stored", name
        with openslide.OpenSlide(tmp_path / "out" / by_file[name]["output"]) as slide:
            assert slide.level_count >= 1
            assert not slide.associated_images
    parts = [line for line in lines if line["file"].endswith((".dat", ".ini"))]
    assert len({line["output"] for line in parts}) == 1
    assert {line["status"] for line in parts} == {"stored"}
    reasons = {line["reason"] for line in lines if line["status"] != "stored"}
    assert reasons == {"slide_label"}
    assert (
        sum(bool(line["output"] or "") and line["output"].endswith(".dcm") for line in lines) == 2
    )
    assert by_file["photo.tif"]["output"].endswith(".tif")


def test_identity_in_slides_of_a_folder_when_written_then_is_nowhere(tmp_path: Path) -> None:
    _slides(tmp_path / "in")
    _lines(tmp_path / "in", tmp_path / "out")
    written_files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(written_files) == 7
    for path in written_files:
        content = path.read_bytes()
        for word in planted_person(1).strings():
            assert word.encode() not in content
            assert word not in path.as_posix()


def test_a_slide_of_a_kind_that_is_not_known_when_in_the_folder_then_is_withheld_with_a_reason(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    text = b'<OME xmlns="http://www.openmicroscopy.org/">'
    (tmp_path / "in" / "a.tif").write_bytes(tiff([level_page(tissue(600, 400), text)]))
    (tmp_path / "in" / "b.vms").write_bytes(b"[Virtual Microscope Specimen]\r\nNoLayers=1\r\n")
    (tmp_path / "in" / "b_macro.jpg").write_bytes(jpeg(tissue(600, 400)))
    (tmp_path / "in" / "cut.svs").write_bytes(aperio([])[:3000])
    lines = _lines(tmp_path / "in", tmp_path / "out")
    assert {line["file"]: (line["status"], line["reason"]) for line in lines} == {
        "a.tif": ("withheld", "slide_kind"),
        "b.vms": ("withheld", "slide_kind"),
        "b_macro.jpg": ("withheld", "slide_kind"),
        "cut.svs": ("refused", "cut_off"),
    }
    assert not list((tmp_path / "out").iterdir())
