"""Invented DICOM files: a CT study of slices, other small objects, identity planted in them.

Nobody here exists; names are made of parts that no real person bears together.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy
from PIL import Image, ImageDraw
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    generate_uid,
)

from cpms_portal.imaging.deidentification.identity import folded

SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
#: How every DICOM file goes on after its preamble; too long to occur by luck in what is sealed.
FILE_HEAD = b"DICM\x02\0\0\0UL\x04\0"
_FIRST = ("Quillane", "Öderwin", "Tamsibel", "Jorvékka", "Zdenomira", "Ailbhegard")
_LAST = ("Fennimoor", "Würgelbach", "Castrovani", "Ndlovaine", "Straßenkorb", "Pryzbelt")


@dataclass
class Planted:
    """An invented person: everything of it must be gone afterwards."""

    family: str
    given: str
    number: str
    birth_date: str
    address: str
    telephone: str
    physician: str
    accession: str
    extra: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name as PN writes it."""
        return f"{self.family}^{self.given}"

    def strings(self) -> list[str]:
        """Everything that must not be found again."""
        return [
            self.family, self.given, self.number, self.birth_date, self.address,
            self.telephone, self.accession, *self.physician.split("^"), *self.extra,
        ]  # fmt: skip


def planted_person(seed: int) -> Planted:
    """Return an invented person, the same for the same seed."""
    chance = random.Random(seed)
    year, month, day = chance.randint(1935, 2015), chance.randint(1, 12), chance.randint(10, 28)
    return Planted(
        family=chance.choice(_LAST),
        given=chance.choice(_FIRST),
        number=f"HN{chance.randint(10_000_000, 99_999_999)}",
        birth_date=f"{year}{month:02d}{day:02d}",
        address=f"Nirgendgasse {chance.randint(100, 999)}",
        telephone=f"+4940{chance.randint(1_000_000, 9_999_999)}",
        physician=f"Doktrin{chance.randint(100, 999)}^Belmonta",
        accession=f"ACC{chance.randint(1_000_000, 9_999_999)}",
    )


@dataclass
class StudyPlan:
    """What an invented study looks like. ``uid_seed`` keeps UIDs the same between runs."""

    person: Planted = field(default_factory=lambda: planted_person(1))
    series: int = 2
    slices: int = 5
    size: int = 64
    uid_seed: str = "study"
    modality: str = "CT"

    def uid(self, *parts: object) -> str:
        """Return the UID of a part of the study."""
        return generate_uid(entropy_srcs=[self.uid_seed, *map(str, parts)])


def _meta(dataset: Dataset, syntax: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    return meta


def written(dataset: Dataset, syntax: str = ExplicitVRLittleEndian, preamble: bytes = b"") -> bytes:
    """Return a data set as the bytes of a file."""
    dataset.file_meta = _meta(dataset, syntax)
    dataset.preamble = preamble.ljust(128, b"\0")[:128]
    out = io.BytesIO()
    pixels = dataset.get("PixelData")
    turns = syntax == ExplicitVRBigEndian and dataset.original_encoding[1] is not False
    if turns and pixels:
        # The library turns values, not pixels.
        turned = numpy.frombuffer(pixels, f"u{dataset.BitsAllocated // 8}").byteswap()
        dataset.PixelData = turned.tobytes()
    dataset.save_as(out, enforce_file_format=True)
    if turns and pixels:
        dataset.PixelData = pixels
    return out.getvalue()


def patient_module(person: Planted) -> Dataset:
    """Return what every object says of its patient and study."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = person.name
    dataset.PatientID = person.number
    dataset.PatientBirthDate = person.birth_date
    dataset.PatientSex = "F"
    dataset.PatientAge = "047Y"
    dataset.PatientWeight = "71.3"
    dataset.PatientAddress = person.address
    dataset.PatientTelephoneNumbers = person.telephone
    dataset.ReferringPhysicianName = person.physician
    dataset.AccessionNumber = person.accession
    dataset.StudyDate = "20240311"
    dataset.StudyTime = "101112"
    dataset.StudyID = "4711"
    return dataset


def ct_slice(plan: StudyPlan, series: int, number: int) -> Dataset:
    """Return one slice of an invented CT: a soft body with a bright ring that moves."""
    dataset = patient_module(plan.person)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = plan.uid("instance", series, number)
    dataset.StudyInstanceUID = plan.uid("study")
    dataset.SeriesInstanceUID = plan.uid("series", series)
    dataset.FrameOfReferenceUID = plan.uid("frame")
    dataset.Modality = plan.modality
    dataset.Manufacturer = "ACME Imaging"
    dataset.StudyDescription = f"CT Abdomen {plan.person.family}"
    dataset.SeriesDescription = ("Axial 5mm portal venous", "Lung 1.0 B60f", "Scout")[series % 3]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.SeriesNumber = series + 1
    dataset.InstanceNumber = number + 1
    dataset.AcquisitionDate = dataset.SeriesDate = dataset.ContentDate = "20240311"
    dataset.AcquisitionTime = f"1012{number % 60:02d}.500000"
    dataset.ImagePositionPatient = [-120.0, -120.0, float(number) * 5]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [240 / plan.size, 240 / plan.size]
    dataset.SliceThickness = "5"
    dataset.SliceLocation = str(number * 5)
    dataset.KVP, dataset.XRayTubeCurrent, dataset.ConvolutionKernel = "120", "200", "B30f"
    dataset.BodyPartExamined, dataset.PatientPosition = "ABDOMEN", "HFS"
    _pixels(dataset, plan.size, number)
    return dataset


def _pixels(dataset: Dataset, size: int, number: int) -> None:
    rows, columns = numpy.mgrid[0:size, 0:size] - size / 2
    distance = numpy.hypot(rows, columns)
    body = numpy.where(distance < size * 0.45, 40, -1000)
    ring = numpy.abs(distance - size * (0.1 + 0.002 * (number % 100))) < 2
    grain = numpy.random.default_rng(number).integers(-12, 12, (size, size))
    values = numpy.where(ring, 300, body) + grain + 1024
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = size
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-1024", "1", "HU"
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.PixelData = values.astype("<u2").tobytes()


def study_files(plan: StudyPlan) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a study: path with the name in it, as discs have them, and content."""
    for series in range(plan.series):
        for number in range(plan.slices):
            name = f"{plan.person.family}/SE{series + 1}/IM{number + 1:04d}.dcm"
            yield name, written(ct_slice(plan, series, number))


def with_identity_everywhere(dataset: Dataset, person: Planted, seed: int) -> Dataset:
    """Plant a person in the odd corners of an object."""
    chance = random.Random(seed)
    words = [person.family, person.given, person.number, person.birth_date]
    said = chance.choice(words)
    dataset.ImageComments = f"{person.given} {person.family}, geb. {person.birth_date}"
    dataset.SeriesDescription = f"Thorax {said.upper()} axial"
    dataset.ProtocolName = f"CT_{said}_ABD"
    dataset.Manufacturer = f"ACME for {said}"
    dataset.StationName = f"CT-{person.number}"[:16]
    dataset.OperatorsName = person.physician
    dataset.SecondaryReviewerName = person.name
    dataset.OtherPatientIDsSequence = Sequence([_item(PatientID=person.number)])
    dataset.ProcedureCodeSequence = Sequence([_item(
        CodeValue="99X", CodingSchemeDesignator="99LOCAL", CodeMeaning=f"Scan of {said}",
        RequestAttributesSequence=Sequence([_item(RequestedProcedureComments=person.name)]),
    )])  # fmt: skip
    dataset.DerivationCodeSequence = Sequence([_item(
        CodeValue="113040", CodingSchemeDesignator="DCM", CodeMeaning="Lossy Compression",
        EquivalentCodeSequence=Sequence([_item(
            CodeValue="1", CodingSchemeDesignator="99X", CodeMeaning=person.family.lower(),
            PatientBirthDate=person.birth_date,
        )]),
    )])  # fmt: skip
    dataset.DetectorMode = f"mode {person.given}"
    dataset.ExpirationDateTime = f"{person.birth_date}101010"
    private = dataset.private_block(0x0011, f"ACME {person.family}", create=True)
    private.add_new(0x01, "LO", person.name)
    private.add_new(0x02, "SQ", Sequence([_item(PatientName=person.name)]))
    dataset.add_new(0x60000010, "US", 8)
    dataset.add_new(0x60000011, "US", 8)
    dataset.add_new(0x60000022, "LO", f"overlay {person.family}")
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", person.family.encode("latin-1").ljust(32, b"\0"))
    dataset.add_new(0x00880200, "SQ", Sequence([_item(PatientComments=person.name)]))
    dataset.ImageType = ["ORIGINAL", "PRIMARY", folded(person.family).upper()]
    dataset.SpatialResolution = person.birth_date
    dataset.DetectorID = f"{person.number[:4]}-{person.number[4:7]} {person.number[7:]}"
    dataset.AcquisitionComments = f"geb. {_in_words(person.birth_date, chance)}"
    dataset.FilterMaterial = f"CU {folded(person.family).upper()}"
    dataset.add_new(0x00081150, "UI", f"1.2.840.10008.{person.birth_date}")
    dataset.add_new(0x00281201, "OW", person.number.encode()[-10:])
    dataset.EncryptedAttributesSequence = Sequence([_item(
        EncryptedContentTransferSyntaxUID="1.2.840.10008.1.2",
        EncryptedContent=person.name.encode().ljust(40, b"\0"),
    )])  # fmt: skip
    dataset.add_new(0xFFFCFFFC, "OB", person.number.encode().ljust(24, b"\0"))
    return dataset


def _in_words(day: str, chance: random.Random) -> str:
    """Return a day with its month as a word."""
    months = chance.choice((
        "January February March April May June July August September October November December",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października"
        " listopada grudnia",
    )).split()  # fmt: skip
    return f"{int(day[6:])}. {months[int(day[4:6]) - 1]} {day[:4]}"


def _item(**values: object) -> Dataset:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def risky_image(kind: str, person: Planted, flag: str = "") -> Dataset:
    """Return an ultrasound ("US") or secondary capture ("SC") image."""
    plan = StudyPlan(person=person, uid_seed=kind)
    dataset = ct_slice(plan, 0, 0)
    dataset.SOPClassUID = UltrasoundImageStorage if kind == "US" else SecondaryCaptureImageStorage
    dataset.Modality = "US" if kind == "US" else "OT"
    if flag:
        dataset.BurnedInAnnotation = flag
    return dataset


def encapsulated_pdf(person: Planted) -> Dataset:
    """Return a PDF in DICOM's wrapping."""
    dataset = patient_module(person)
    plan = StudyPlan(person=person, uid_seed="pdf")
    dataset.SOPClassUID = EncapsulatedPDFStorage
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = plan.uid("i"), plan.uid("s")
    dataset.StudyInstanceUID, dataset.Modality = plan.uid("study"), "DOC"
    dataset.EncapsulatedDocument = b"%PDF-1.4 " + person.family.encode() + b"%%EOF "
    return dataset


def burned_in(kind: str, person: Planted, flag: str = "", regions: bool = False) -> Dataset:
    """Return an ultrasound or secondary capture with a name drawn into its pixels."""
    dataset = risky_image(kind, person, flag)
    picture = Image.new("L", (320, 240), 20)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((90, 90, 230, 210), fill=120)
    pen.text((8, 6), f"{person.family.upper()} {person.number}", fill=235, font_size=16)
    dataset.Rows, dataset.Columns = 240, 320
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = picture.tobytes()
    if regions:
        dataset.SequenceOfUltrasoundRegions = Sequence([_item(
            RegionLocationMinX0=40, RegionLocationMinY0=60, RegionLocationMaxX1=300,
            RegionLocationMaxY1=229,
        )])  # fmt: skip
    return dataset
