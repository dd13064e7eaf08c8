"""A question of QIDO-RS: keys, what is to be returned, which page of it (PS3.18 section 8.3.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pydicom.datadict import tag_for_keyword

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _

MOST = 5000
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
#: Parameters that say how an answer is sent; the room ``wire`` reads them.
_OF_ANSWERS = frozenset({"accept", "charset"})
#: What stands for an empty value in a key (PS3.4 section C.2.2.2.7).
EMPTY = '""'
Place = tuple[str, ...]
#: Values of which one is enough; None is an attribute without a value.
Wanted = tuple[str | None, ...]


class QuestionRefusedError(CPMSError):
    """The question cannot be understood."""

    def __init__(self) -> None:
        super().__init__(_("The portal does not know a key of this question."))


@dataclass
class Question:
    """What is asked. matches: place of an attribute → what it may be.

    A place is tags from the outside. switches: what is to be matched in another way than usual.
    """

    matches: dict[Place, Wanted] = field(default_factory=dict)
    includes: set[str] = field(default_factory=set)
    everything: bool = False
    limit: int = MOST
    offset: int = 0
    switches: dict[str, bool] = field(
        default_factory=lambda: dict.fromkeys(
            ("fuzzymatching", "emptyvaluematching", "multiplevaluematching"), False
        )
    )

    @property
    def fuzzy(self) -> bool:
        """Whether names were to be matched by how they sound."""
        return self.switches["fuzzymatching"]

    def needs(self, known: frozenset[str]) -> bool:
        """Say whether more must be read than what is known without."""
        asked = {place[0] for place in self.matches} | self.includes
        return self.everything or not asked <= known

    def parted(
        self, here: Callable[[str], bool]
    ) -> tuple[dict[Place, Wanted], dict[Place, Wanted]]:
        """Return the keys of attributes a level has, and those of the levels below it."""
        own = {place: self.matches[place] for place in self.matches if here(place[0])}
        return own, {place: self.matches[place] for place in self.matches if place not in own}


def question_of(parameters: Iterable[tuple[str, str]]) -> Question:
    """Return what parameters ask; QuestionRefusedError when one is not known."""
    asked, keys = Question(), []
    for name, value in parameters:
        if name == "limit":
            asked.limit = min(_whole(value), MOST)
        elif name == "offset":
            asked.offset = _whole(value)
        elif name in asked.switches:
            asked.switches[name] = _truth(value)
        elif name == "includefield":
            wanted = [one for one in value.split(",") if one]
            asked.everything = asked.everything or "all" in wanted
            asked.includes |= {_place(one)[0] for one in wanted if one != "all"}
        elif name not in _OF_ANSWERS:
            keys.append((_place(name), value))
    for place, value in keys:
        _add(asked, place, value)
    return asked


def _add(asked: Question, place: Place, value: str) -> None:
    """Add a key; one without a value, or with ``*``, only wants the attribute returned."""
    if value in ("", "*"):
        asked.includes.add(place[0])
        return
    several = value.split("\\") if asked.switches["multiplevaluematching"] else [value]
    empty = asked.switches["emptyvaluematching"]
    asked.matches[place] = tuple(None if empty and one == EMPTY else one for one in several)


def _place(name: str) -> Place:
    places = []
    for part in name.split("."):
        tag = int(part, 16) if _TAG.fullmatch(part) else tag_for_keyword(part)
        if tag is None or not part:
            raise QuestionRefusedError
        places.append(f"{tag:08X}")
    return tuple(places)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise QuestionRefusedError
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise QuestionRefusedError
    return text.lower() == "true"
