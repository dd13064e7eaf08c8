"""WADO-RS of every kind of pixels, with pydicom's own files: as stored, decoded, as a picture."""

from __future__ import annotations

import io

import numpy
import pytest
import transaction
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames
from pydicom.pixels import apply_color_lut, pixel_array
from pyramid.scripting import prepare

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.queries import files_of
from tests.dicomweb.test_reading import EXPLICIT, MULTI, parts_in
from tests.factories.dicom import StudyPlan, written
from tests.factories.patients import patient_of

pytestmark = pytest.mark.storages("filestorage")  # what goes over the wire is the same on both
DICOM = "application/dicom"
OCTETS = "application/octet-stream"
#: File of pydicom → the media type its frames have as they lie here.
KINDS = {
    "CT_small.dcm": OCTETS,
    "MR_small_implicit.dcm": OCTETS,
    "MR_small_bigendian.dcm": OCTETS,
    "rtdose_expb.dcm": OCTETS,
    "liver_expb_1frame.dcm": OCTETS,
    "image_dfl.dcm": OCTETS,
    "MR_small_RLE.dcm": "image/dicom-rle",
    "SC_rgb_rle_2frame.dcm": "image/dicom-rle",
    "SC_rgb_rle_16bit_2frame.dcm": "image/dicom-rle",
    "MR_small_jpeg_ls_lossless.dcm": "image/jls",
    "MR_small_jp2klossless.dcm": "image/jp2",
    "J2K_pixelrep_mismatch.dcm": "image/jp2",
    "693_J2KI.dcm": "image/jp2",
    "examples_jpeg2k.dcm": "image/jp2",
    "SC_rgb_jpeg_gdcm.dcm": "image/jpeg",
    "SC_rgb_dcmtk_+eb+cy+np.dcm": "image/jpeg",
    "examples_ybr_color.dcm": "image/jpeg",
    "SC_ybr_full_422_uncompressed.dcm": OCTETS,
    "examples_palette.dcm": OCTETS,
    "examples_rgb_color.dcm": OCTETS,
}
COMPRESSED = [name for name, kind in KINDS.items() if kind != OCTETS]
TWELVE_BITS = "JPGExtended.dcm"


def sent(name: str) -> Dataset:
    """Return a file of pydicom as one of an invented person, without text in its pixels."""
    dataset, plan = dcmread(get_testdata_file(name)), StudyPlan(uid_seed=name)
    dataset.PatientName, dataset.PatientID = plan.person.name, plan.person.number
    dataset.PatientBirthDate = plan.person.birth_date
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = plan.uid("study"), plan.uid("series")
    dataset.SOPInstanceUID = plan.uid("instance")
    dataset.BurnedInAnnotation = "NO"
    return dataset


@pytest.fixture(scope="module")
def stored(site) -> dict[str, tuple[Dataset, str]]:
    """What was sent, and the address of the instance, by the name of the file."""
    environment = prepare(registry=site.registry)
    found = {}
    try:
        patient, actor = patient_of(environment["root"]), system_actor(site.registry)
        for name in (*KINDS, TWELVE_BITS):
            dataset = sent(name)
            content = written(dataset, dataset.file_meta.TransferSyntaxUID)
            receipt = receive_study(patient, [(name, content)], actor)
            study = patient["studies"][receipt.studies[0]]
            (kept,) = files_of(site.registry, study)
            own = dcmread(io.BytesIO(kept))
            found[name] = (
                dcmread(io.BytesIO(content)),
                f"/dicomweb/studies/{own.StudyInstanceUID}/series/{own.SeriesInstanceUID}"
                f"/instances/{own.SOPInstanceUID}",
            )
        transaction.commit()
    finally:
        environment["closer"]()
    return found


@pytest.fixture
def program(program_of, place):
    """A program that may read the case."""
    return program_of(place)


def frames_of(dataset: Dataset) -> int:
    """Return how many frames a data set has."""
    return max(int(dataset.get("NumberOfFrames") or 1), 1)


@pytest.mark.parametrize("name", KINDS)
def test_an_instance_when_nothing_else_is_asked_then_comes_decoded_in_explicit_little_endian(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    answer = program.get(f"{place}{address}", accept=DICOM)
    assert answer.headers["Content-Type"] == f"{DICOM}; transfer-syntax={EXPLICIT}"
    got = dcmread(io.BytesIO(answer.body))
    assert got.file_meta.TransferSyntaxUID == EXPLICIT
    assert got.BitsAllocated == original.BitsAllocated
    assert numpy.array_equal(pixel_array(got), pixel_array(original))
    assert got.get("PixelRepresentation") == original.get("PixelRepresentation")
    if name in COMPRESSED and original.SamplesPerPixel == 3:
        assert (got.PhotometricInterpretation, got.PlanarConfiguration) == ("RGB", 0)
    else:
        assert got.PhotometricInterpretation == original.PhotometricInterpretation


@pytest.mark.parametrize("name", KINDS)
def test_an_instance_when_any_syntax_will_do_then_comes_as_it_was_sent(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    ((kind, content),) = parts_in(program.get(f"{place}{address}", accept=MULTI))
    syntax = str(original.file_meta.TransferSyntaxUID)
    assert kind.replace('"', "") == f"{DICOM}; transfer-syntax={syntax}"
    got = dcmread(io.BytesIO(content))
    assert got.file_meta.TransferSyntaxUID == syntax
    assert numpy.array_equal(pixel_array(got), pixel_array(original))
    if KINDS[name] != "image/jp2":  # whose comments are taken out
        assert got.PixelData == original.PixelData
    asked = f"multipart/related; type={DICOM}; transfer-syntax={syntax}"
    assert parts_in(program.get(f"{place}{address}", accept=asked))[0][1] == content


@pytest.mark.parametrize("name", KINDS)
def test_frames_when_retrieved_decoded_then_are_those_of_the_decoded_instance(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    whole = dcmread(io.BytesIO(program.get(f"{place}{address}", accept=DICOM).body))
    count = frames_of(original)
    wanted = ",".join(str(number + 1) for number in range(count))
    accept = f"multipart/related; type={OCTETS}"
    parts = parts_in(program.get(f"{place}{address}/frames/{wanted}", accept=accept))
    assert {kind.partition(";")[0] for kind, _ in parts} == {OCTETS}
    assert len(parts) == count
    joined = b"".join(content for _, content in parts)
    assert joined == whole.PixelData[: len(joined)]
    assert len(whole.PixelData) - len(joined) in (0, 1)


@pytest.mark.parametrize("name", KINDS)
def test_frames_when_any_syntax_will_do_then_come_as_they_lie_here(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    accept = f'multipart/related; type="{KINDS[name]}"; transfer-syntax=*'
    last = frames_of(original)
    ((kind, content),) = parts_in(program.get(f"{place}{address}/frames/{last}", accept=accept))
    assert kind.partition(";")[0] == KINDS[name]
    if name in COMPRESSED:
        whole = parts_in(program.get(f"{place}{address}", accept=MULTI))[0][1]
        pixels = dcmread(io.BytesIO(whole)).PixelData
        *_, frame = generate_frames(pixels, number_of_frames=last)
        assert content.rstrip(b"\0") == frame.rstrip(b"\0")


@pytest.mark.parametrize("name", COMPRESSED)
def test_pixels_named_as_bulk_data_when_they_are_compressed_then_come_frame_by_frame(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    metadata = program.get(f"{place}{address}/metadata").json[0]
    uri = metadata["7FE00010"]["BulkDataURI"]
    accept = f'multipart/related; type="{KINDS[name]}"; transfer-syntax=*'
    parts = parts_in(program.get(uri, accept=accept))
    assert len(parts) == frames_of(original)
    plain = parts_in(program.get(uri, accept=f"multipart/related; type={OCTETS}"))
    assert len(plain) == frames_of(original)


def seen(dataset: Dataset) -> numpy.ndarray | None:
    """Return the colours of the first frame as somebody sees them; None when it is grey."""
    values = pixel_array(dataset, index=0)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        values = apply_color_lut(values, dataset)
    if values.ndim != 3:
        return None
    return (values >> 8 if values.dtype.itemsize == 2 else values).astype("u1")


@pytest.mark.parametrize("name", KINDS)
def test_a_picture_when_asked_for_then_shows_the_colours_of_the_file(
    program, place, stored, name
) -> None:
    original, address = stored[name]
    answer = program.get(f"{place}{address}/frames/1/rendered", accept="image/png")
    picture = Image.open(io.BytesIO(answer.body))
    assert picture.size == (original.Columns, original.Rows)
    colours = seen(original)
    if colours is not None:
        assert numpy.array_equal(numpy.asarray(picture.convert("RGB")), colours)
    else:
        assert picture.mode == "L"
        low, high = picture.getextrema()
        assert low < high


def test_signed_values_when_shown_with_a_window_then_keep_their_sign(
    program, place, stored
) -> None:
    original, address = stored["CT_small.dcm"]
    answer = program.get(f"{place}{address}/rendered?window=0,2000", accept="image/png")
    values = pixel_array(original) * float(original.RescaleSlope) + float(original.RescaleIntercept)
    expected = numpy.clip((values + 1000) / 2000 * 255, 0, 255).astype("u1")
    shown = numpy.asarray(Image.open(io.BytesIO(answer.body)))
    assert abs(shown.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize(
    ("name", "accept"),
    [
        (TWELVE_BITS, DICOM),
        ("CT_small.dcm", f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.90"),
        ("MR_small_RLE.dcm", f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.70"),
        ("MR_small_RLE.dcm", "text/html"),
    ],
)
def test_an_instance_that_cannot_be_made_when_asked_for_then_is_not_acceptable(
    program, place, stored, name, accept
) -> None:
    program.get(f"{place}{stored[name][1]}", accept=accept, status=406)


@pytest.mark.parametrize(
    ("name", "accept"),
    [
        (TWELVE_BITS, OCTETS),
        ("CT_small.dcm", "image/jpeg"),
        ("CT_small.dcm", f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2.4.90"),
        ("MR_small_RLE.dcm", "image/jp2"),
    ],
)
def test_a_frame_that_cannot_be_made_when_asked_for_then_is_not_acceptable(
    program, place, stored, name, accept
) -> None:
    program.get(f"{place}{stored[name][1]}/frames/1", accept=accept, status=406)


def test_what_cannot_be_decoded_when_any_syntax_will_do_then_is_sent_as_it_lies(
    program, place, stored
) -> None:
    original, address = stored[TWELVE_BITS]
    accept = f"{DICOM}; transfer-syntax=*"
    got = dcmread(io.BytesIO(program.get(f"{place}{address}", accept=accept).body))
    assert got.file_meta.TransferSyntaxUID == original.file_meta.TransferSyntaxUID
    assert b"\xff\xd8" in got.PixelData
    program.get(f"{place}{address}/rendered", status=406)
