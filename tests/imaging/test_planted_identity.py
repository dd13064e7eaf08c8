"""No planted identity is found anywhere in what is stored.

``CPMS_SEEDS=5000`` plants that many persons for each transfer syntax instead of 250.
"""

from __future__ import annotations

import io
import os
import re
import zlib
from datetime import date

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian

from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.deidentification.table import ROWS, Action
from tests.factories.dicom import (
    SYNTAXES,
    StudyPlan,
    ct_slice,
    planted_person,
    with_identity_everywhere,
    written,
)

KEY = b"\x07" * 32
SEEDS = int(os.environ.get("CPMS_SEEDS", "250"))
ENCODINGS = ("utf-8", "latin-1", "utf-16-le", "cp1251", "shift_jis", "gb18030", "iso8859-7")


def plain(content: bytes) -> bytes:
    """Return a file with a deflated data set inflated."""
    if DeflatedExplicitVRLittleEndian.encode() not in content[:600]:
        return content
    meta = 144 + int.from_bytes(content[140:144], "little")
    return content[:meta] + zlib.decompressobj(-15).decompress(content[meta:])


def found(content: bytes, strings: list[str]) -> list[str]:
    """Return which strings lie in bytes, whatever case and encoding."""
    content = plain(content).lower()
    hits = []
    for text in strings:
        for encoding in ENCODINGS:
            needle = text.lower().encode(encoding, "ignore")
            if len(needle) >= 4 and needle in content:
                hits.append(f"{encoding} {len(needle)}")
    return hits


@pytest.mark.parametrize("syntax", SYNTAXES)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=SEEDS, deadline=None)
def test_identity_planted_in_every_corner_when_stored_then_no_byte_of_it_is_left(
    syntax: str, seed: int
) -> None:
    person = planted_person(seed)
    dataset = with_identity_everywhere(ct_slice(StudyPlan(person=person), 0, 0), person, seed)
    source = written(dataset, syntax, preamble=person.family.encode() + b" II*")
    decision = Deidentifier(KEY).deidentify(source)
    assert decision.status == "stored"
    assert len(found(source, person.strings())) > 8
    assert found(decision.content, person.strings()) == []
    assert pydicom.dcmread(io.BytesIO(decision.content)).SeriesDescription == "Thorax axial"


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        (["ISO_IR 100"], "Würgelbach^Öderwin"),
        (["ISO_IR 101"], "Przybyłko^Zdzisława"),
        (["ISO_IR 126"], "Παπαφανταστικός^Ανύπαρκτος"),
        (["ISO_IR 144"], "Несуществин^Выдуман"),
        (["ISO_IR 192"], "架空田^存在無"),
        (["GB18030"], "虚构氏^无此人"),
        (["", "ISO 2022 IR 87"], "Kakuda^Nashi=架空田^存在無=かくうだ^そんざい"),
        (["", "ISO 2022 IR 149"], "Heogu^Eopseum=허구^없음"),
    ],
)
def test_a_name_in_any_character_set_when_echoed_in_text_then_is_gone(
    terms: list[str], name: str
) -> None:
    dataset = ct_slice(StudyPlan(), 0, 0)
    dataset.SpecificCharacterSet = terms
    dataset.PatientName = name
    parts = [part for part in re.split(r"[=^]", name) if part]
    dataset.Manufacturer = f"ACME {parts[-1]}"
    dataset.ProcedureCodeSequence = Sequence([Dataset()])
    dataset.ProcedureCodeSequence[0].CodeMeaning = parts[0]
    decision = Deidentifier(KEY).deidentify(written(dataset))
    assert decision.status == "stored"
    out = pydicom.dcmread(io.BytesIO(decision.content))
    assert not any(part in str(out) for part in parts)
    assert found(decision.content, parts) == []


def test_a_name_in_another_encoding_than_declared_when_stored_then_is_gone() -> None:
    dataset = ct_slice(StudyPlan(), 0, 0)
    dataset.SpecificCharacterSet = "ISO_IR 100"
    source = written(dataset)
    for encoding in ("utf-8", "utf-16-le", "cp1251"):
        name = "Würgelbach" if encoding != "cp1251" else "Выдуман"
        planted = name.encode(encoding)
        tail = b"" if len(planted) % 2 == 0 else b" "
        element = b"\x08\x00\x90\x10LO" + len(planted + tail).to_bytes(2, "little")
        at = source.index(b"\x10\x00\x10\x00PN")
        hidden = source[:at] + element + planted + tail + source[at:]
        known = KnownIdentity(names=(name,))
        decision = Deidentifier(KEY, known).deidentify(hidden)
        assert decision.status == "stored"
        assert planted not in decision.content


def test_identity_known_from_enrolment_when_absent_from_the_attributes_then_is_found_in_text() -> (
    None
):
    dataset = ct_slice(StudyPlan(), 0, 0)
    dataset.Manufacturer = "Müßiggängler 3.2.1956 unit HX-77812"
    known = KnownIdentity(("Muessiggaengler, Karlotta",), date(1956, 2, 3), ("HX-77812",))
    out = pydicom.dcmread(io.BytesIO(Deidentifier(KEY, known).deidentify(written(dataset)).content))
    assert out.Manufacturer == "unit"


def _planted(tag: int, vr: str) -> object:
    return {
        "UI": "1.2.3.4.99999.12345", "DA": "19871231", "TM": "115958.5", "DT": "19871231115958",
        "AS": "046Y", "DS": "46.123", "IS": "46123", "CS": "ZORGLUBIA", "PN": "Zorglubia^Q",
        "US": 46123, "UR": "https://zorglubia.invalid/x",
    }.get(vr, "zorglubia 77")  # fmt: skip


@pytest.mark.parametrize("nested", [False, True])
def test_every_row_of_the_table_when_planted_then_nothing_of_it_is_left(nested: bool) -> None:
    engine = Deidentifier(KEY)
    kept = (Action.CHARACTERISTIC, Action.DESCEND)
    for tag, (action, _) in ROWS.items():
        if tag >> 16 in (0, 2, 4) or action in kept or not pydicom.datadict.dictionary_has_tag(tag):
            continue
        vr = pydicom.datadict.dictionary_VR(tag)
        dataset = ct_slice(StudyPlan(size=8), 0, 0)
        place = dataset
        if nested:
            place = Dataset()
            middle = Dataset()
            middle.PurposeOfReferenceCodeSequence = Sequence([place])
            dataset.DerivationCodeSequence = Sequence([middle])
        if vr == "SQ":
            item = Dataset()
            item.CodeMeaning = "zorglubia 77"
            place.add_new(tag, vr, Sequence([item]))
        elif vr in ("OB", "UN"):
            place.add_new(tag, vr, b"zorglubia 77")
        else:
            place.add_new(tag, vr, _planted(tag, vr))
        before = bytes(written(dataset))
        decision = engine.deidentify(before)
        if tag == 0x00420011 and not nested:
            assert decision.code == "document"
            continue
        assert decision.status == "stored", hex(tag)
        for trace in (b"zorglubia", b"1.2.3.4.99999", b"19871231", b"115958.5", b"46.123"):
            assert trace not in decision.content.lower(), (hex(tag), trace)


def test_a_name_written_under_another_vr_than_its_own_when_stored_then_is_gone() -> None:
    content = written(ct_slice(StudyPlan(size=8), 0, 0))
    name = b"Zorglubia^Q "
    # SecondaryReviewerName is PN in the dictionary; here it says LO.
    element = b"\x14\x00\x04\x01LO" + len(name).to_bytes(2, "little") + name
    at = content.index(b"\x18\x00\x50\x00DS")
    decision = Deidentifier(KEY).deidentify(content[:at] + element + content[at:])
    assert decision.status == "stored"
    assert b"Zorglubia" not in decision.content


def test_text_outside_the_vocabulary_in_a_description_when_stored_then_is_left_out() -> None:
    dataset = ct_slice(StudyPlan(), 0, 0)
    dataset.SeriesDescription = "t1_mprage_sag for Zorglub 0171 5550199 3D"
    out = pydicom.dcmread(io.BytesIO(Deidentifier(KEY).deidentify(written(dataset)).content))
    assert out.SeriesDescription.split() == ["t1_mprage_sag", "for", "3D"]
