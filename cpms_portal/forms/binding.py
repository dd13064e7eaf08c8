"""Resolve what a schema leaves to the request.

colander looks at every attribute of every node, a tenth of what a save costs; few schemas leave
anything open, and which attributes a class has is known once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import colander


def bound(schema: colander.SchemaNode, **bindings: Any) -> colander.SchemaNode:
    """Return a copy of a schema, as ``schema.bind`` does. bindings: what deferred values get."""
    if any(map(_leaves_open, _nodes(schema))):
        return schema.bind(**bindings)
    found = schema.clone()
    for node in _nodes(found):
        node.bindings = bindings
    return found


def _nodes(schema: colander.SchemaNode) -> Iterator[colander.SchemaNode]:
    yield schema
    for child in schema.children:
        yield from _nodes(child)


def _leaves_open(node: colander.SchemaNode) -> bool:
    own = any(isinstance(value, colander.deferred) for value in vars(node).values())
    return own or _class_leaves_open(node.__class__) or bool(getattr(node, "after_bind", None))


@cache
def _class_leaves_open(kind: type) -> bool:
    return any(isinstance(getattr(kind, name, None), colander.deferred) for name in dir(kind))
