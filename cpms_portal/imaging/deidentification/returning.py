"""What comes back: an object made of what the portal gave keeps the days it was given.

A viewer copies patient and study of the images into the report, the segmentation or the key
images it stores; their days were moved already. What the viewer adds is new and is moved once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from cpms_portal.imaging.deidentification.elements import Dataset, Element, dictionary_vr
from cpms_portal.imaging.deidentification.moments import MOVERS, UNMOVED

_PATIENT_ID, _STUDY = 0x00100020, 0x0020000D
_DAY = len("YYYYMMDD")


@dataclass(frozen=True)
class Given:
    """What the portal gave in one case: UIDs, and days as DICOM writes them, moved."""

    uids: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()


def comes_back(dataset: Dataset, pseudonym: str, given: Given) -> bool:
    """Say whether an object was made of what the portal gave in this case.

    It names the patient as only the portal names this one (nobody makes that up without the
    key), and lies in a study the portal gave.
    """
    return dataset.text(_PATIENT_ID) == pseudonym and dataset.text(_STUDY) in given.uids


def _vr_of(element: Element) -> str:
    return dictionary_vr(element.tag) if element.vr == "UN" else element.vr


def _days(element: Element, vr: str) -> set[str]:
    """Return the days of a date, or of a date and time; empty for what is none."""
    values = element.raw.decode("latin-1").split("\\")
    found = {MOVERS[vr](text, UNMOVED)[:_DAY] for value in values if (text := value.strip(" \0"))}
    return found - {""}


@lru_cache(maxsize=512)
def _date_beside(tag: int) -> int:
    """Return the tag of the date a time belongs to (StudyTime: StudyDate); 0 when there is none."""
    return tag_for_keyword(keyword_for_tag(tag).replace("Time", "Date")) or 0


def days_in(dataset: Dataset) -> list[str]:
    """Return every day a data set holds, at any depth, each once."""
    found: set[str] = set()
    for element, _level in dataset.everything():
        if element.vr in ("DA", "DT") and element.end > element.value:
            found |= _days(element, element.vr)
    return sorted(found)


def staying(level: Dataset, given: Given) -> frozenset[int]:
    """Return the tags of the dates and times of a level that were moved already.

    A day stays when the portal gave it; a time stays with its day, and where it has none.
    """
    moments = {one.tag: (vr, one) for one in level.elements if (vr := _vr_of(one)) in MOVERS
               and one.items is None}  # fmt: skip
    stay = {
        tag for tag, (vr, one) in moments.items() if vr != "TM" and _days(one, vr) <= given.days
    }
    times = {tag for tag, (vr, _) in moments.items() if vr == "TM"}
    dated = {tag: _date_beside(tag) for tag in times}
    return frozenset(
        stay | {tag for tag, date in dated.items() if date in stay or date not in moments}
    )
