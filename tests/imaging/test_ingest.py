"""An upload taken apart: what is taken, what stops it, what a pack holds."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.ingest.sources import (
    RowSource,
    SourceRefusedError,
    ZipSource,
    bundled,
    in_memory,
    spans_in_bundle,
)
from cpms_portal.imaging.ingest.work import Order, Outcome, ingest
from tests.factories.dicom import FILE_HEAD, StudyPlan, planted_person, study_files

KEY = b"\x05" * 32
LARGEST = 10**9


def worked(folder: Path, stream: io.BytesIO, **more: object) -> Outcome:
    """Return what became of an upload."""
    folder.mkdir(exist_ok=True)
    order = Order(folder, folder, "key", KEY, more.pop("identity", KnownIdentity()), **more)
    return ingest(order, stream, len(stream.getvalue()), lambda done, total: None)


def zipped(files: list[tuple[str, bytes]]) -> io.BytesIO:
    """Return a ZIP in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out


@pytest.fixture
def files() -> list[tuple[str, bytes]]:
    return list(study_files(StudyPlan(series=2, slices=4, size=16)))


@pytest.mark.parametrize("pack", ["zip", "bundle"])
def test_a_study_when_uploaded_then_each_series_is_one_pack(tmp_path, files, pack) -> None:
    stream = zipped(files) if pack == "zip" else in_memory(files)[0]
    outcome = worked(tmp_path, stream)
    assert outcome.counts["stored"] == 8
    assert [len(pack.instances) for pack in outcome.packs] == [4, 4]
    assert len(list(tmp_path.glob("pack-*"))) == 2


def test_packs_when_written_then_hold_no_name_and_no_plain_header(tmp_path, files) -> None:
    outcome = worked(tmp_path, in_memory(files)[0])
    for pack in outcome.packs:
        content = pack.path.read_bytes()
        assert FILE_HEAD not in content
        assert planted_person(1).family.encode() not in content


def test_instances_when_packed_then_say_where_they_and_their_pixels_lie(tmp_path, files) -> None:
    first, second = worked(tmp_path, in_memory(files)[0]).packs[0].instances[:2]
    assert first["offset"] == 0
    assert second["offset"] == first["size"]
    assert first["size"] - first["pixels"] == 16 * 16 * 2
    assert (first["slope"], first["intercept"], first["center"]) == (1.0, -1024.0, 40.0)
    assert second["along"] - first["along"] == 5.0


def test_what_is_no_dicom_when_in_between_then_is_counted_with_its_reason(tmp_path, files) -> None:
    outcome = worked(tmp_path, in_memory([("readme", b"hello" * 99), *files])[0])
    assert outcome.counts == {"stored": 8, "refused": 1}
    assert outcome.reasons == {("refused", "not_dicom"): 1}


def test_two_people_in_one_upload_when_met_then_nothing_at_all_is_taken(tmp_path, files) -> None:
    other = study_files(StudyPlan(person=planted_person(9), size=16, uid_seed="other"))
    outcome = worked(tmp_path, in_memory([*files, *other])[0])
    assert outcome.stopped == "several_people"
    assert outcome.packs == []


def test_one_person_with_two_numbers_when_met_then_is_taken(tmp_path, files) -> None:
    twin = planted_person(1)
    twin.number = "HN00000001"
    other = study_files(StudyPlan(person=twin, size=16, uid_seed="other"))
    assert worked(tmp_path, in_memory([*files, *other])[0]).stopped == ""


def test_what_is_stored_already_when_sent_again_then_counts_as_duplicate(tmp_path, files) -> None:
    first = worked(tmp_path, in_memory(files)[0])
    known = frozenset(facts["uid"] for pack in first.packs for facts in pack.instances)
    again = worked(tmp_path, in_memory(files)[0], known=known)
    assert again.counts == {"duplicate": 8}
    assert again.packs == []


def test_two_files_with_one_identifier_when_met_then_the_first_is_taken(tmp_path, files) -> None:
    name, content = files[0]
    other = content[:-2] + b"\x11\x22"
    outcome = worked(tmp_path, in_memory([*files, ("twin", other)])[0])
    assert outcome.counts == {"stored": 8, "duplicate": 1}
    assert outcome.verdicts[8].status == "duplicate"


def test_files_of_another_person_than_the_patient_when_met_then_are_pointed_out(
    tmp_path, files
) -> None:
    known = KnownIdentity(("Somebody", "Else"), date(1999, 9, 9))
    assert worked(tmp_path, in_memory(files)[0], identity=known).other_person
    same = KnownIdentity((planted_person(1).family,), date(1999, 9, 9))
    assert not worked(tmp_path, in_memory(files)[0], identity=same).other_person


@pytest.mark.parametrize(
    ("name", "code"),
    [("../../etc/x", "unsafe_zip"), ("/abs", "unsafe_zip"), ("C:\\x", "unsafe_zip")],
)
def test_a_zip_with_unsafe_names_when_opened_then_is_refused_as_a_whole(
    tmp_path, files, name, code
) -> None:
    assert worked(tmp_path, zipped([*files, (name, b"x")])).stopped == code


def test_a_zip_with_a_link_when_opened_then_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(SourceRefusedError, match="unsafe_zip"):
        ZipSource(out, LARGEST)


def test_a_zip_that_unpacks_to_far_more_than_it_is_when_opened_then_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="zip_bomb"):
        ZipSource(zipped([("zeros", bytes(5_000_000))]), LARGEST)


def test_a_zip_that_unpacks_to_more_than_is_allowed_when_opened_then_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="too_large"):
        ZipSource(zipped([("a", b"abcdefgh" * 10)]), 50)


def test_a_zip_of_ten_thousand_and_one_files_when_opened_then_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="too_many_files"):
        ZipSource(zipped([(f"{n}", b"") for n in range(10_001)]), LARGEST)


def test_bytes_that_only_begin_like_a_zip_when_uploaded_then_are_refused(tmp_path) -> None:
    assert worked(tmp_path, io.BytesIO(b"PK\x03\x04 and nothing more")).stopped == "bad_zip"


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=200)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_bundle_when_read_then_gives_back_what_went_in(files) -> None:
    stream, size = in_memory(files)
    source = RowSource(stream, spans_in_bundle(stream, size))
    assert [source.read(entry) for entry in source.entries] == [content for _, content in files]


@given(st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_bundle_that_was_cut_off_when_read_then_is_refused_or_whole(length) -> None:
    whole = b"".join(bundled([("a", b"x" * 150), ("b", b"y" * 150)]))
    cut = whole[: max(length, 11)]
    try:
        stream = io.BytesIO(cut)
        source = RowSource(stream, spans_in_bundle(stream, len(cut)))
    except SourceRefusedError as error:
        assert error.code == "cut_off"
        return
    assert sum(entry.size for entry in source.entries) in (0, 150, 300)
