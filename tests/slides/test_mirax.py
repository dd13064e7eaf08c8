"""Slides of 3DHISTECH: a folder of files, joined by OpenSlide in memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy
import pytest
from PIL import Image

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import pyramid_of, slide_file, tile_of
from cpms_portal.imaging.slides.decoding import as_jpeg
from cpms_portal.imaging.slides.mirax import part_of, words_of
from tests.factories.dicom import planted_person
from tests.factories.slides import Mirax, jpeg, tissue

PERSON = planted_person(6)


def test_a_folder_when_dropped_then_is_one_slide_and_shows_what_it_showed(
    root, registry, patient
) -> None:
    mirax = Mirax(PERSON.strings())
    receipt = receive_study(patient, reversed(mirax.files()), system_actor(registry))
    assert receipt.stored == 1
    slide = patient["studies"][receipt.slides[0]]
    pyramid = pyramid_of(registry, slide)
    assert (pyramid.width, pyramid.height, pyramid.pixel) == (1024, 768, (0.25, 0.25))
    assert pyramid.magnification == 20
    level = pyramid.levels[0]
    shown = as_jpeg(tile_of(registry, slide, level, 1), level)
    seen = numpy.asarray(Image.open(io.BytesIO(shown))).astype(int)
    drawn = numpy.asarray(mirax.image.crop((512, 0, 1024, 512)))
    assert numpy.abs(seen - drawn).mean() < 8


def test_a_folder_with_planted_identity_when_stored_then_nothing_of_it_is_left(
    root, registry, patient
) -> None:
    number = "FEDCBA98765432100123456789ABCDEF"
    files = Mirax(PERSON.strings(), across=2, slide_id=number).files()
    receipt = receive_study(patient, files, system_actor(registry))
    slide = patient["studies"][receipt.slides[0]]
    stored = b"".join(slide_file(registry, slide))
    assert stored[:4] == b"II+\0"
    for word in (*PERSON.strings(), number):
        assert word.encode() not in stored
    label = jpeg(tissue(200, 300, 5))
    assert label[-1000:-900] not in stored
    assert any(label[-1000:-900] in content for _, content in files)


def test_a_zip_of_the_folder_when_uploaded_then_the_picture_beside_it_is_held_back(upload) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in Mirax(PERSON.strings(), across=3).files():
            archive.writestr(name, content)
    receipt = upload(out.getvalue())
    assert receipt["stored"] == 1
    ((line),) = receipt["lines"]
    assert "label or overview" in line["text"]
    assert line["count"] == 1


@pytest.mark.parametrize("missing", ["Index.dat", "Data0000.dat"])
def test_a_folder_without_one_of_its_files_when_uploaded_then_is_refused_in_words(
    upload, missing
) -> None:
    files = [one for one in Mirax(["x"]).files() if missing not in one[0] and "mrxs" not in one[0]]
    receipt = upload(b"".join(bundled(files)))
    assert receipt["stored"] == 0
    assert {line["text"] for line in receipt["lines"]} == {
        "Parts of this slide are missing. Please upload its whole folder."
    }


def test_a_folder_whose_files_are_cut_off_when_uploaded_then_is_refused(
    root, registry, patient, site
) -> None:
    for share in (0.3, 0.9):
        files = [
            (name, content[: int(len(content) * share)] if "Data" in name else content)
            for name, content in Mirax(["x"]).files()
        ]
        receipt = receive_study(patient, files, system_actor(registry))
        assert receipt.stored == 0
    staging = Path(site.var) / "staging"
    assert not list(staging.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        "[GENERAL]\nSLIDE_ID = 1\n",
        "[GENERAL]\nSLIDE_ID = 1\n[HIERARCHICAL]\nINDEXFILE = ../a.dat\n[DATAFILE]\nFILE_COUNT=0\n",
        "[GENERAL]\nSLIDE_ID = 1\n[HIERARCHICAL]\nINDEXFILE = a.dat\n[DATAFILE]\nFILE_COUNT=x\n",
        "[GENERAL]\nno sense",
    ],
)
def test_words_that_say_too_little_or_lead_elsewhere_when_read_then_are_refused(words) -> None:
    with pytest.raises(RefusedError):
        words_of(words.encode())


def test_a_file_of_another_slide_when_looked_at_then_is_no_part() -> None:
    files = dict(Mirax(["x"]).files())
    words = words_of(files["slide/Slidedat.ini"])
    assert part_of(files["slide/Data0000.dat"][:512], words) == "Data0000.dat"
    other = dict(Mirax(["x"], slide_id="A" * 32).files())
    assert part_of(other["slide/Data0000.dat"][:512], words) == ""
