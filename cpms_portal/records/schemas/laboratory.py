"""Laboratory values: the question, rows pasted from a spreadsheet, and what is out of range."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.dates import read_day
from cpms_portal.forms.fields import Number, PartialDate, Text
from cpms_portal.forms.rows import RowsWidget
from cpms_portal.forms.widgets import NumberWidget, TextAreaWidget, TextWidget

LOINC = re.compile(r"\d{1,5}-\d")
_RANGE = re.compile(r"(-?\d+(?:[.,]\d+)?)\s*(?:-|–|—|to|\.\.)\s*(-?\d+(?:[.,]\d+)?)")
_LIMIT = re.compile(r"([<>≤≥]=?)\s*(-?\d+(?:[.,]\d+)?)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
#: What the columns are called in spreadsheets, in lower case.
HEADS = {
    "analyte": {"analyte", "test", "parameter", "name", "laboratory", "lab", "determination"},
    "value": {"value", "result", "measurement"},
    "unit": {"unit", "units"},
    "low": {"low", "lower", "min", "reference low", "lower limit", "from"},
    "high": {"high", "upper", "max", "reference high", "upper limit", "to"},
    "range": {"reference", "range", "reference range", "normal", "norm", "normal range"},
    "date": {"date", "day", "sampled", "collected"},
    "loinc": {"loinc", "loinc code", "code"},
}
#: The order of columns without a head; what follows is told by its look.
USUAL = ("analyte", "value", "unit")


class LabRowSchema(colander.MappingSchema):
    """One value."""

    analyte = colander.SchemaNode(Text(120), title=_("Analyte"), widget=TextWidget(width="wide"))
    value = colander.SchemaNode(Text(60), title=_("Value"), widget=TextWidget(width="medium"))
    unit = colander.SchemaNode(
        Text(30), title=_("Unit"), missing="", widget=TextWidget(width="narrow")
    )
    low = colander.SchemaNode(
        Number(), title=_("Reference from"), missing=None, widget=NumberWidget(width="narrow")
    )
    high = colander.SchemaNode(
        Number(), title=_("to"), missing=None, widget=NumberWidget(width="narrow")
    )
    date = colander.SchemaNode(
        PartialDate(), title=_("Date"), missing="", widget=TextWidget(width="medium")
    )
    loinc = colander.SchemaNode(
        Text(10),
        title=_("LOINC"),
        missing="",
        widget=TextWidget(width="medium"),
        validator=colander.Regex(
            r"\d{1,5}-\d\Z", msg=_("A LOINC code looks like 1742-6. Leave it empty if unsure.")
        ),
    )


class LabRowsSchema(colander.SequenceSchema):
    """The values."""

    row = LabRowSchema(title=_("Value"))


class LaboratorySchema(colander.MappingSchema):
    """Laboratory values, typed or pasted."""

    rows = LabRowsSchema(
        title=_("Laboratory values"), missing=(), widget=RowsWidget(add=_("Add a value"))
    )
    paste = colander.SchemaNode(
        Text(50_000),
        title=_("Paste from a spreadsheet"),
        description=_(
            "Copy the cells and paste them here: analyte, value, unit, reference, date."
            " A first line with names of columns is understood. You see the rows before they are"
            " saved."
        ),
        missing="",
        widget=TextAreaWidget(rows=3),
    )
    comment = colander.SchemaNode(Text(4000), title=_("Comment"), missing="")


@dataclass
class PastedRows:
    """What was read: rows as a form holds them, and the numbers of lines that could not be read."""

    rows: list[dict[str, str]] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)


def read_pasted(text: str) -> PastedRows:
    """Read rows of a spreadsheet: cells parted by tabs, or by semicolons where there is no tab."""
    found, columns = PastedRows(), None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = [cell.strip().strip('"').strip() for cell in line.split(_separator(line))]
        if columns is None and not found.rows:
            columns = columns_of(cells)
            if columns is not None:
                continue
        row = _row(cells, columns)
        if row.get("analyte") and row.get("value"):
            found.rows.append(row)
        else:
            found.unread.append(number)
    return found


def _separator(line: str) -> str:
    return "\t" if "\t" in line else ";"


def columns_of(cells: list[str]) -> list[str] | None:
    """Return what each column holds when a line is a head, else None."""
    named = [
        next((column for column, names in HEADS.items() if cell.lower() in names), "")
        for cell in cells
    ]
    return named if "analyte" in named and "value" in named else None


def _row(cells: list[str], columns: list[str] | None) -> dict[str, str]:
    row: dict[str, str] = {}
    for position, cell in enumerate(cells):
        column = columns[position] if columns and position < len(columns) else ""
        if columns is None and position < len(USUAL):
            column = USUAL[position]
        if cell and (column or columns is None):
            _put(row, column or _kind_of(cell, row), cell)
    return row


def _kind_of(cell: str, row: dict[str, str]) -> str:
    if LOINC.fullmatch(cell):
        return "loinc"
    if _RANGE.fullmatch(cell) or _LIMIT.fullmatch(cell):
        return "range"
    if read_day(cell):
        return "date"
    if _NUMBER.fullmatch(cell):
        return "high" if "low" in row else "low"
    return ""


def _put(row: dict[str, str], column: str, cell: str) -> None:
    if column == "range":
        both, limit = _RANGE.fullmatch(cell), _LIMIT.fullmatch(cell)
        if both:
            row["low"], row["high"] = both.groups()
        elif limit:
            row["high" if limit[1][0] in "<≤" else "low"] = limit[2]
    elif column == "date":
        day = read_day(cell)
        row["date"] = day.isoformat() if day else cell
    elif column:
        row[column] = cell


def out_of_range(row: dict[str, Any]) -> str:
    """Return ``low`` or ``high`` when a value lies outside its reference, else nothing."""
    text = str(row.get("value", "")).strip()
    value = _number(text.lstrip("<>≤≥= "))
    low, high = _number(row.get("low")), _number(row.get("high"))
    if value is None:
        return ""
    if low is not None and value < low and not text.startswith((">", "≥")):
        return "low"
    if high is not None and value > high and not text.startswith(("<", "≤")):
        return "high"
    return ""


def _number(text: Any) -> Decimal | None:
    if text in (None, ""):
        return None
    try:
        number = Decimal(str(text).replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
