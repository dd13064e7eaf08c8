"""Key object selections: what they list is matched with what came, shown, and missed aloud."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pyramid.traversal import resource_path

from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.frames.selections import SELECTION, selected
from cpms_portal.imaging.ingest.facts import facts_of
from cpms_portal.imaging.ingest.sources import bundled
from tests.dicomweb.test_coming_back import reference
from tests.factories.dicom import StudyPlan, patient_module, study_files, written
from tests.factories.patients import patient_of
from tests.imaging.pages import HP, OUTSIDER, uploaded
from tests.imaging.test_objects import code, item

PLAN = StudyPlan(uid_seed="key images", size=32, slices=4)


def selection(listed: list[str], keys: list[str], title: str = "Of Interest") -> Dataset:
    """Return a selection that lists images and shows some of them."""
    dataset = patient_module(PLAN.person)
    dataset.SOPClassUID, dataset.Modality = SELECTION, "KO"
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = PLAN.uid("ko"), PLAN.uid("ko series")
    dataset.StudyInstanceUID, dataset.SeriesNumber, dataset.InstanceNumber = PLAN.uid("study"), 9, 1
    dataset.ContentDate, dataset.ContentTime = "20240311", "120000"
    dataset.ConceptNameCodeSequence = code("113000", "DCM", title)
    series = item(SeriesInstanceUID=PLAN.uid("series", 0),
                  ReferencedSOPSequence=Sequence(map(reference, listed)))  # fmt: skip
    evidence = item(StudyInstanceUID=PLAN.uid("study"), ReferencedSeriesSequence=Sequence([series]))
    dataset.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    shown = [item(RelationshipType="CONTAINS", ValueType="IMAGE",
                  ReferencedSOPSequence=Sequence([reference(uid)])) for uid in keys]  # fmt: skip
    said = code("113012", "DCM", "Key Object Description")
    words = item(RelationshipType="CONTAINS", ValueType="TEXT", TextValue="liver lesion",
                 ConceptNameCodeSequence=said)  # fmt: skip
    dataset.ContentSequence = Sequence([words, *shown])
    return dataset


NUMBERS = st.lists(st.integers(0, 40), min_size=1, max_size=12, unique=True)


@given(NUMBERS, st.data())
def test_what_a_selection_lists_when_stored_then_is_named_as_the_images_are(numbers, data) -> None:
    engine = Deidentifier(b"k" * 32, KnownIdentity())
    uids = [PLAN.uid("listed", number) for number in numbers]
    keys = data.draw(st.lists(st.sampled_from(uids), unique=True))
    decision = engine.deidentify(written(selection(uids, keys)))
    assert decision.content is not None, decision.code
    assert facts_of(decision.content)["listed"] == [engine.uids(uid) for uid in uids]
    assert selected(decision.content) == [engine.uids(uid) for uid in keys or uids]


@pytest.mark.parametrize("first", ["images", "list", "together"])
def test_a_list_of_images_when_uploaded_then_tells_which_did_not_come_and_shows_the_others(
    root, browser_of, first
) -> None:
    place, hp = resource_path(patient_of(root)), browser_of(HP)
    plan = StudyPlan(uid_seed=f"key images {first}", size=32, slices=4)
    files = list(study_files(plan))
    listed = [plan.uid("instance", 0, number) for number in range(6)]
    dataset = selection(listed, listed[2:5])
    dataset.StudyInstanceUID = plan.uid("study")
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = plan.uid("ko"), plan.uid("ko series")
    ko = ("ko", written(dataset))
    parts = {"images": [files, [ko]], "list": [[ko], files], "together": [[*files, ko]]}[first]
    receipts = [uploaded(hp, place, b"".join(bundled(part))) for part in parts]
    told = {"images": [0, 2], "list": [6, 0], "together": [2]}[first]
    assert [receipt["missing"] for receipt in receipts] == told
    page = hp.get(receipts[-1]["studies"][0]).click("Key images")
    pictures = [one["src"] for one in page.html.select(".picture-list img")]
    assert len(pictures) == 2
    assert hp.get(pictures[0]).content_type == "image/jpeg"
    assert "1 of the images listed here is not in this study" in page.text
    assert "liver lesion" in page.text
    browser_of(OUTSIDER).get(page.request.path_qs, status=404)
