"""Slides in DICOM: one line and one viewer; the tiles stay in the pack of their series."""

from __future__ import annotations

import io

import numpy
import pydicom
import pytest
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import generate_uid

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study, remove_study
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import (
    files_of,
    pyramid_of,
    slides_of,
    studies_beside_slides,
    studies_of,
    tile_of,
)
from cpms_portal.imaging.slides.decoding import as_jpeg
from tests.factories.dicom import planted_person
from tests.factories.slides import DICOMSlide, tissue

PERSON = planted_person(9)


def _close(picture: bytes, box: tuple[int, int, int, int]) -> bool:
    seen = numpy.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    drawn = numpy.asarray(tissue(1000, 700, 7).crop(box))
    return bool(numpy.abs(seen - drawn).mean() < 10)


@pytest.mark.parametrize("more", [{}, {"sparse": True}, {"native": True}])
def test_a_slide_when_uploaded_then_is_seen_tile_by_tile(upload, hp, place, more) -> None:
    slide = DICOMSlide(PERSON, f"seen {more}", **more)
    receipt = upload(b"".join(bundled(slide.files())))
    assert receipt["stored"] == 2
    assert [line["count"] for line in receipt["lines"]] == [2]
    (address,) = receipt["studies"]
    about = hp.get(address + "levels").json
    assert [(one["width"], one["height"]) for one in about["levels"]] == [(1000, 700), (250, 175)]
    assert (about["pixel"], about["magnification"]) == ([0.5, 0.5], 20)
    # The sixth of four columns: second row, second column.
    assert _close(hp.get(f"{about['tiles']}/0/5").body, (256, 256, 512, 512))
    picture = Image.open(io.BytesIO(hp.get(address + "thumbnail").body))
    assert picture.size == (192, 134)
    page = hp.get(address)
    assert "Download" not in page.html.find("main").get_text()
    assert PERSON.family not in page
    hp.get(address + "slide.tif", status=404)


def test_a_slide_when_stored_then_is_one_line_and_its_series_is_whole(
    root, registry, patient
) -> None:
    before = len(studies_beside_slides(patient))
    files = DICOMSlide(PERSON, "one line").files()
    receipt = receive_study(patient, files, system_actor(registry))
    assert len(studies_beside_slides(patient)) == before
    slide = patient["studies"][receipt.slides[0]]
    study = patient["studies"][slide.study]
    assert (study.modalities, study.count) == (["SM"], 2)
    assert len(list(files_of(registry, study))) == 2
    # What is stored beside the series are places alone.
    assert slide.packs[0] is study.series["1"].packs[0]
    assert slide.packs[1].size < 2000
    again = receive_study(patient, files, system_actor(registry))
    assert (again.stored, again.duplicates, again.slides) == (0, 2, [])


def test_a_slide_when_removed_then_its_series_goes_with_it(root, registry, patient) -> None:
    receipt = receive_study(patient, DICOMSlide(PERSON, "gone").files(), system_actor(registry))
    slide = patient["studies"][receipt.slides[0]]
    study = slide.study
    assert study in patient["studies"]
    remove_study(slide, system_actor(registry))
    assert study not in patient["studies"]
    assert receipt.slides[0] not in {one.__name__ for one in slides_of(patient)}


def test_a_study_when_removed_then_its_slide_goes_with_it(root, registry, patient) -> None:
    receipt = receive_study(patient, DICOMSlide(PERSON, "both").files(), system_actor(registry))
    study = patient["studies"][patient["studies"][receipt.slides[0]].study]
    remove_study(study, system_actor(registry))
    assert receipt.slides[0] not in {one.__name__ for one in slides_of(patient)}
    assert study.__name__ not in {one.__name__ for one in studies_of(patient)}


def test_a_large_level_alone_when_stored_then_smaller_ones_are_drawn(
    root, registry, patient
) -> None:
    files = DICOMSlide(PERSON, "alone", width=1500, height=1200).files()[:1]
    receipt = receive_study(patient, files, system_actor(registry))
    levels = pyramid_of(registry, patient["studies"][receipt.slides[0]]).levels
    assert [(one.width, one.drawn, one.pack) for one in levels] == [
        (1500, False, 0), (375, True, -1)
    ]  # fmt: skip


def test_frames_that_lie_about_their_size_when_stored_then_are_no_slide(
    root, registry, patient
) -> None:
    name, content = DICOMSlide(PERSON, "lies").files()[0]
    at = content.index(b"\xff\xc0") + 5
    content = content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :]
    receipt = receive_study(patient, [(name, content)], system_actor(registry))
    assert not receipt.slides


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_level_that_comes_later_when_uploaded_then_joins_its_slide(
    root, registry, patient, order: tuple[int, int]
) -> None:
    files = DICOMSlide(PERSON, f"later {order}", width=2400, height=1700).files()
    actor, before = system_actor(registry), len(slides_of(patient))
    first = receive_study(patient, [files[order[0]]], actor)
    version = patient["studies"][first.slides[0]].version
    second = receive_study(patient, [files[order[1]]], actor)
    assert second.slides == first.slides
    assert len(slides_of(patient)) == before + 1
    slide = patient["studies"][first.slides[0]]
    assert slide.version != version
    levels = pyramid_of(registry, slide).levels
    assert [(one.width, one.drawn, one.pack) for one in levels][:2] == [
        (2400, False, order[0]), (600, False, order[1])
    ]  # fmt: skip
    assert all(one.drawn and one.width < 600 for one in levels[2:])
    assert pyramid_of(registry, slide).pixel == (0.5, 0.5)
    for level, side in ((levels[0], 2400), (levels[1], 600)):
        tile = Image.open(io.BytesIO(as_jpeg(tile_of(registry, slide, level, 1), level)))
        drawn = tissue(2400, 1700, 7).resize((side, 1700 * side // 2400)).crop((256, 0, 512, 256))
        seen = numpy.asarray(tile.convert("RGB")).astype(int)
        assert numpy.abs(seen - numpy.asarray(drawn)).mean() < 12
    again = receive_study(patient, files[:2], actor)
    assert (again.stored, again.duplicates) == (0, 2)


def test_three_levels_in_three_uploads_when_stored_then_are_one_slide_that_goes_with_its_series(
    root, registry, patient
) -> None:
    actor = system_actor(registry)
    slides = [DICOMSlide(PERSON, "three", width=width, height=width // 2) for width in (2000, 500)]
    files = [*slides[0].files()[:2], ("2.dcm", numbered(slides[1].files()[1][1]))]
    names = {receive_study(patient, [one], actor).slides[0] for one in files}
    (name,) = names
    slide = patient["studies"][name]
    assert len(slide.packs) == 4
    assert [one.width for one in pyramid_of(registry, slide).levels if not one.drawn] == [
        2000, 500, 125
    ]  # fmt: skip
    study = slide.study
    remove_study(slide, actor)
    assert study not in patient["studies"]


def numbered(content: bytes) -> bytes:
    """Return an instance with an identifier of its own."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4.5.6"
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize("sparse", [False, True])
def test_a_level_cut_into_a_concatenation_when_uploaded_then_is_whole_again(
    root, registry, patient, sparse
) -> None:
    slide = DICOMSlide(PERSON, f"cut {sparse}", sparse=sparse)
    files = concatenated(slide.files()[0][1], 3)
    receipt = receive_study(patient, files, system_actor(registry))
    assert receipt.stored == 3
    found = patient["studies"][receipt.slides[0]]
    level = pyramid_of(registry, found).levels[0]
    for number in range(level.columns * level.rows):
        row, column = divmod(number, level.columns)
        box = (column * 256, row * 256, column * 256 + 256, row * 256 + 256)
        assert _close(as_jpeg(tile_of(registry, found, level, number), level), box)


def test_a_concatenation_that_lacks_a_part_when_uploaded_then_is_no_slide_with_white_gaps(
    root, registry, patient
) -> None:
    files = concatenated(DICOMSlide(PERSON, "gap", sparse=True).files()[0][1], 3)
    receipt = receive_study(patient, files[:2], system_actor(registry))
    assert (receipt.stored, receipt.slides) == (2, [])


def concatenated(content: bytes, parts: int) -> list[tuple[str, bytes]]:
    """Return an instance cut into several, as a scanner does with a level that is too large."""
    whole = pydicom.dcmread(io.BytesIO(content))
    frames = list(generate_frames(whole.PixelData, number_of_frames=whole.NumberOfFrames))
    positions = list(whole.get("PerFrameFunctionalGroupsSequence", []))
    files, size = [], -(-len(frames) // parts)
    for part in range(parts):
        one = pydicom.dcmread(io.BytesIO(content))
        mine = slice(part * size, part * size + size)
        one.ConcatenationUID = generate_uid(entropy_srcs=[whole.SOPInstanceUID])
        one.SOPInstanceUIDOfConcatenationSource = whole.SOPInstanceUID
        uid = generate_uid(entropy_srcs=[whole.SOPInstanceUID, str(part)])
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = uid
        one.InConcatenationNumber, one.InConcatenationTotalNumber = part + 1, parts
        one.ConcatenationFrameOffsetNumber = part * size
        one.NumberOfFrames = len(frames[mine])
        if positions:
            one.PerFrameFunctionalGroupsSequence = positions[mine]
        one.PixelData = encapsulate(frames[mine])
        out = io.BytesIO()
        one.save_as(out)
        files.append((f"{part}.dcm", out.getvalue()))
    return files
