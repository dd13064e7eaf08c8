"""What a file says, held against the schema of its type: as if it had been typed into the form."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import colander

from cpms_portal.cms.importer.library import BODIES, whole
from cpms_portal.cms.importer.sources import Source
from cpms_portal.cms.queries.text import html_of
from cpms_portal.cms.resources import HTML, MARKDOWN
from cpms_portal.cms.schemas.kinds import schema_of
from cpms_portal.cms.schemas.vocabulary import clean
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _


def values_in(source: Source, *, original: bool) -> dict[str, Any]:
    """Return the values of a file as its form would give them; ValueRefusedError says what is not.

    original: whether it says what is the same in every language, too.
    """
    head, schema = source.head, schema_of(source.head.get("kind", "page"))
    for node in list(schema.children):
        other = getattr(node, "belongs", "text") in ("about", "item") and not original
        if other or node.name == "text":
            del schema[node.name]
    if not original:
        schema.validator = None
    try:
        rows = {node.name: whole(node, head[node.name]) for node in schema if node.name in head}
        read = schema.deserialize(schema.serialize(_typed(rows)))
        kept = {name: _bodies_kept(read[name], rows.get(name)) for name in read}
        body, syntax = _body(source.body.strip(), head.get("syntax", MARKDOWN))
    except colander.Invalid as error:
        raise _refusal(error) from error
    except (TypeError, ValueError, AttributeError, KeyError, OverflowError) as error:
        raise ValueRefusedError(_("Something in it is not of the right kind.")) from error
    return {**kept, "text": body, "syntax": syntax}


def order_in(source: Source) -> float:
    """Return the place a file gives its item among others."""
    order = source.head["order"]
    if isinstance(order, bool) or not isinstance(order, (int, float)) or not math.isfinite(order):
        raise ValueRefusedError(_("Its order is no number."))
    return float(order)


def _typed(value: Any) -> Any:
    """Return values as a form sends them: moments as text, bodies as HTML."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        row = {name: _typed(one) for name, one in value.items()}
        for name in BODIES & set(row):
            row[name] = html_of(str(row[name] or ""), row.get("syntax", MARKDOWN))
        return row
    return [_typed(one) for one in value] if isinstance(value, list) else value


def _bodies_kept(read: Any, rows: Any) -> Any:
    """Return rows whose bodies stay in the syntax they were written in."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        return read
    kept = []
    for row, said in zip(read, rows, strict=True):
        for name in BODIES & set(row):
            row[name], row["syntax"] = _body(said.get(name, ""), said.get("syntax", MARKDOWN))
        kept.append(row)
    return kept


def _body(text: str, syntax: str) -> tuple[str, str]:
    if syntax not in (MARKDOWN, HTML):
        raise ValueRefusedError(_("Its syntax is neither Markdown nor HTML."))
    return (clean(text) if syntax == HTML else text), syntax


def _refusal(error: colander.Invalid) -> ValueRefusedError:
    """Return the first problem of a file with the key it stands at."""
    leaf = next(error.paths())[-1]
    said = next(iter(leaf.messages()), _("Something in it is not of the right kind."))
    return ValueRefusedError(said, str(leaf.node.name))
