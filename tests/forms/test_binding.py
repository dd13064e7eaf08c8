"""A schema is bound as colander binds it, whether or not it leaves something to the request."""

from __future__ import annotations

from typing import Any

import colander
import pytest

from cpms_portal.forms.binding import bound


@colander.deferred
def _who(_node: Any, bindings: dict[str, Any]) -> Any:
    return bindings["actor"]


class _Plain(colander.Schema):
    name = colander.SchemaNode(colander.String())


class _Deferring(colander.Schema):
    name = colander.SchemaNode(colander.String(), missing=_who)


class _OfClass(colander.Schema):
    class _Node(colander.SchemaNode):
        schema_type = colander.String
        missing = _who

    name = _Node()


class _Binding(colander.Schema):
    name = colander.SchemaNode(colander.String())

    def after_bind(self, node: Any, bindings: dict[str, Any]) -> None:
        node["name"].missing = bindings["actor"]


@pytest.mark.parametrize("schema", [_Deferring, _OfClass, _Binding])
def test_what_is_left_open_is_resolved_in_a_copy(schema: type[colander.Schema]) -> None:
    open_one = schema()
    assert bound(open_one, actor="anna").deserialize({}) == {"name": "anna"}
    assert bound(open_one, actor="ben").deserialize({}) == {"name": "ben"}


def test_validators_find_the_bindings_where_nothing_was_left_open() -> None:
    found = bound(_Plain(), actor="anna")
    assert found["name"].bindings == found.bindings == {"actor": "anna"}


def test_the_schema_itself_stays_as_it_was() -> None:
    schema = _Plain()
    bound(schema, actor="anna")["name"].title = "Changed"
    assert schema["name"].title == "Name"
    assert schema.bindings is None
