"""The map of UIDs: one function for a patient, whole across uploads, closed without the key."""

from __future__ import annotations

import hashlib
import io
import uuid

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, UID_dictionary

from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.keyed import UIDMap, is_class_uid
from tests.factories.dicom import SYNTAXES, StudyPlan, ct_slice, written

KEY = b"\x31" * 32
UIDS = st.from_regex(r"[12]\.[1-9]\d{0,9}(\.(0|[1-9]\d{0,9})){1,4}", fullmatch=True).filter(
    lambda uid: len(uid) <= 64 and uid not in UID_dictionary
)
KEYS = st.binary(min_size=32, max_size=32)


@given(uids=st.sets(UIDS, min_size=1), key=KEYS)
@settings(max_examples=80, deadline=None)
def test_any_uid_when_mapped_then_is_a_valid_one_that_shows_nothing_of_the_old(uids, key) -> None:
    mapped = {uid: UIDMap(key)(uid) for uid in uids}
    assert len(set(mapped.values())) == len(uids)
    for uid, new in mapped.items():
        assert UID(new).is_valid
        assert len(new) <= 64
        assert new.startswith("2.25.")
        assert uuid.UUID(int=int(new[5:])).version == 8
        assert new != uid


@given(uid=UIDS, key=KEYS, at=st.integers(0, 255))
@settings(max_examples=80, deadline=None)
def test_one_bit_of_another_key_when_mapped_then_nothing_is_alike(uid: str, key, at: int) -> None:
    other = bytearray(key)
    other[at // 8] ^= 1 << at % 8
    assert UIDMap(key)(uid) != UIDMap(bytes(other))(uid)


@given(uid=UIDS)
@settings(max_examples=50, deadline=None)
def test_who_knows_a_uid_but_not_the_key_when_guessing_then_cannot_make_the_new_one(uid) -> None:
    number = int(UIDMap(KEY)(uid)[5:])
    raw = uid.encode()
    hashed = [hashlib.new(name, raw).digest() for name in ("md5", "sha1", "sha256", "sha512")]
    guesses = {int.from_bytes(one[:16]) for one in hashed}
    guesses |= {uuid.uuid5(space, uid).int for space in (uuid.NAMESPACE_OID, uuid.NAMESPACE_URL)}
    mask = ~((0xF << 76) | (0x3 << 62))
    assert number & mask not in {guess & mask for guess in guesses}


@pytest.mark.parametrize("uid", sorted(UID_dictionary))
def test_a_uid_the_standard_registers_when_mapped_then_stays(uid: str) -> None:
    assert UIDMap(KEY)(uid) == uid


@given(tail=st.lists(st.integers(10_000, 10**9), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_a_number_under_the_root_of_the_standard_when_mapped_then_does_not_pass(tail) -> None:
    uid = "1.2.840.10008." + ".".join(map(str, tail))
    assert not is_class_uid(uid)
    assert UIDMap(KEY)(uid) != uid


def _pointing(plan: StudyPlan, number: int, targets: list[int], depth: int) -> Dataset:
    """Return a slice that points at others, so deep inside."""
    made = ct_slice(plan, 0, number)
    items = []
    for target in targets:
        item = Dataset()
        item.ReferencedSOPClassUID = CTImageStorage
        item.ReferencedSOPInstanceUID = plan.uid("instance", 0, target)
        items.append(item)
    for _ in range(depth):
        outer = Dataset()
        outer.SourceImageSequence = Sequence(items)
        outer.PurposeOfReferenceCodeSequence = Sequence([])
        items = [outer]
    made.ReferencedImageSequence = Sequence(items)
    made.ImageComments = f"made of {plan.uid('instance', 0, targets[0])}"
    return made


def _uids_in(dataset: Dataset, keyword: str) -> set[str]:
    found: set[str] = set()
    dataset.walk(lambda level, element: found.add(element.value)
                 if element.keyword == keyword else None)  # fmt: skip
    return found


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_references_when_files_come_in_any_order_and_in_later_uploads_then_stay_whole(data) -> None:
    count = data.draw(st.integers(2, 5))
    plan = StudyPlan(size=4, uid_seed="graph")
    targets = [data.draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3))
               for _ in range(count)]  # fmt: skip
    order = data.draw(st.permutations(range(count)))
    cut = data.draw(st.integers(0, count))
    engines = (Deidentifier(KEY), Deidentifier(KEY))
    stored = {}
    for place, number in enumerate(order):
        source = _pointing(plan, number, targets[number], data.draw(st.integers(0, 4)))
        content = written(source, data.draw(st.sampled_from(SYNTAXES)))
        decision = engines[place >= cut].deidentify(content)
        assert decision.status == "stored"
        assert plan.uid("instance", 0, number).encode() not in decision.content
        stored[number] = pydicom.dcmread(io.BytesIO(decision.content))
    for number, found in stored.items():
        expected = {stored[target].SOPInstanceUID for target in targets[number]}
        assert _uids_in(found, "ReferencedSOPInstanceUID") == expected
        assert _uids_in(found, "ReferencedSOPClassUID") == {CTImageStorage}
        assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID


@given(keys=st.sets(KEYS, min_size=2, max_size=3))
@settings(max_examples=15, deadline=None)
def test_one_file_of_two_patients_when_stored_then_no_uid_is_the_same(keys: set[bytes]) -> None:
    content = written(ct_slice(StudyPlan(size=4), 0, 0))
    seen: set[str] = set()
    for key in keys:
        stored = pydicom.dcmread(io.BytesIO(Deidentifier(key).deidentify(content).content))
        own = {stored.SOPInstanceUID, stored.SeriesInstanceUID, stored.StudyInstanceUID,
               stored.FrameOfReferenceUID}  # fmt: skip
        assert len(own) == 4
        assert not own & seen
        seen |= own
