"""Boxes of notices, one a person, so that writing to one touches nobody else."""

from __future__ import annotations

from datetime import datetime

from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree, OOTreeSet
from persistent import Persistent

from cpms_portal.core.resources import Content, content_type


class Notice(Persistent):
    """One notice. text: its key in the catalogue. place: oid of what it is about, 0 for none."""

    read = False

    def __init__(self, text: str, place: int, at: datetime) -> None:
        self.text = text
        self.place = place
        self.at = at


class Box(Persistent):
    """The notices of one person by random names, and the names of those not read."""

    def __init__(self) -> None:
        self.notices: OOBTree = OOBTree()
        self.unread: OOTreeSet = OOTreeSet()


@content_type("NoticeBoxes")
class NoticeBoxes(Content):
    """The boxes by oid of the person."""

    noun = "notice_boxes"

    def __init__(self, title: str = "Notices", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.boxes: LOBTree = LOBTree()
