"""Drafts and locks of an item, kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent

#: Who has not typed for so long does not hold an item any more.
HELD = timedelta(minutes=10)
#: A lock is written again only when it is older than this.
FRESH = timedelta(minutes=1)


@dataclass(frozen=True)
class Lock:
    """Who is editing an item in a language, and when they last typed."""

    person: int
    name: str
    at: datetime
    taken_from: int = 0


@dataclass(frozen=True)
class Draft:
    """What somebody typed and did not save. based_on: the version they began with."""

    values: dict[str, Any]
    based_on: int
    at: datetime


class Editing(Persistent):
    """Drafts by (person, language) and locks by language of one item."""

    def __init__(self) -> None:
        self.drafts: OOBTree = OOBTree()
        self.locks: OOBTree = OOBTree()
