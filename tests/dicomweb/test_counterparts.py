"""Real programs at the other end: dicomweb-client and Orthanc."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread

from cpms_portal.imaging.queries import files_of, studies_of
from tests.dicomweb.conftest import HP, token_made
from tests.dicomweb.orthanc import orthanc
from tests.factories.dicom import StudyPlan, ct_slice, study_files
from tests.factories.patients import patient_of

pytestmark = pytest.mark.storages("filestorage")  # what goes over the wire is the same on both


def client_of(served: str, place: str, token: str) -> DICOMwebClient:
    """Return a client that shows a token."""
    return DICOMwebClient(f"{served}{place}/dicomweb", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def tokens(browser_of, place) -> dict[str, str]:
    """A token for each scope."""
    browser = browser_of(HP)
    return {scope: token_made(browser, place, scope) for scope in ("read", "store")}


def test_dicomweb_client_when_it_searches_and_reads_then_gets_what_is_stored(
    served, place, study, tokens
) -> None:
    client = client_of(served, place, tokens["read"])
    assert study.uid in [found["0020000D"]["Value"][0] for found in client.search_for_studies()]
    assert len(client.search_for_series(study.uid)) == 2
    found = client.search_for_instances(study.uid, study.first, fields=["KVP"])
    assert len(found) == 3
    uid = study.series[study.first][0]
    metadata = client.retrieve_series_metadata(study.uid, study.first)
    assert [one["00080018"]["Value"][0] for one in metadata] == study.series[study.first]
    pixels = ct_slice(study.plan, 0, 0).PixelData
    assert client.retrieve_instance_frames(study.uid, study.first, uid, [1]) == [pixels]
    instance = client.retrieve_instance(study.uid, study.first, uid)
    assert instance.SOPInstanceUID == uid
    assert len(client.retrieve_study(study.uid)) == 6
    picture = client.retrieve_instance_frames_rendered(study.uid, study.first, uid, [1])
    assert picture.startswith(b"\xff\xd8")
    # The client leaves the port out of its Host header, and the answer names what it was called.
    bulk = served + urlsplit(metadata[0]["7FE00010"]["BulkDataURI"]).path
    assert client.retrieve_bulkdata(bulk) == [pixels]


def test_dicomweb_client_when_it_stores_then_understands_the_answer(
    served, place, tokens, root
) -> None:
    files = study_files(StudyPlan(uid_seed="client", series=1, slices=4, size=16))
    datasets = [dcmread(io.BytesIO(content)) for _, content in files]
    answer = client_of(served, place, tokens["store"]).store_instances(datasets)
    assert len(answer.ReferencedSOPSequence) == 4
    assert answer.ReferencedSOPSequence[0].WarningReason == 0xB000
    root._p_jar.sync()
    assert any(study.count == 4 for study in studies_of(patient_of(root)))


def test_a_program_when_it_shows_no_token_then_gets_401(served, place) -> None:
    with pytest.raises(requests.HTTPError, match="401"):
        DICOMwebClient(f"{served}{place}/dicomweb").search_for_studies()


def test_orthanc_when_it_sends_a_study_and_reads_it_back_then_both_ends_are_content(
    served, place, tokens, root, registry, tmp_path
) -> None:
    servers = {
        scope: {
            "Url": f"{served}{place}/dicomweb/",
            "HttpHeaders": {"Authorization": f"Bearer {token}"},
        }
        for scope, token in tokens.items()
    }
    plan = StudyPlan(uid_seed="orthanc", series=2, slices=5, size=32)
    with orthanc(tmp_path, servers) as address:
        for _name, content in study_files(plan):
            requests.post(f"{address}/instances", content, timeout=30).raise_for_status()
        (kept,) = requests.get(f"{address}/studies", timeout=30).json()
        sent = requests.post(
            f"{address}/dicom-web/servers/store/stow",
            json={"Resources": [kept], "Synchronous": True}, timeout=120,
        )  # fmt: skip
        assert sent.ok, sent.text
        root._p_jar.sync()
        study = next(one for one in studies_of(patient_of(root)) if one.count == 10)
        assert len(list(files_of(registry, study))) == 10
        asked = {"Uri": "/studies", "Arguments": {"StudyInstanceUID": study.study_uid}}
        found = requests.post(f"{address}/dicom-web/servers/read/qido", json=asked, timeout=60)
        assert list(found.json()[0]) and study.study_uid in found.text
        wanted = {"Resources": [{"Study": study.study_uid}], "Synchronous": True}
        read = requests.post(f"{address}/dicom-web/servers/read/retrieve", json=wanted, timeout=120)
        assert read.ok, read.text
        assert len(requests.get(f"{address}/studies", timeout=30).json()) == 2
