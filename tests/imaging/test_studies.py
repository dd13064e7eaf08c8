"""Studies of a patient through the pages: upload, list, viewer, frames, removal."""

from __future__ import annotations

import io
import json
import zipfile

import numpy
import pytest
import transaction
from PIL import Image
from webtest import Upload as FormFile

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import files_of, index_of, studies_of
from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.keys import KeyDestroyedError, keyring
from tests.factories.dicom import (
    FILE_HEAD,
    StudyPlan,
    ct_slice,
    planted_person,
    study_files,
    written,
)
from tests.factories.patients import patient_of
from tests.imaging.pages import OUTSIDER, token_of, uploaded


def study_plan(seed: str, **more: object) -> StudyPlan:
    """Return a small study of its own."""
    return StudyPlan(uid_seed=seed, size=32, **more)


def test_a_folder_when_uploaded_in_pieces_then_becomes_one_study_that_can_be_seen(
    hp, place
) -> None:
    files = list(study_files(study_plan("folder", series=2, slices=5)))
    receipt = uploaded(hp, place, b"".join(bundled(files)), piece=7001)
    assert (receipt["stored"], receipt["series"], receipt["lines"]) == (10, 2, [])
    page = hp.get(receipt["studies"][0])
    assert "Axial 5mm portal venous" in page
    assert planted_person(1).family not in page
    assert "<title>Images" in page
    listed = hp.get(f"{place}/studies")
    assert "CT Abdomen" in listed


def test_a_zip_with_foreign_files_when_uploaded_then_the_receipt_says_what_was_left_out(
    hp, place
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in study_files(study_plan("zip", series=1, slices=3)):
            archive.writestr(name, content)
        archive.writestr("autorun.inf", "x" * 400)
    receipt = uploaded(hp, place, out.getvalue())
    assert receipt["stored"] == 3
    assert [line["count"] for line in receipt["lines"]] == [1]
    assert "not a DICOM file" in receipt["lines"][0]["text"]


def test_a_plain_form_without_script_when_sent_then_stores_the_study(hp, place) -> None:
    page = hp.get(f"{place}/add-study")
    files = study_files(study_plan("form", series=1, slices=2))
    answer = hp.post(
        f"{place}/add-study",
        {"csrf_token": token_of(page),
         "files": FormFile("a.zip", _zip(list(files)), "application/zip")},
    )  # fmt: skip
    assert "images in" in answer
    assert answer.html.find("a", string="Look at the images")


def _zip(files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def test_a_plain_form_without_files_when_sent_then_says_so(hp, place) -> None:
    token = token_of(hp.get(f"{place}/add-study"))
    answer = hp.post(f"{place}/add-study", {"csrf_token": token}, status=422)
    assert "Please choose files" in answer


def test_a_frame_when_asked_for_then_is_the_original_pixels(hp, place, root) -> None:
    plan = study_plan("frame", series=1, slices=3)
    receipt = uploaded(hp, place, b"".join(bundled(study_files(plan))))
    address = receipt["studies"][0]
    series = hp.get(f"{address}metadata").json["series"][0]
    images = [series["shared"] | image for image in series["images"]]
    assert [image["along"] for image in images] == [0.0, 5.0, 10.0]
    answer = hp.get(f"{address}frame?series=1&instance={images[1]['instance']}&frame=0")
    assert answer.headers["X-Frame-Kind"] == "uint16"
    assert answer.headers["Cache-Control"] == "no-store"
    values = numpy.frombuffer(answer.body, "<u2").reshape(32, 32)
    assert values.tobytes() == ct_slice(plan, 0, 1).PixelData
    picture = Image.open(io.BytesIO(hp.get(f"{address}thumbnail?series=1").body))
    assert picture.format == "JPEG"


@pytest.mark.parametrize("query", ["series=9", "series=1&instance=999", "series=1&instance=x"])
def test_a_frame_that_is_not_there_when_asked_for_then_is_not_found(hp, place, query) -> None:
    receipt = uploaded(
        hp, place, b"".join(bundled(study_files(study_plan(f"no {query}", slices=1))))
    )
    hp.get(f"{receipt['studies'][0]}frame?{query}", status=404)


def test_somebody_of_another_network_when_asking_then_finds_nothing(hp, place, browser_of) -> None:
    receipt = uploaded(hp, place, b"".join(bundled(study_files(study_plan("hidden", slices=1)))))
    outsider = browser_of(OUTSIDER)
    for name in ("", "metadata", "frame?series=1", "thumbnail", "remove"):
        outsider.get(receipt["studies"][0] + name, status=404)
    outsider.get(f"{place}/add-study", status=404)


def test_an_upload_when_a_piece_is_sent_twice_then_the_second_is_refused_and_nothing_breaks(
    hp, place
) -> None:
    headers = {"X-CSRF-Token": token_of(hp.get(f"{place}/add-study"))}
    begun = hp.post_json(f"{place}/study-upload", {"size": 10}, headers=headers).json
    address = f"{place}/study-upload/{begun['upload']}"
    send = {"headers": {**headers, "X-Offset": "0"}, "content_type": "application/octet-stream"}
    hp.put(address, b"12345", **send)
    hp.put(address, b"12345", status=409, **send)
    assert hp.get(address).json["offset"] == 5
    hp.post(f"{address}/finish", headers=headers, status=409)


def test_an_upload_of_somebody_else_when_touched_then_is_not_known(hp, place, browser_of) -> None:
    headers = {"X-CSRF-Token": token_of(hp.get(f"{place}/add-study"))}
    begun = hp.post_json(f"{place}/study-upload", {"size": 10}, headers=headers).json
    colleague = browser_of("rareliverhpuser2")
    colleague.get(f"{place}/study-upload/{begun['upload']}", status=(403, 404))


def test_an_upload_without_a_size_when_begun_then_is_refused_in_words(hp, place) -> None:
    headers = {"X-CSRF-Token": token_of(hp.get(f"{place}/add-study"))}
    answer = hp.post_json(f"{place}/study-upload", {"size": "big"}, headers=headers, status=422)
    assert answer.json["problem"]


def test_late_slices_when_received_then_join_their_series(root, registry) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    files = list(study_files(study_plan("late", series=1, slices=6)))
    first = receive_study(patient, files[:4], actor)
    again = receive_study(patient, files, actor)
    assert first.studies == again.studies
    assert (again.stored, again.duplicates) == (2, 4)
    study = patient["studies"][first.studies[0]]
    (series,) = study.series.values()
    assert (series.count, len(series.packs)) == (6, 2)
    index = index_of(registry, study, series)
    along = [index.instances[at]["along"] for at in index.in_order()]
    assert along == sorted(along)
    assert len(list(files_of(registry, study))) == 6


def test_a_stopped_upload_when_received_then_nothing_is_stored(root, registry) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    before = len(studies_of(patient))
    files = [
        (str(seed), written(ct_slice(study_plan(str(seed), person=planted_person(seed)), 0, 0)))
        for seed in (21, 22)
    ]
    receipt = receive_study(patient, files, actor)
    assert receipt.stopped == "several_people"
    assert receipt.stopped_text
    assert len(studies_of(patient)) == before


def test_what_is_stored_when_the_key_is_destroyed_then_cannot_be_read(root, registry) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    receipt = receive_study(patient, study_files(study_plan("erased", slices=1)), actor)
    study = patient["studies"][receipt.studies[0]]
    series = study.series["1"]
    index_of(registry, study, series)
    key = keyring(registry)
    study.key_id = "a-key-that-is-gone"
    assert not key.exists(study.key_id)
    with pytest.raises(KeyDestroyedError):
        index_of(registry, study, series)
    other = SealedBlob(study.key_id)
    with pytest.raises(KeyDestroyedError):
        list(other.read_range(registry, 0, 1))


def test_the_database_when_a_study_is_stored_then_holds_nothing_of_it_in_the_clear(
    site, root, registry
) -> None:
    patient, actor = patient_of(root), system_actor(registry)
    receive_study(patient, study_files(study_plan("clear", slices=2)), actor)
    transaction.commit()
    for path in site.var.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for trace in (FILE_HEAD, b"portal venous", b"Castrovani", b"ABDOMEN"):
                if trace == b"portal venous" and path.suffix not in (".blob", ".fs"):
                    continue
                assert trace not in content, (path.name, trace)


def test_removing_a_study_when_asked_twice_then_it_is_gone(hp, place) -> None:
    receipt = uploaded(hp, place, b"".join(bundled(study_files(study_plan("gone", slices=1)))))
    address = receipt["studies"][0]
    page = hp.get(f"{address}remove")
    assert "cannot be undone" in page
    hp.post(f"{address}remove", {"csrf_token": token_of(page)}, status=303)
    hp.get(address, status=404)


def test_metadata_when_asked_for_then_holds_no_uid_and_no_date(hp, place) -> None:
    receipt = uploaded(hp, place, b"".join(bundled(study_files(study_plan("meta", slices=1)))))
    told = json.dumps(hp.get(f"{receipt['studies'][0]}metadata").json)
    assert "2.25." not in told
    assert "2024" not in told
