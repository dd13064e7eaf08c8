"""The index of changes, which also keeps in order of time what each principal may view.

Sorting reads the time of every match, so the first 25 of a large centre cost as
much as the centre is large. Here they are the first 25 of a set kept in order.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from BTrees.LOBTree import LOBTree
from BTrees.OOBTree import OOBTree, OOTreeSet
from substanced.catalog import Field
from substanced.catalog.indexes import FieldIndex

from cpms_portal.security.acl import principals_allowed


def viewer_tokens(resource: Any) -> list[str]:
    """Return ``noun|principal`` of everybody who may view a resource."""
    noun = resource.noun
    return [f"{noun}|{who}" for who in principals_allowed(resource, f"{noun}:view")]


def keeper_tokens(resource: Any) -> list[str]:
    """Return ``noun|principal`` of everybody who works on a resource."""
    noun = resource.noun
    return [f"{noun}|{who}" for who in principals_allowed(resource, f"{noun}:work")]


class ChangedIndex(FieldIndex):
    """A field index of times; ``_orders`` holds (−time, oid) for each viewer's token."""

    def reset(self) -> None:
        """Begin anew."""
        super().reset()
        self._orders: Any = OOBTree()
        self._tokens: Any = LOBTree()

    def index_doc(self, docid: int, value: Any) -> None:
        """Take a resource in, or what changed of it."""
        super().index_doc(docid, value)
        when = self._rev_index.get(docid)
        tokens = () if when is None else tuple(sorted(set(viewer_tokens(value))))
        if self._tokens.get(docid, ()) != tokens:
            self._take_out(docid, when)
            for token in tokens:
                order = self._orders.get(token)
                if order is None:
                    order = self._orders[token] = OOTreeSet()
                order.insert((-(when or 0), docid))
            if tokens:
                self._tokens[docid] = tokens

    def unindex_doc(self, docid: int) -> None:
        """Take a resource out."""
        self._take_out(docid, self._rev_index.get(docid))
        super().unindex_doc(docid)

    def _take_out(self, docid: int, when: int | None) -> None:
        for token in self._tokens.pop(docid, ()):
            order = self._orders[token]
            order.remove((-(when or 0), docid))
            if not order:
                del self._orders[token]

    def newest(self, tokens: Iterable[str], wanted: Callable[[int], bool], limit: int) -> list[int]:
        """Return the first oids that are wanted, newest first, without reading the others."""
        found: dict[int, None] = {}
        for oid in self._in_order(tokens):
            if wanted(oid):
                found.setdefault(oid)
                if len(found) == limit:
                    break
        return list(found)

    def _in_order(self, tokens: Iterable[str]) -> Iterator[int]:
        orders = [order for order in map(self._orders.get, tokens) if order]
        merged = heapq.merge(*orders) if len(orders) > 1 else iter(orders[0] if orders else ())
        return (oid for _when, oid in merged)


class Changed(Field):
    """Makes the index of changes for the catalog."""

    index_type = ChangedIndex
