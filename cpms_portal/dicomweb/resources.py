"""Tokens: what a program shows instead of a person who signs in. Only digests are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from BTrees.OOBTree import OOBTree
from persistent import Persistent

from cpms_portal.security.grants import Grant

READ, STORE, BOTH = "read", "store", "both"


@dataclass(frozen=True)
class Token:
    """What a program may do for a person, where, and until when.

    token_id: what stands for it in pages and in the audit trail. person, node: oids. grants: the
    roles it rests on; when the last of them is gone it counts no more, even if they come back.
    """

    token_id: str
    digest: str
    person: int
    node: int
    scope: str
    name: str
    made: datetime
    until: datetime
    grants: tuple[Grant, ...]

    def allows(self, scope: str) -> bool:
        """Say whether a token may read, or may store."""
        return self.scope in (scope, BOTH)


class Tokens(Persistent):
    """All tokens: by person and digest, and by node and id."""

    def __init__(self) -> None:
        self.by_person: OOBTree = OOBTree()
        self.by_node: OOBTree = OOBTree()
