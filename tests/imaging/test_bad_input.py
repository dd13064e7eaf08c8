"""Everything a hostile or broken disc may hold: decided with a reason, never an error or a hang."""

from __future__ import annotations

import io
import random
import time
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.reasons import TEXTS, RefusedError
from cpms_portal.imaging.ingest.facts import facts_of
from tests.factories.dicom import SYNTAXES, written
from tests.imaging.planting import compressed, jpeg, jpeg_2000, planted, rle, small

KEY = b"\x0b" * 32
FOUND = Path(__file__).parent / "found_by_fuzzing"
TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"


def decided(content: bytes) -> str:
    """Return what was decided; what is stored can be read again, with its facts."""
    before = time.monotonic()
    decision = Deidentifier(KEY).deidentify(content)
    assert time.monotonic() - before < 20
    assert decision.status == "stored" or decision.code in TEXTS
    if decision.status == "stored":
        assert facts_of(decision.content)["uid"]
    return decision.code or decision.status


def stored(dataset: Dataset, syntax: str) -> Dataset:
    """Return what was stored."""
    decision = Deidentifier(KEY).deidentify(written(dataset, syntax))
    assert decision.status == "stored", decision.code
    return pydicom.dcmread(io.BytesIO(decision.content))


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_file_cut_off_anywhere_when_met_then_is_refused(syntax: str) -> None:
    whole = written(small(), syntax)
    for at in range(0, len(whole) - 2, 37):
        assert decided(whole[:at]) in ("cut_off", "damaged", "not_dicom", "pixels_short",
                                       "missing_uids"), at  # fmt: skip


@pytest.mark.parametrize("syntax", SYNTAXES[:3])
def test_any_length_made_wrong_when_met_then_the_file_is_decided(syntax: str) -> None:
    whole, chance = written(small(), syntax), random.Random(5)
    for _ in range(120):
        at = chance.randrange(132, len(whole) - 4)
        wrong = chance.choice((b"\xff\xff\xff\xff", b"\xfe\xff\xff\x7f", b"\0\0", b"\xff\xff"))
        decided(whole[:at] + wrong + whole[at + len(wrong) :])


def test_undefined_lengths_without_an_end_when_met_then_are_refused() -> None:
    whole = written(small())
    at = whole.index(b"\x28\x00\x02\x00US")
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    for opened in (
        b"\x18\x00\x12\x00SQ\0\0\xff\xff\xff\xff",
        b"\x18\x00\x12\x00UN\0\0\xff\xff\xff\xff",
    ):
        assert decided(whole[:at] + opened) == "cut_off"
        assert decided(whole[:at] + opened + item * 4000) in ("too_deep", "cut_off", "damaged")
        assert decided(whole[:at] + opened + item + whole[at:]) in ("cut_off", "damaged")


@pytest.mark.parametrize("depth", [30, 900])
def test_a_nesting_bomb_when_met_then_is_refused_without_recursion(depth: int) -> None:
    nested = Dataset()
    whole = written(small())
    at = whole.index(b"\x28\x00\x02\x00US")
    opened = b"\x08\x00\x15\x92SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0"
    assert nested is not None
    assert decided(whole[:at] + opened * depth + closed * depth + whole[at:]) == "too_deep"


def test_a_deflated_bomb_when_met_then_is_refused_early(monkeypatch) -> None:
    monkeypatch.setattr("cpms_portal.imaging.deidentification.reader.LARGEST_INFLATED", 1_000_000)
    bomb = small(PixelData=bytes(128), PixelPaddingValue=0)
    bomb.add_new(0x00189999, "OB", bytes(3_000_000))
    assert decided(written(bomb, DeflatedExplicitVRLittleEndian)) == "too_large"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_signed_pixels_when_stored_then_mean_the_same(syntax: str) -> None:
    dataset = small(PixelRepresentation=1, BitsStored=16, HighBit=15)
    import numpy

    values = numpy.arange(-32, 32).astype("<i2")
    dataset.PixelData = values.tobytes()
    assert (stored(dataset, syntax).pixel_array.ravel() == values).all()


def test_palette_colour_when_stored_then_keeps_its_palette() -> None:
    dataset = small(PhotometricInterpretation="PALETTE COLOR", BitsAllocated=8, BitsStored=8,
                    HighBit=7, PixelData=bytes(range(64)))  # fmt: skip
    for tag in (0x00281101, 0x00281102, 0x00281103):
        dataset.add_new(tag, "US", [256, 0, 16])
    for tag in (0x00281201, 0x00281202, 0x00281203):
        dataset.add_new(tag, "OW", bytes(range(256)) * 2)
    kept = stored(dataset, ImplicitVRLittleEndian)
    assert kept.RedPaletteColorLookupTableData == bytes(range(256)) * 2
    assert kept.PixelData == bytes(range(64))


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422", "RGB"])
def test_colour_and_several_frames_when_stored_then_are_the_same(photometric: str) -> None:
    size = 2 * 8 * 8 * 3 * (2 if photometric == "YBR_FULL_422" else 3) // 3
    dataset = small(PhotometricInterpretation=photometric, SamplesPerPixel=3, BitsAllocated=8,
                    BitsStored=8, HighBit=7, PlanarConfiguration=0, NumberOfFrames=2,
                    PixelData=bytes(number % 251 for number in range(size)))  # fmt: skip
    kept = stored(dataset, ExplicitVRBigEndian)
    assert kept.PixelData == dataset.PixelData
    assert kept.NumberOfFrames == 2


@pytest.mark.parametrize("tag", [0x00080016, 0x00080018, 0x0020000D, 0x0020000E])
def test_a_missing_uid_when_met_then_is_refused(tag: int) -> None:
    dataset = small()
    content = written(dataset)
    element = dataset[tag]
    raw = element.tag.group.to_bytes(2, "little") + element.tag.element.to_bytes(2, "little")
    at = content.index(raw + b"UI")
    length = int.from_bytes(content[at + 6 : at + 8], "little")
    assert decided(content[:at] + content[at + 8 + length :]) == "missing_uids"


def test_an_element_twice_when_met_then_is_decided_and_stored_once() -> None:
    content = written(small())
    at = content.index(b"\x10\x00\x10\x00PN")
    length = 8 + int.from_bytes(content[at + 6 : at + 8], "little")
    decision = Deidentifier(KEY).deidentify(content[: at + length] + content[at:])
    if decision.status == "stored":
        assert decision.content.count(b"\x10\x00\x10\x00PN") == 1


def test_a_jpeg_2000_that_cannot_be_read_when_met_then_is_withheld_or_refused() -> None:
    for stream in (b"\xff\x4f\xff\x51garbage" * 9, b"no codestream at all", b"\xff\x4f"):
        dataset = small(PixelData=encapsulate([stream]))
        dataset["PixelData"].is_undefined_length = True
        assert decided(written(dataset, JPEG2000Lossless)) in ("pixel_format", "damaged")


def test_an_image_of_65535_by_65535_pixels_when_met_then_is_refused_without_memory() -> None:
    assert decided(written(small(Rows=65535, Columns=65535))) in ("pixels_short", "too_large")


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [(jpeg(), JPEGBaseline8Bit), (jpeg_2000(), JPEG2000Lossless), (rle(), RLELossless)],
)
def test_frames_smaller_than_the_image_they_announce_when_met_then_are_refused(
    frame: bytes, syntax: str
) -> None:
    content = compressed([frame], syntax)
    assert decided(content) == "stored"
    for tag, sizes in ((0x00280010, (9, 65535)), (0x00280011, (9, 65535))):
        for size in sizes:
            wrong = planted(content, (tag, "US", size.to_bytes(2, "little")))
            assert decided(wrong) in ("damaged", "pixels_short"), size
    both = [(tag, "US", b"\xff\xff") for tag in (0x00280010, 0x00280011)]
    assert decided(planted(content, *both)) == "too_large"


def test_frames_fewer_than_announced_when_met_then_are_refused() -> None:
    content = compressed([jpeg()], JPEGBaseline8Bit)
    assert decided(planted(content, (0x00280008, "IS", b"2147483647"))) == "pixels_short"
    assert decided(planted(written(small()), (0x00280008, "IS", b"99999999"))) in (
        "pixels_short", "too_large",
    )  # fmt: skip


@pytest.mark.parametrize("tag", [0x00080018, 0x0020000D])
@pytest.mark.parametrize("uid", [b"", b"\0\0", b"no number", b"1..2", b"9" * 64, b"1.2\\3.4"])
def test_identifiers_that_are_none_when_met_then_the_file_is_decided(tag: int, uid: bytes) -> None:
    decision = Deidentifier(KEY).deidentify(planted(written(small()), (tag, "UI", uid)))
    assert decision.status in ("stored", "refused")
    if decision.status == "stored":
        kept = pydicom.dcmread(io.BytesIO(decision.content))[tag].value
        assert all(UID(one).is_valid for one in ([kept] if isinstance(kept, str) else kept))


@pytest.mark.parametrize("name", sorted(path.name for path in FOUND.iterdir()))
def test_what_the_fuzzer_found_when_met_again_then_is_decided(name: str) -> None:
    decided((FOUND / name).read_bytes())


def test_bytes_at_random_places_of_real_files_when_changed_then_each_is_decided() -> None:
    chance = random.Random(20261128)
    files = sorted(path for path in TEST_FILES.glob("*.dcm") if path.stat().st_size < 20_000)
    engine = Deidentifier(KEY)
    for _ in range(400):
        content = bytearray(chance.choice(files).read_bytes())
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        decision = engine.deidentify(bytes(content))
        assert decision.code != "unreadable"
        if decision.status == "stored":
            facts_of(decision.content)


def test_an_image_without_its_pixels_when_read_then_is_refused() -> None:
    content = written(small())
    at = content.index(b"\xe0\x7f\x10\x00")
    with pytest.raises(RefusedError):
        read_file(content[:at] + b"\x02\0\1\0UI\0\0")


def test_a_sequence_in_a_sequence_of_a_real_report_when_stored_then_stays_whole() -> None:
    original = pydicom.dcmread(TEST_FILES / "test-SR.dcm")
    kept = Deidentifier(KEY).deidentify((TEST_FILES / "test-SR.dcm").read_bytes())
    found = pydicom.dcmread(io.BytesIO(kept.content))
    assert isinstance(found.ContentSequence, Sequence)
    assert len(found.ContentSequence) == len(original.ContentSequence)
