"""Rows: the same questions several times, as a table on a wide page and as cards on a phone."""

from __future__ import annotations

from typing import Any

import colander
import deform.widget

from cpms_portal.core.i18n import _
from cpms_portal.forms.widgets import Asked

ROW = "__row__"
ADD, REMOVE = "add-row", "remove-row"


def name_fields(field: Any, oid: str) -> None:
    """Give a field and all below it ids that follow from their names."""
    field.oid = oid
    for child in field.children:
        name_fields(child, f"{oid}-{child.name}")


class RowsWidget(Asked, deform.widget.SequenceWidget):
    """Rows that can be added and removed. min_len: rows shown at least; add: text of the button."""

    template = "rows"
    labelled = True
    min_len = 1
    add = _("Add a row")
    empty = _("Nothing here yet.")

    def rows(self, field: Any, cstruct: Any) -> list[Any]:
        """Return a field for each row, with its value and its ids."""
        known = getattr(field, "sequence_fields", None) or []
        values = [] if cstruct in (colander.null, None) else list(cstruct)
        if len(known) != len(values):
            known = [field.children[0].clone() for _value in values]
            for row, value in zip(known, values, strict=True):
                row.cstruct = value
        while len(known) < self.min_len:
            known.append(field.children[0].clone())
        for number, row in enumerate(known):
            name_fields(row, f"{field.oid}-{number}")
        field.sequence_fields = known
        return known

    def pattern(self, field: Any) -> Any:
        """Return the field that new rows are copied from."""
        row = field.children[0].clone()
        name_fields(row, f"{field.oid}-{ROW}")
        return row

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw the rows and the pattern of a new one."""
        kw.update(field=field, cstruct=cstruct, rows=self.rows(field, cstruct))
        return field.renderer(self.template, pattern=self.pattern(field), **kw)

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """Return the rows; those left empty are dropped."""
        sent = pstruct if isinstance(pstruct, list) else []
        pstruct = [row for row in sent if answered(row)]
        try:
            return super().deserialize(field, pstruct)
        finally:
            for number, row in enumerate(getattr(field, "sequence_fields", [])):
                name_fields(row, f"{field.oid}-{number}")


def without_row(sent: list[Any], field: Any, marked: str) -> list[Any]:
    """Return the rows that were sent without the one a button named, if it is one of these."""
    oid, _dash, number = marked.rpartition("-")
    if oid != field.oid or not number.isdecimal() or len(number) > 8:
        return sent
    return [row for at, row in enumerate(sent) if at != int(number)]


def answered(row: Any) -> bool:
    """Say whether anything was written into a row."""
    if isinstance(row, dict):
        return any(answered(value) for value in row.values())
    if isinstance(row, list):
        return any(answered(value) for value in row)
    return bool(row.strip()) if isinstance(row, str) else row is not colander.null
