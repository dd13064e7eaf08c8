"""Objects that are no plain images, with a person planted in all that they can say."""

from __future__ import annotations

import io
import zlib

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    BasicTextSRStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    ImplicitVRLittleEndian,
    TwelveLeadECGWaveformStorage,
)

from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.factories.dicom import (
    SYNTAXES,
    Planted,
    StudyPlan,
    ct_slice,
    patient_module,
    planted_person,
    written,
)
from tests.imaging.planting import item, planted
from tests.imaging.test_planted_identity import found

ENGINE = Deidentifier(b"\x51" * 32)


def _item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def _object(person: Planted, sop_class: str, modality: str) -> Dataset:
    plan = StudyPlan(person=person, uid_seed=modality)
    made = patient_module(person)
    made.SOPClassUID, made.SOPInstanceUID = sop_class, plan.uid("i")
    made.StudyInstanceUID, made.SeriesInstanceUID = plan.uid("st"), plan.uid("se")
    made.Modality, made.ContentDate, made.ContentTime = modality, "20240311", "101112"
    made.ReferringPhysicianIdentificationSequence = Sequence([_person_code(person)])
    made.OperatorIdentificationSequence = Sequence([_person_code(person)])
    made.OriginalAttributesSequence = Sequence([_item(
        SourceOfPreviousValues=person.family, AttributeModificationDateTime="20240311101112",
        ModifyingSystem=person.given, ReasonForTheAttributeModification="COERCE",
        ModifiedAttributesSequence=Sequence([_item(PatientName=person.name)]),
    )])  # fmt: skip
    made.EncryptedAttributesSequence = Sequence([_item(
        EncryptedContentTransferSyntaxUID="1.2.840.10008.1.2",
        EncryptedContent=person.family.encode("latin-1").ljust(20, b"\0"),
    )])  # fmt: skip
    made.DigitalSignaturesSequence = Sequence([_item(
        MACIDNumber=1, DigitalSignatureUID="1.2.3.4", DigitalSignatureDateTime="20240311101112",
        CertificateType="X509_1993_SIG", Signature=person.number.encode().ljust(20, b"\0"),
        CertificateOfSigner=person.family.encode("utf-16-le"),
    )])  # fmt: skip
    made.MACParametersSequence = Sequence([_item(
        MACIDNumber=1, MACAlgorithm="SHA256", MACCalculationTransferSyntaxUID="1.2.840.10008.1.2",
        DataElementsSigned=[0x00100010],
    )])  # fmt: skip
    return made


def _person_code(person: Planted) -> Dataset:
    return _item(
        PersonIdentificationCodeSequence=Sequence([_item(
            CodeValue=person.number, CodingSchemeDesignator="99L",
            CodeMeaning=person.physician.replace("^", " "),
        )]),
        PersonAddress=person.address, PersonTelephoneNumbers=person.telephone,
        InstitutionName=f"Klinik {person.family}",
    )  # fmt: skip


def report(person: Planted) -> Dataset:
    """Return a structured report that names a person in every kind of value."""
    made = _object(person, BasicTextSRStorage, "SR")
    name = _item(
        CodeValue="121008", CodingSchemeDesignator="DCM", CodeMeaning=f"of {person.family}"
    )
    common = {"RelationshipType": "CONTAINS", "ConceptNameCodeSequence": Sequence([name])}
    values: list[dict[str, object]] = [
        {"ValueType": "TEXT", "TextValue": f"{person.given} {person.family} *{person.birth_date}"},
        {"ValueType": "PNAME", "PersonName": person.name},
        {"ValueType": "DATETIME", "DateTime": f"{person.birth_date}101500"},
        {"ValueType": "DATE", "Date": person.birth_date},
        {"ValueType": "UIDREF", "UID": f"1.2.3.{person.birth_date}"},
        {"ValueType": "CODE", "ConceptCodeSequence": Sequence([_item(
            CodeValue=person.number, CodingSchemeDesignator="99X", CodeMeaning=person.given)])},
    ]  # fmt: skip
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.CompletionFlag, made.VerificationFlag = "COMPLETE", "VERIFIED"
    made.ConceptNameCodeSequence = Sequence([name])
    made.VerifyingObserverSequence = Sequence([_item(
        VerifyingOrganization=person.family, VerificationDateTime="20240311101112",
        VerifyingObserverName=person.physician,
        VerifyingObserverIdentificationCodeSequence=Sequence([_item(
            CodeValue=person.number, CodingSchemeDesignator="99L", CodeMeaning=person.family)]),
    )])  # fmt: skip
    deep = [_item(**common, **value) for value in values]
    for _ in range(4):
        container = _item(**common, ValueType="CONTAINER", ContinuityOfContent="SEPARATE")
        container.ContentSequence = Sequence(deep)
        deep = [container, _item(**common, **values[0])]
    made.ContentSequence = Sequence(deep)
    return made


def presentation(person: Planted) -> Dataset:
    """Return a presentation state with a person's name drawn on the image."""
    made = _object(person, GrayscaleSoftcopyPresentationStateStorage, "PR")
    made.ContentLabel, made.ContentDescription = "MARKS", f"for {person.family}"
    made.ContentCreatorName = person.physician
    made.GraphicLayerSequence = Sequence([_item(
        GraphicLayer="L1", GraphicLayerOrder=1, GraphicLayerDescription=person.family,
    )])  # fmt: skip
    made.GraphicAnnotationSequence = Sequence([_item(
        GraphicLayer="L1",
        TextObjectSequence=Sequence([_item(
            UnformattedTextValue=f"{person.given}\r\n{person.family} {person.telephone}",
            AnchorPoint=[1, 1], AnchorPointVisibility="Y", AnchorPointAnnotationUnits="PIXEL")]),
        CompoundGraphicSequence=Sequence([_item(
            CompoundGraphicType="RULER", TickLabel=person.family,
            UnformattedTextValue=person.number)]),
    )])  # fmt: skip
    return made


def waveform(person: Planted) -> Dataset:
    """Return an ECG whose annotations name a person."""
    made = _object(person, TwelveLeadECGWaveformStorage, "ECG")
    made.WaveformSequence = Sequence([_item(
        MultiplexGroupLabel=person.family, NumberOfWaveformChannels=1, NumberOfWaveformSamples=4,
        ChannelDefinitionSequence=Sequence([_item(ChannelLabel=person.given)]),
        WaveformBitsAllocated=16, WaveformSampleInterpretation="SS", WaveformData=bytes(8),
    )])  # fmt: skip
    made.WaveformSequence[0]["WaveformData"].VR = "OW"
    made.WaveformAnnotationSequence = Sequence([_item(
        UnformattedTextValue=f"{person.family}, {person.given}", AnnotationGroupNumber=1,
        ConceptNameCodeSequence=Sequence([_item(
            CodeValue="1", CodingSchemeDesignator="99X", CodeMeaning=person.family)]),
    )])  # fmt: skip
    return made


@pytest.mark.parametrize("make", [report, presentation, waveform])
@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("seed", range(4))
def test_an_object_that_names_a_person_everywhere_when_stored_then_nothing_is_left(
    make, syntax: str, seed: int
) -> None:
    person = planted_person(seed)
    source = written(make(person), syntax)
    decision = ENGINE.deidentify(source)
    assert decision.status == "stored", decision.code
    assert len(found(source, person.strings())) > 6
    assert found(decision.content, person.strings()) == []
    stored = pydicom.dcmread(io.BytesIO(decision.content))
    for gone in ("OriginalAttributesSequence", "EncryptedAttributesSequence",
                 "DigitalSignaturesSequence", "MACParametersSequence"):  # fmt: skip
        assert gone not in stored


PERSON = planted_person(3)
PLAIN = written(ct_slice(StudyPlan(person=PERSON, size=8), 0, 0))


def nested(content: bytes, times: int, vr: str = "SQ") -> bytes:
    """Return an item so deep in others."""
    for _ in range(times):
        content = item((0x00081140, vr, content))
    return content


@pytest.mark.parametrize("times", [0, 1, 5, 12])
@pytest.mark.parametrize("vr", ["SQ", "UN"])
def test_private_and_unknown_blocks_at_any_depth_when_stored_then_nothing_is_left(
    times: int, vr: str
) -> None:
    family = PERSON.family.encode("latin-1")
    inside = item(
        (0x00080005, "CS", b"ISO_IR 100"), (0x00090010, "LO", b"MAKER " + family),
        (0x00091001, "UN", family * 3), (0x00091002, "SQ", item((0x00100010, "PN", family))),
        (0x00100010, "PN", family), (0x00104000, "LT", family), (0x60003000, "OW", family),
        (0x50003000, "OW", family), (0x7FE00010, "OB", family), (0xFFFCFFFC, "OB", family),
        (0x00080060, "CS", family.upper()), (0x00880200, "SQ", item((0x7FE00010, "OB", family))),
    )  # fmt: skip
    content = planted(PLAIN, (0x00082112, "SQ", nested(inside, times, vr)))
    decision = ENGINE.deidentify(content)
    assert decision.status == "stored", decision.code
    assert family in content
    assert found(decision.content, [PERSON.family]) == []


def test_file_meta_preamble_and_what_follows_when_stored_then_are_ours() -> None:
    family = PERSON.family.encode("latin-1")
    dataset = ct_slice(StudyPlan(person=PERSON, size=8), 0, 0)
    source = bytearray(written(dataset, preamble=b"II*\0" + family))
    extra = b"".join(
        number.to_bytes(4, "little")[2:] + number.to_bytes(4, "little")[:2] + vr
        + len(value).to_bytes(2 if len(vr) == 2 else 4, "little") + value
        for number, vr, value in (
            (0x00020016, b"AE", family.ljust(16)), (0x00020017, b"AE", family.ljust(16)),
            (0x00020018, b"AE", family.ljust(16)), (0x00020100, b"UI", b"1.2.3\0"),
            (0x00020102, b"OB\0\0", family.ljust(16)),
        )
    )  # fmt: skip
    length = int.from_bytes(source[140:144], "little")
    end = 144 + length
    source[140:144] = (length + len(extra)).to_bytes(4, "little")
    content = bytes(source[:end]) + extra + bytes(source[end:]) + b"\0\0" + family
    decision = ENGINE.deidentify(content)
    assert decision.status == "stored", decision.code
    assert content.count(family) >= 6
    assert found(decision.content, [PERSON.family]) == []


def test_bytes_behind_a_deflated_data_set_when_stored_then_are_gone() -> None:
    content = written(ct_slice(StudyPlan(person=PERSON, size=8), 0, 0),
                      DeflatedExplicitVRLittleEndian) + PERSON.family.encode()  # fmt: skip
    decision = ENGINE.deidentify(content)
    assert decision.status == "stored", decision.code
    assert PERSON.family.encode() not in decision.content
    at = 144 + int.from_bytes(decision.content[140:144], "little")
    assert zlib.decompressobj(-15).decompress(decision.content[at:])


def test_a_sequence_of_undefined_length_in_an_unknown_vr_when_stored_then_is_cleaned() -> None:
    family = PERSON.family.encode("latin-1")
    name = b"\x10\x00\x10\x00" + len(family).to_bytes(4, "little") + family
    inside = (b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + name + b"\xfe\xff\x0d\xe0\0\0\0\0"
              b"\xfe\xff\xdd\xe0\0\0\0\0")  # fmt: skip
    at = PLAIN.index(b"\x10\x00\x10\x00PN")
    for tag in (b"\x08\x00\x40\x11", b"\x09\x00\x01\x10", b"\x08\x00\x99\x99"):
        hidden = tag + b"UN\0\0\xff\xff\xff\xff" + inside
        decision = ENGINE.deidentify(PLAIN[:at] + hidden + PLAIN[at:])
        assert decision.status == "stored", decision.code
        assert found(decision.content, [PERSON.family]) == []


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_name_in_an_item_with_a_character_set_of_its_own_when_stored_then_is_gone(
    syntax: str,
) -> None:
    for terms, name in (
        ("ISO_IR 144", "Несуществин"),
        (["", "ISO 2022 IR 149"], "허구이름"),
        (["ISO 2022 IR 6", "ISO 2022 IR 87"], "架空田"),
        ("GB18030", "虚构氏名"),
    ):
        dataset = ct_slice(StudyPlan(size=8), 0, 0)
        dataset.OtherPatientNames = name
        inner = _item(SpecificCharacterSet=terms, CodeMeaning=f"A {name}", CodeValue="1",
                      CodingSchemeDesignator="99X")  # fmt: skip
        dataset.ProcedureCodeSequence = Sequence([inner])
        decision = ENGINE.deidentify(written(dataset, syntax))
        assert decision.status == "stored", decision.code
        assert found(decision.content, [name]) == []
        stored = pydicom.dcmread(io.BytesIO(decision.content))
        assert name not in str(stored.ProcedureCodeSequence[0].CodeMeaning)
