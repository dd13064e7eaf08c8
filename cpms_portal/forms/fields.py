"""Colander types: what our fields take, and how they say that they cannot."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.dates import read_day, read_partial

Coding = dict[str, str]
#: Control characters but the ends of lines and tabs: category Cc of Unicode.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")


def tidy(text: str) -> str:
    """Return a text in NFC, trimmed, with plain line ends and no control characters."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", text).strip()


class _Written(colander.SchemaType):
    """A type whose answer is written as one line or more of text; an empty one is no answer."""

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Return the text to show."""
        if appstruct in (colander.null, None):
            return colander.null
        # What was typed into a draft is shown as it was typed.
        return appstruct if isinstance(appstruct, str) else self.write(appstruct)

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Return the value of what was written; colander.null when nothing was."""
        if cstruct is colander.null or cstruct is None:
            return colander.null
        if not isinstance(cstruct, str):
            raise colander.Invalid(node, _("This cannot be taken. Please enter it again."))
        text = tidy(cstruct)
        return self.read(node, text) if text else colander.null

    def write(self, appstruct: Any) -> Any:
        """Return the text of a value."""
        return str(appstruct)

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the value of a tidy text that is not empty."""
        raise NotImplementedError


class Text(_Written):
    """Text, trimmed. max_length: in characters."""

    def __init__(self, max_length: int = 200) -> None:
        self.max_length = max_length

    def read(self, node: colander.SchemaNode, text: str) -> str:
        """Return the text when it is not too long."""
        if len(text) > self.max_length:
            said = _(
                "This is too long: at most ${max} characters, it has ${length}.",
                mapping={"max": self.max_length, "length": len(text)},
            )
            raise colander.Invalid(node, said)
        return text


class Email(_Written):
    """An e-mail address; the part after the @ in lower case."""

    def read(self, node: colander.SchemaNode, text: str) -> str:
        """Return the address."""
        if len(text) > 254 or not _MAIL.fullmatch(text):
            raise colander.Invalid(node, _("Enter an e-mail address like name@hospital.eu."))
        name, _at, host = text.rpartition("@")
        return f"{name}@{host.lower()}"


class Lines(_Written):
    """Several short texts, one a line ↔ a list of text."""

    def __init__(self, max_length: int = 200, max_lines: int = 100) -> None:
        self.max_length = max_length
        self.max_lines = max_lines

    def write(self, appstruct: Any) -> str:
        """Return the lines as one text."""
        return "\n".join(appstruct)

    def read(self, node: colander.SchemaNode, text: str) -> list[str]:
        """Return the lines that are not empty."""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > self.max_lines or any(len(line) > self.max_length for line in lines):
            said = _(
                "Write at most ${lines} lines of at most ${max} characters.",
                mapping={"lines": self.max_lines, "max": self.max_length},
            )
            raise colander.Invalid(node, said)
        return lines


class LocalDate(_Written):
    """A day ↔ datetime.date; read as 2019-05-21, 21.05.2019 or 21/5/2019."""

    def write(self, appstruct: date) -> str:
        """Return the day as a date field of a browser wants it."""
        return appstruct.isoformat()

    def read(self, node: colander.SchemaNode, text: str) -> date:
        """Return the day."""
        day = read_day(text)
        if day is None:
            said = _("Enter the date as day, month and year, for example 21.05.2019.")
            raise colander.Invalid(node, said)
        return day


class PartialDate(_Written):
    """A year, a month or a day ↔ "2019", "2019-05" or "2019-05-21"."""

    def read(self, node: colander.SchemaNode, text: str) -> str:
        """Return the date as far as it is known."""
        found = read_partial(text)
        if found is None:
            said = _("Enter a year, a month and year, or a date: 2019, 05/2019 or 21.05.2019.")
            raise colander.Invalid(node, said)
        return found


class Number(_Written):
    """A number ↔ decimal.Decimal; a comma is read as the decimal point."""

    def write(self, appstruct: Any) -> str:
        """Return the number without an exponent."""
        return format(Decimal(str(appstruct)), "f")

    def read(self, node: colander.SchemaNode, text: str) -> Decimal:
        """Return the number."""
        try:
            number = Decimal(text.replace(" ", "").replace(",", "."))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > 30:
            raise colander.Invalid(node, _("Enter a number, for example 12 or 3.5."))
        return number


class CodingType(_Written):
    """A coded term ↔ {"system", "version", "code", "display"}.

    Written as ``system|version|code|display``. resolve: makes a coding of what was typed instead
    of chosen, or None. verify: returns a chosen coding as the code system has it, or None; without
    it what the browser sends is believed. free_text: keep what cannot be resolved as a display
    without a code.
    """

    def __init__(
        self,
        resolve: Callable[[str], Coding | None] | None = None,
        *,
        verify: Callable[[Coding], Coding | None] | None = None,
        free_text: bool = False,
    ) -> None:
        self.resolve = resolve
        self.verify = verify
        self.free_text = free_text

    def write(self, appstruct: Coding) -> str:
        """Return the coding as one text."""
        return "|".join(appstruct.get(key, "") for key in ("system", "version", "code", "display"))

    def read(self, node: colander.SchemaNode, text: str) -> Coding:
        """Return the coding."""
        parts = text.split("|", 3)
        found: Coding | None = None
        if len(parts) == 4 and (parts[2] or self.free_text) and parts[3]:
            found = dict(zip(("system", "version", "code", "display"), parts, strict=True))
            if self.verify and found["code"]:
                found = self.verify(found)
        elif self.resolve:
            found = self.resolve(text)
        if found is None and self.free_text:
            found = {"system": "", "version": "", "code": "", "display": text[:500]}
        if found is None:
            said = _("Nothing is coded so. Type a few letters and choose from the list.")
            raise colander.Invalid(node, said)
        return found


class CodingsType(colander.SchemaType):
    """Several coded terms ↔ a list of codings, each once."""

    def __init__(self, one: CodingType | None = None) -> None:
        self.one = one or CodingType()

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Return the written codings."""
        if appstruct in (colander.null, None):
            return colander.null
        return [self.one.write(coding) for coding in appstruct]

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Return the codings."""
        if cstruct is colander.null or not cstruct:
            return colander.null
        if not isinstance(cstruct, list):
            raise colander.Invalid(node, _("Choose from what is offered."))
        codings: list[Coding] = []
        for text in cstruct:
            coding = self.one.deserialize(node, text)
            if coding is not colander.null and coding not in codings:
                codings.append(coding)
        return codings or colander.null


class Files(colander.SchemaType):
    """Files: what the browser sent of each (filename, file, type); one or a list."""

    def serialize(self, node: colander.SchemaNode, appstruct: Any) -> Any:
        """Return nothing: a browser never takes a file back."""
        return colander.null

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Return the file or the files."""
        return colander.null if cstruct is colander.null or cstruct == [] else cstruct
