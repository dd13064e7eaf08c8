"""Compressed pixels between real programs: dicomweb-client and Orthanc get what pydicom decodes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy
import openjpeg
import pytest
import requests
import transaction
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import HTJ2KLossless
from pyramid.scripting import prepare

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.queries import files_of
from tests.dicomweb.conftest import HP, token_made
from tests.dicomweb.orthanc import orthanc
from tests.dicomweb.test_counterparts import client_of
from tests.dicomweb.test_reading import EXPLICIT
from tests.dicomweb.test_transfer_syntaxes import frames_of, sent
from tests.factories.dicom import StudyPlan, ct_slice, written
from tests.factories.patients import patient_of

pytestmark = pytest.mark.storages("filestorage")  # what goes over the wire is the same on both
#: File of pydicom → the media type of its frames (PS3.18 table 8.7.3-5).
KINDS = {
    "examples_ybr_color.dcm": "image/jpeg",
    "SC_rgb_jpeg_gdcm.dcm": "image/jpeg",
    "MR_small_jpeg_ls_lossless.dcm": "image/jls",
    "MR_small_jp2klossless.dcm": "image/jp2",
    "SC_rgb_rle_2frame.dcm": "image/dicom-rle",
}
DEFLATED, HIGH_THROUGHPUT = "image_dfl.dcm", "HTJ2K"
#: A slice of the factories, compressed by OpenJPH without loss.
HTJ2K = Path(__file__).parent / "slice.jph"


def original(name: str) -> Dataset:
    """Return an instance of an invented person in the syntax of a file."""
    if name != HIGH_THROUGHPUT:
        return sent(name)
    dataset = ct_slice(StudyPlan(uid_seed="htj2k", series=1, slices=1, size=64), 0, 0)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = HTJ2KLossless
    dataset.PixelData = encapsulate([HTJ2K.read_bytes()])
    dataset["PixelData"].VR = "OB"
    # The stream holds 16 bits.
    dataset.BitsStored, dataset.HighBit = 16, 15
    return dataset


def file_of(name: str) -> bytes:
    """Return the file of an instance."""
    dataset = original(name)
    return written(dataset, dataset.file_meta.TransferSyntaxUID)


@pytest.fixture(scope="module")
def stored(site) -> dict[str, tuple[str, str, str]]:
    """Study, series and instance UID of what was stored, by the name of the file."""
    environment = prepare(registry=site.registry)
    found = {}
    try:
        patient, actor = patient_of(environment["root"]), system_actor(site.registry)
        for name in (*KINDS, DEFLATED, HIGH_THROUGHPUT):
            receipt = receive_study(patient, [(name, file_of(name))], actor)
            (kept,) = files_of(site.registry, patient["studies"][receipt.studies[0]])
            own = dcmread(io.BytesIO(kept))
            found[name] = (own.StudyInstanceUID, own.SeriesInstanceUID, own.SOPInstanceUID)
        transaction.commit()
        return found
    finally:
        environment["closer"]()


@pytest.fixture
def client(served, place, browser_of):
    """A client that may read the case."""
    return client_of(served, place, token_made(browser_of(HP), place, "read"))


@pytest.mark.parametrize("name", KINDS)
def test_frames_when_a_client_reads_them_then_are_those_pydicom_decodes(
    client, stored, name
) -> None:
    source = dcmread(io.BytesIO(file_of(name)))
    syntax, count = str(source.file_meta.TransferSyntaxUID), frames_of(source)
    numbers, uids = list(range(1, count + 1)), stored[name]
    decoded = pixel_array(source)
    plain = client.retrieve_instance_frames(*uids, numbers)
    assert b"".join(plain) == decoded.tobytes()
    compressed = client.retrieve_instance_frames(
        *uids, numbers, media_types=((KINDS[name], syntax),)
    )
    wanted = list(generate_frames(source.PixelData, number_of_frames=count))
    if KINDS[name] != "image/jp2":  # whose comments are taken out
        assert [one.rstrip(b"\0") for one in compressed] == [one.rstrip(b"\0") for one in wanted]
    whole = client.retrieve_instance(*uids, media_types=(("application/dicom", syntax),))
    assert whole.file_meta.TransferSyntaxUID == syntax
    assert numpy.array_equal(pixel_array(whole), decoded)
    for wish in ("*", EXPLICIT):
        whole = client.retrieve_instance(*uids, media_types=(("application/dicom", wish),))
        assert str(whole.file_meta.TransferSyntaxUID) == (syntax if wish == "*" else EXPLICIT)
        assert numpy.array_equal(pixel_array(whole), decoded)


def test_high_throughput_jpeg_2000_when_read_then_has_the_pixels_it_was_made_of(
    client, program_of, place, stored
) -> None:
    uids, plan = stored[HIGH_THROUGHPUT], StudyPlan(uid_seed="htj2k", series=1, slices=1, size=64)
    pixels = ct_slice(plan, 0, 0).PixelData
    assert client.retrieve_instance_frames(*uids, [1]) == [pixels]
    assert client.retrieve_instance_frames_rendered(*uids, [1]).startswith(b"\xff\xd8")
    # The client does not know this media type.
    address = f"{place}/dicomweb/studies/{uids[0]}/series/{uids[1]}/instances/{uids[2]}/frames/1"
    for wish in (f"image/jphc; transfer-syntax={HTJ2KLossless}", "image/jphc", "image/*"):
        answer = program_of(place).get(address, accept=wish)
        assert answer.headers["Content-Type"] == f"image/jphc; transfer-syntax={HTJ2KLossless}"
        assert openjpeg.decode(answer.body).tobytes() == pixels


def test_a_deflated_instance_when_a_client_reads_it_then_is_inflated_or_as_it_was(
    client, stored
) -> None:
    decoded = pixel_array(original(DEFLATED))
    for wish, syntax in (("*", "1.2.840.10008.1.2.1.99"), (EXPLICIT, EXPLICIT)):
        media = (("application/dicom", wish),)
        whole = client.retrieve_instance(*stored[DEFLATED], media_types=media)
        assert whole.file_meta.TransferSyntaxUID == syntax
        assert numpy.array_equal(pixel_array(whole), decoded)


@pytest.fixture
def hospital(served, place, browser_of, tmp_path):
    """Orthanc with a token that reads and stores; its address."""
    token = token_made(browser_of(HP), place, "both")
    known = {
        "Url": f"{served}{place}/dicomweb/",
        "HttpHeaders": {"Authorization": f"Bearer {token}"},
    }
    with orthanc(tmp_path, {"portal": known}) as address:
        yield address


def test_orthanc_when_it_retrieves_compressed_studies_then_has_the_pixels(hospital, stored) -> None:
    wanted = {
        "Resources": [{"Study": study} for study, _series, _instance in stored.values()],
        "HttpHeaders": {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'},
        "Synchronous": True,
    }
    answer = requests.post(
        f"{hospital}/dicom-web/servers/portal/retrieve", json=wanted, timeout=120
    )
    assert answer.ok, answer.text
    found = {}
    for one in requests.get(f"{hospital}/instances", timeout=30).json():
        content = requests.get(f"{hospital}/instances/{one}/file", timeout=30).content
        dataset = dcmread(io.BytesIO(content))
        found[str(dataset.SOPInstanceUID)] = dataset
    assert set(found) == {uids[2] for uids in stored.values()}
    for name, uids in stored.items():
        got, source = found[uids[2]], dcmread(io.BytesIO(file_of(name)))
        assert got.file_meta.TransferSyntaxUID == source.file_meta.TransferSyntaxUID, name
        assert numpy.array_equal(pixel_array(got), pixel_array(source)), name


def test_orthanc_when_it_sends_compressed_instances_then_they_are_known_by_their_pixels(
    hospital, stored, root, registry
) -> None:
    kept = []
    for name in stored:
        answer = requests.post(f"{hospital}/instances", file_of(name), timeout=30)
        answer.raise_for_status()
        kept.append(answer.json()["ID"])
    before = {uids[2] for uids in stored.values()}
    sending = {"Resources": kept, "Synchronous": True}
    answer = requests.post(f"{hospital}/dicom-web/servers/portal/stow", json=sending, timeout=120)
    # All of them are here already: each has the UID it got when it came first.
    assert answer.ok, answer.text
    root._p_jar.sync()
    patient = patient_of(root)
    own = [
        dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID
        for study in patient["studies"].values()
        for content in files_of(registry, study)
    ]
    assert before <= set(own)
    assert len(own) == len(set(own))
