"""QIDO-RS (PS3.18 section 10.6): what is found on each level, and a page of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from cpms_portal.dicomweb.queries.cases import Case, Shelf
from cpms_portal.dicomweb.queries.matching import Found, matches
from cpms_portal.dicomweb.queries.questions import Question

#: What is always returned (PS3.18 tables 10.6.3-3 to 10.6.3-5), from the first instance.
STUDY_TAGS = frozenset(
    ["00080005", "00080020", "00080030", "00080050", "00080056", "00080061", "00080090", "00080201",
     "00081030", "00081190", "00100010", "00100020", "00100030", "00100040", "00101010",
     "0020000D", "00200010", "00201206", "00201208"]
)  # fmt: skip
SERIES_TAGS = frozenset(
    ["00080005", "00080060", "00080201", "0008103E", "00081190", "0020000E", "00200011", "00201209",
     "00400244", "00400245", "00400275", "00080021", "00080031", "00180015"]
)  # fmt: skip
#: What else belongs to a study and to a series (PS3.3 C.7.1 to C.7.3 and C.7.5); group 0010, too.
_STUDY_MORE = frozenset(
    ["00080051", "00080062", "00080096", "0008009C", "00081032", "00081048", "00081060", "00081080",
     "00081084", "00321033", "00321060", "00400012"]
)  # fmt: skip
_SERIES_MORE = frozenset(
    ["00080064", "00080068", "00080070", "00080080", "00081010", "0008103F", "00081040", "00081050",
     "00081070", "00081090", "00081111", "00081250", "00181000", "00181020", "00181030", "00185100",
     "00200052", "00200060", "00201040"]
)  # fmt: skip
_FACTS = {
    "00080016": ("UI", "sop_class"),
    "00080018": ("UI", "uid"),
    "00200013": ("IS", "number"),
    "00280008": ("IS", "frames"),
    "00280010": ("US", "rows"),
    "00280011": ("US", "columns"),
    "00280100": ("US", "allocated"),
}
#: What the portal counts, whatever an instance says of it.
_COUNTED = frozenset(["00080061", "00201206", "00201208", "00201209"])
INSTANCE_TAGS = frozenset([*_FACTS, "00080005", "00080056", "00081190"])


def _is_of_study(tag: str) -> bool:
    return tag in STUDY_TAGS or tag in _STUDY_MORE or tag.startswith("0010")


def _is_of_series(tag: str) -> bool:
    return tag in SERIES_TAGS or tag in _SERIES_MORE


def _value(vr: str, *values: Any) -> Found:
    return {"vr": vr, "Value": list(values)}


def _study_head(case: Case, study: Any) -> tuple[Found, list[Shelf]]:
    shelves = list(case.series_of(study))
    first: Found = json.loads(shelves[0].first_line()) if shelves else {}
    head = {tag: first[tag] for tag in first if _is_of_study(tag)}
    return head | {
        "0020000D": _value("UI", study.study_uid),
        "00080056": _value("CS", "ONLINE"),
        "00080061": _value("CS", *study.modalities),
        "00081190": _value("UR", f"{case.base}/studies/{study.study_uid}"),
        "00201206": _value("IS", len(shelves)),
        "00201208": _value("IS", study.count),
    }, shelves


def _series_head(shelf: Shelf) -> Found:
    first = json.loads(shelf.first_line())
    head = {tag: first[tag] for tag in first if _is_of_series(tag)}
    return head | {
        "0020000E": _value("UI", shelf.index.uid),
        "00081190": _value("UR", shelf.url),
        "00201209": _value("IS", len(shelf.index.instances)),
    }


def _instances(shelf: Shelf, asked: Question, above: Found) -> Iterator[Found]:
    known = frozenset(INSTANCE_TAGS | set(above))
    lines = shelf.lines() if asked.needs(known) else None
    for number, facts in enumerate(shelf.index.instances):
        found = above | {
            tag: _value(vr, facts[name])
            for tag, (vr, name) in _FACTS.items()
            if facts.get(name) is not None
        }
        if lines is not None:
            own = json.loads(lines[number])
            found |= {tag: own[tag] for tag in own if tag not in _COUNTED}
        found["00080056"] = _value("CS", "ONLINE")
        found["00081190"] = _value("UR", f"{shelf.url}/instances/{facts['uid']}")
        yield found


class Page:
    """A page of what matched, and how many more there are (PS3.18 section 8.3.4.4.1)."""

    def __init__(self, found: Iterable[Found], known: frozenset[str], asked: Question) -> None:
        wanted = known | asked.includes | {place[0] for place in asked.matches}
        self.items: list[Found] = []
        self.remaining = 0
        for number, one in enumerate(found):
            if number >= asked.offset + asked.limit:
                self.remaining += 1
            elif number >= asked.offset:
                self.items.append(
                    {tag: one[tag] for tag in sorted(one) if asked.everything or tag in wanted}
                )


def _matches_with(head: Found, shelves: Iterable[Shelf], asked: Question) -> bool:
    """Say whether a study or series matches; a key of a lower level by any instance that is in it.

    head: what is said of the study, or of series and study.
    """
    series = "0020000E" in head
    here, below = asked.parted(lambda tag: _is_of_study(tag) or (series and _is_of_series(tag)))
    if not matches(head, here):
        return False
    return not below or any(
        matches(one, below)
        for shelf in shelves
        for one in _instances(shelf, asked, head | _series_head(shelf))
    )


def search_studies(case: Case, asked: Question) -> Page:
    """Return the studies of a case that match."""
    heads = (_study_head(case, study) for study in case.studies())
    found = (head for head, shelves in heads if _matches_with(head, shelves, asked))
    return Page(found, STUDY_TAGS, asked)


def _levels(case: Case, study_uid: str) -> Iterator[tuple[Found, Shelf]]:
    studies = [case.study(study_uid)] if study_uid else case.studies()
    for study in studies:
        head, shelves = _study_head(case, study)
        for shelf in shelves:
            yield head, shelf


def search_series(case: Case, asked: Question, study_uid: str = "") -> Page:
    """Return the series that match: of a study, or of the case with what is said of their study."""
    heads = ((head | _series_head(shelf), shelf) for head, shelf in _levels(case, study_uid))
    found = (head for head, shelf in heads if _matches_with(head, [shelf], asked))
    known = SERIES_TAGS | (frozenset(["0020000D"]) if study_uid else STUDY_TAGS)
    return Page(found, known, asked)


def search_instances(
    case: Case, asked: Question, study_uid: str = "", series_uid: str = ""
) -> Page:
    """Return the instances that match: of a series, of a study or of the whole case."""
    if series_uid:
        case.shelf(study_uid, series_uid)
    found = (
        one
        for head, shelf in _levels(case, study_uid)
        if series_uid in ("", shelf.index.uid)
        for one in _instances(shelf, asked, head | _series_head(shelf))
        if matches(one, asked.matches)
    )
    known = INSTANCE_TAGS | frozenset(["0020000D", "0020000E"])
    known |= frozenset() if series_uid else SERIES_TAGS
    known |= frozenset() if study_uid else STUDY_TAGS
    return Page(found, known, asked)
