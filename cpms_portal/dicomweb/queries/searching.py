"""QIDO-RS (PS3.18 section 10.6): matching keys, what is returned, pages of answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache
from typing import Any

from pydicom.datadict import tag_for_keyword

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.queries.cases import Case, Shelf

MOST = 5000
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_RANGED = frozenset(["DA", "TM", "DT"])
_OWN = frozenset({"limit", "offset", "includefield", "fuzzymatching", "accept"})
Found = dict[str, Any]

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
_FACTS = {
    "00080016": ("UI", "sop_class"),
    "00080018": ("UI", "uid"),
    "00200013": ("IS", "number"),
    "00280008": ("IS", "frames"),
    "00280010": ("US", "rows"),
    "00280011": ("US", "columns"),
    "00280100": ("US", "allocated"),
}
INSTANCE_TAGS = frozenset([*_FACTS, "00080005", "00080056", "00081190"])


class QuestionRefusedError(CPMSError):
    """The question cannot be understood."""

    def __init__(self) -> None:
        super().__init__(_("The portal does not know a key of this question."))


@dataclass
class Question:
    """What is asked. matches: place of an attribute → value; a place is tags from the outside."""

    matches: dict[tuple[str, ...], str] = field(default_factory=dict)
    includes: set[str] = field(default_factory=set)
    everything: bool = False
    limit: int = MOST
    offset: int = 0
    fuzzy: bool = False

    def needs(self, known: frozenset[str]) -> bool:
        """Say whether more must be read than what is known without."""
        asked = {place[0] for place in self.matches} | self.includes
        return self.everything or not asked <= known


def _place(name: str) -> tuple[str, ...]:
    places = []
    for part in name.split("."):
        tag = int(part, 16) if _TAG.fullmatch(part) else tag_for_keyword(part)
        if tag is None:
            raise QuestionRefusedError
        places.append(f"{tag:08X}")
    return tuple(places)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise QuestionRefusedError
    return int(text)


def question_of(parameters: Iterable[tuple[str, str]]) -> Question:
    """Return what parameters ask; QuestionRefusedError when one is not known."""
    asked = Question()
    for name, value in parameters:
        if name == "limit":
            asked.limit = min(_whole(value), MOST)
        elif name == "offset":
            asked.offset = _whole(value)
        elif name == "fuzzymatching":
            asked.fuzzy = value.lower() == "true"
        elif name == "includefield":
            wanted = [one for one in value.split(",") if one]
            asked.everything = asked.everything or "all" in wanted
            asked.includes |= {_place(one)[0] for one in wanted if one != "all"}
        elif name not in _OWN and value not in ("", "*"):
            asked.matches[_place(name)] = value
        elif name not in _OWN:
            asked.includes.add(_place(name)[0])
    return asked


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    escaped = "".join(c if c in "*?" else f"[{c}]" if c in "[" else c for c in text)
    return re.compile(translate(escaped), re.I)


def _says(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("Alphabetic", ""))
    return "" if value is None else str(value)


def _fits(element: Found, wanted: str) -> bool:
    """Say whether an attribute matches (PS3.4 section C.2.2.2)."""
    values = [_says(value) for value in element.get("Value", ())]
    vr = element.get("vr")
    if vr == "UI":
        return not set(values).isdisjoint(re.split(r"[,\\]", wanted))
    if vr in _RANGED and "-" in wanted:
        low, _dash, high = wanted.partition("-")
        return any(value and low <= value and (not high or value <= high) for value in values)
    if "*" in wanted or "?" in wanted:
        return any(_pattern(wanted).match(value) for value in values)
    if vr == "PN":
        return any(value.casefold() == wanted.casefold() for value in values)
    return wanted in values


def matches(found: Found, asked: dict[tuple[str, ...], str]) -> bool:
    """Say whether a data set has everything asked for."""
    return all(_has(found, place, wanted) for place, wanted in asked.items())


def _has(found: Found, place: tuple[str, ...], wanted: str) -> bool:
    element = found.get(place[0])
    if element is None:
        return False
    if len(place) == 1:
        return _fits(element, wanted)
    return any(_has(item, place[1:], wanted) for item in element.get("Value", ()))


def _kept(found: Found, known: frozenset[str], asked: Question) -> Found:
    wanted = known | asked.includes | {place[0] for place in asked.matches}
    return {tag: found[tag] for tag in sorted(found) if asked.everything or tag in wanted}


def _value(vr: str, *values: Any) -> Found:
    return {"vr": vr, "Value": list(values)}


def _study_head(case: Case, study: Any) -> tuple[Found, list[Shelf]]:
    shelves = list(case.series_of(study))
    first: Found = json.loads(shelves[0].first_line()) if shelves else {}
    head = {tag: first[tag] for tag in STUDY_TAGS if tag in first}
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
    head = {tag: first[tag] for tag in SERIES_TAGS if tag in first}
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
            found = json.loads(lines[number]) | found
        found["00080056"] = _value("CS", "ONLINE")
        found["00081190"] = _value("UR", f"{shelf.url}/instances/{facts['uid']}")
        yield found


def search_studies(case: Case, asked: Question) -> list[Found]:
    """Return the studies of a case that match."""
    found = (_study_head(case, study)[0] for study in case.studies())
    return _page((one for one in found if matches(one, asked.matches)), STUDY_TAGS, asked)


def _levels(case: Case, study_uid: str) -> Iterator[tuple[Found, Shelf]]:
    studies = [case.study(study_uid)] if study_uid else case.studies()
    for study in studies:
        head, shelves = _study_head(case, study)
        for shelf in shelves:
            yield head, shelf


def search_series(case: Case, asked: Question, study_uid: str = "") -> list[Found]:
    """Return the series that match: of a study, or of the case with what is said of their study."""
    found = (head | _series_head(shelf) for head, shelf in _levels(case, study_uid))
    known = SERIES_TAGS | (frozenset(["0020000D"]) if study_uid else STUDY_TAGS)
    return _page((one for one in found if matches(one, asked.matches)), known, asked)


def search_instances(
    case: Case, asked: Question, study_uid: str = "", series_uid: str = ""
) -> list[Found]:
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
    return _page(found, known, asked)


def _page(found: Iterable[Found], known: frozenset[str], asked: Question) -> list[Found]:
    shown = []
    for number, one in enumerate(found):
        if number >= asked.offset + asked.limit:
            break
        if number >= asked.offset:
            shown.append(_kept(one, known, asked))
    return shown
