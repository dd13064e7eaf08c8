"""STOW-RS: what programs send is de-identified like an upload, and each file is answered for."""

from __future__ import annotations

import io
import os
import threading

import pytest
import requests
from pydicom import dcmread

from cpms_portal.dicomweb.inbox.parcels import Inbox, inbox_of
from cpms_portal.dicomweb.views import storing
from cpms_portal.dicomweb.wire.answers import REASONS
from cpms_portal.imaging.queries import files_of, studies_of
from cpms_portal.storage.bodies import BodyFile
from cpms_portal.storage.turned import TurnedFile
from tests.dicomweb.conftest import Program, token_made
from tests.factories.dicom import (
    FILE_HEAD,
    StudyPlan,
    ct_slice,
    planted_person,
    study_files,
    written,
)
from tests.factories.patients import patient_of

KIND = 'multipart/related; type="application/dicom"; boundary=MARK'


def message(files: list[bytes], kind: str = "application/dicom") -> bytes:
    """Return files as a multipart message."""
    parts = b"".join(
        b"--MARK\r\nContent-Type: %b\r\n\r\n%b\r\n" % (kind.encode(), one) for one in files
    )
    return parts + b"--MARK--\r\n"


def files_for(seed: str, slices: int = 2) -> list[bytes]:
    """Return the files of a small study."""
    plan = StudyPlan(uid_seed=seed, series=1, slices=slices, size=16)
    return [content for _, content in study_files(plan)]


@pytest.fixture
def program(program_of, place):
    """A program that may store for the patient."""
    return program_of(place, "store")


def test_instances_when_sent_then_are_stored_without_the_person(
    program, place, root, registry
) -> None:
    files = files_for("stow")
    answer = program.post(f"{place}/dicomweb/studies", message(files), KIND)
    assert answer.content_type == "application/dicom+json"
    items = answer.json["00081199"]["Value"]
    sent = [str(dcmread(io.BytesIO(one)).SOPInstanceUID) for one in files]
    assert [item["00081155"]["Value"][0] for item in items] == sent
    assert {item["00081196"]["Value"][0] for item in items} == {0xB000}
    assert "00081198" not in answer.json
    study = studies_of(patient_of(root))[0]
    for content in files_of(registry, study):
        assert planted_person(1).family.encode() not in content


def test_a_study_when_sent_again_then_is_known(program, place, root) -> None:
    files = files_for("again")
    program.post(f"{place}/dicomweb/studies", message(files), KIND)
    before = sum(study.count for study in studies_of(patient_of(root)))
    answer = program.post(f"{place}/dicomweb/studies", message(files), KIND)
    assert len(answer.json["00081199"]["Value"]) == 2
    root._p_jar.sync()
    assert sum(study.count for study in studies_of(patient_of(root))) == before


def test_a_file_that_cannot_be_made_safe_when_sent_then_the_answer_says_which_and_why(
    program, place
) -> None:
    burned = ct_slice(StudyPlan(uid_seed="burned", size=16), 0, 0)
    burned.BurnedInAnnotation = "YES"
    files = [*files_for("some", 1), written(burned), b"no DICOM at all, but long enough" * 9]
    answer = program.post(f"{place}/dicomweb/studies", message(files), KIND, status=202)
    (failed,) = answer.json["00081198"]["Value"]
    assert failed["00081155"]["Value"] == [burned.SOPInstanceUID]
    assert failed["00081197"]["Value"] == [0xC211]
    (other,) = answer.json["0008119A"]["Value"]
    assert other["00081197"]["Value"] == [0xC201]


def test_two_people_when_sent_at_once_then_nothing_is_stored(program, place) -> None:
    files = [
        written(ct_slice(StudyPlan(uid_seed=str(n), person=planted_person(n), size=16), 0, 0))
        for n in (31, 32)
    ]
    answer = program.post(f"{place}/dicomweb/studies", message(files), KIND, status=409)
    reasons = {item["00081197"]["Value"][0] for item in answer.json["00081198"]["Value"]}
    assert reasons == {0xC221}


def test_a_study_when_sent_to_its_own_address_then_is_stored_and_others_are_not(
    program, place
) -> None:
    own, other = files_for("addressed"), files_for("another", 1)
    uid = StudyPlan(uid_seed="addressed").uid("study")
    address = f"{place}/dicomweb/studies/{uid}"
    answer = program.post(address, message([*own, *other]), KIND, status=202)
    assert len(answer.json["00081199"]["Value"]) == 2
    (failed,) = answer.json["00081198"]["Value"]
    assert failed["00081155"]["Value"] == [str(dcmread(io.BytesIO(other[0])).SOPInstanceUID)]
    assert failed["00081197"]["Value"] == [0xC222]
    answer = program.post(address, message(other), KIND, status=409)
    assert "00081199" not in answer.json
    program.post(f"{address}/series", message(own), KIND, status=404)


def test_an_answer_when_wanted_as_xml_then_says_the_same(program, place) -> None:
    answer = program.post(
        f"{place}/dicomweb/studies", message(files_for("as xml", 1)), KIND,
        headers={"Accept": "application/dicom+xml"},
    )  # fmt: skip
    assert answer.content_type == "application/dicom+xml"
    assert b'keyword="ReferencedSOPSequence"' in answer.body
    program.post(
        f"{place}/dicomweb/studies", message(files_for("as html", 1)), KIND,
        headers={"Accept": "text/html"}, status=406,
    )  # fmt: skip


@pytest.fixture
def inbox(registry, centre):
    """The inbox of the centre, empty."""
    found = inbox_of(registry, centre)
    for parcel in found.parcels():
        found.destroy(parcel)
    return found


def test_studies_when_sent_to_a_centre_then_wait_sealed_until_somebody_takes_them(
    program_of, centre, inbox
) -> None:
    program = program_of(centre, "store")
    files = [*files_for("waits"), *files_for("waits too", 1), b"no DICOM, but long enough" * 20]
    answer = program.post(f"{centre}/dicomweb/studies", message(files), KIND, status=202)
    assert len(answer.json["00081199"]["Value"]) == 3
    assert answer.json["0008119A"]["Value"][0]["00081197"]["Value"] == [REASONS["not_dicom"]]
    assert sorted(parcel.count for parcel in inbox.parcels()) == [1, 2]
    again = program.post(f"{centre}/dicomweb/studies", message(files[:2]), KIND)
    assert len(again.json["00081199"]["Value"]) == 2
    assert sorted(parcel.count for parcel in inbox.parcels()) == [1, 2]
    for path in inbox.folder.rglob("*"):
        assert not path.is_file() or FILE_HEAD not in path.read_bytes()


def test_an_inbox_that_is_full_when_a_study_comes_then_says_so(
    program_of, centre, inbox, monkeypatch
) -> None:
    full = Inbox(inbox.folder, 14, 0, inbox.moment)
    monkeypatch.setattr(storing, "inbox_of", lambda *_: full)
    answer = program_of(centre, "store").post(
        f"{centre}/dicomweb/studies", message(files_for("too much", 1)), KIND, status=409
    )
    assert answer.json["0008119A"]["Value"][0]["00081197"]["Value"] == [0xA700]
    assert inbox.parcels() == []


def test_a_centre_when_asked_by_outsiders_or_read_by_programs_then_says_nothing(
    program_of, centre, browser_of
) -> None:
    browser_of("vascernhpuser1").get(f"{centre}/connect", status=(403, 404))
    program_of(centre, "store").get(f"{centre}/dicomweb/studies", status=404)


@pytest.mark.storages("filestorage")
def test_a_message_of_many_megabytes_when_sent_then_nothing_of_it_is_on_the_disk_in_the_clear(
    served, site, hp, place, monkeypatch, root
) -> None:
    kept, begin = [], BodyFile.__init__
    monkeypatch.setattr(BodyFile, "__init__", lambda self: kept.append(self) or begin(self))
    monkeypatch.setattr(BodyFile, "close", lambda self: None)
    plan = StudyPlan(uid_seed="large", series=1, slices=40, size=512)
    files = [content for _, content in study_files(plan)]
    body = message(files)
    assert len(body) > 20 * 1024**2
    answer = requests.post(
        f"{served}{place}/dicomweb/studies", body, timeout=300,
        headers={"Content-Type": KIND, "Authorization": f"Bearer {token_made(hp, place, 'store')}"},
    )  # fmt: skip
    assert len(answer.json()["00081199"]["Value"]) == 40
    clear = (FILE_HEAD, plan.person.family.encode(), files[0][-200:])
    # One large file: the upload took it over, nobody copied it.
    assert len([file for file in kept if file.size > 20 * 1024**2]) == 1
    for file in kept:
        content = os.pread(file.fileno(), file.size, 0)
        assert len(content) == file.size
        assert not any(trace in content for trace in clear)
        TurnedFile.close(file)
    for path in site.var.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(trace in content for trace in clear[:2]), path.name


def test_one_file_when_sent_alone_then_is_stored(program, place) -> None:
    (content,) = files_for("alone", 1)
    answer = program.post(f"{place}/dicomweb/studies", content, "application/dicom")
    assert len(answer.json["00081199"]["Value"]) == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", KIND, 400),
        (b"--MARK\r\n\r\ncut off", KIND, 400),
        (b"--MARK\r\nContent-Type: application/dicom\r\n--MARK--\r\n", KIND, 400),
        (b"--OTHER\r\n\r\nx\r\n--OTHER--", KIND, 400),
        (b"--MARK--\r\n", KIND, 415),
        (message([b"x"]), "multipart/related; type=application/dicom", 400),
        (message([b"x"], "image/png"), KIND, 415),
        (message([b"{}"]), KIND.replace("application/dicom", "application/dicom+json"), 415),
        (b"x", "application/json", 415),
        (b"x", "", 415),
        (b"", "application/dicom", 400),
        (
            message([b"x"]),
            'multipart/related; type="application/dicom"; start="boundary=MARK"',
            400,
        ),
        (b"\0" * 5000, KIND, 400),
    ],
)
def test_a_broken_message_when_sent_then_is_refused_in_words(
    program, place, body, kind, status
) -> None:
    assert program.post(f"{place}/dicomweb/studies", body, kind, status=status).json["error"]


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/related; boundary=MARK",
        'Multipart/Related; BOUNDARY="MARK"; TYPE="Application/DICOM"',
        "multipart/related;type=application/dicom;boundary=MARK",
        'multipart/related; type="application/dicom; transfer-syntax=1.2.840"; boundary=MARK',
        'multipart/related; start-type="text/plain"; type="application/dicom"; boundary=MARK',
        'multipart/related; start="<boundary=OTHER>"; boundary="MARK"; type="application/dicom"',
    ],
)
def test_a_message_when_its_type_is_written_in_another_way_then_is_understood(
    program, place, kind
) -> None:
    answer = program.post(f"{place}/dicomweb/studies", message(files_for("written", 1)), kind)
    assert len(answer.json["00081199"]["Value"]) == 1


@pytest.mark.parametrize("mark", ["a b", "a'()+_,-./:=?b", "x" * 70])
@pytest.mark.parametrize(
    "head",
    [b"Content-Type: application/dicom\r\n", b"", b"content-type:application/dicom; x=y\r\n",
     b"Content-Length: 9\r\nCONTENT-TYPE:\tapplication/dicom\r\nContent-ID: <1>\r\n"],
)  # fmt: skip
def test_parts_when_written_as_the_standards_allow_then_are_taken(
    program, place, mark, head
) -> None:
    edge, (content,) = mark.encode(), files_for("edges", 1)
    body = b"Nothing to read here.\r\n--%b  \r\n%b\r\n%b\r\n--%b--\r\nNor here." % (
        edge, head, content, edge,
    )  # fmt: skip
    kind = f'multipart/related; type="application/dicom"; boundary="{mark}"'
    answer = program.post(f"{place}/dicomweb/studies", body, kind)
    assert len(answer.json["00081199"]["Value"]) == 1


def test_a_message_that_is_packed_when_sent_then_is_refused(program, place) -> None:
    packed = {"Content-Encoding": "gzip"}
    address = f"{place}/dicomweb/studies"
    body = message(files_for("packed", 1))
    assert program.post(address, body, KIND, headers=packed, status=415).json["error"]


def test_a_message_larger_than_the_portal_takes_when_sent_then_is_refused(
    program, place, registry, monkeypatch
) -> None:
    monkeypatch.setattr(registry.cpms_spool, "largest", 5000)
    answer = program.post(
        f"{place}/dicomweb/studies", message(files_for("big", 9)), KIND, status=413
    )
    assert answer.json["error"]
    assert list(registry.cpms_spool.folder.iterdir()) == []


def test_a_token_that_may_only_read_when_it_stores_then_finds_nothing(program_of, place) -> None:
    reader = program_of(place)
    reader.post(f"{place}/dicomweb/studies", message(files_for("reader")), KIND, status=404)


def test_a_token_that_may_only_store_when_it_reads_then_finds_nothing(program, place) -> None:
    program.get(f"{place}/dicomweb/studies", status=404)


def test_a_page_of_another_site_when_it_makes_a_browser_store_then_is_refused(hp, place) -> None:
    body = message(files_for("forged"))
    hp.post(f"{place}/dicomweb/studies", body, headers={"Content-Type": KIND}, status=400)
    token = hp.get(f"{place}/add-study").html.find("input", {"name": "csrf_token"})["value"]
    headers = {"Content-Type": KIND, "X-CSRF-Token": token}
    own = hp.post(f"{place}/dicomweb/studies", body, headers=headers)
    address = own.json["00081190"]["Value"][0]
    assert hp.get(f"{address}/metadata").json


def test_one_study_when_sent_twice_at_once_then_is_stored_once(
    site, hp, place, root, registry
) -> None:
    token, files = token_made(hp, place, "store"), files_for("at once", 3)
    answers = []

    def send() -> None:
        answers.append(
            Program(site.wsgi, token).post(f"{place}/dicomweb/studies", message(files), KIND)
        )

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(answer.json["00081199"]["Value"]) for answer in answers] == [3, 3]
    root._p_jar.sync()
    stored = [study for study in studies_of(patient_of(root)) if study.count == 3]
    assert len(stored) == 1
