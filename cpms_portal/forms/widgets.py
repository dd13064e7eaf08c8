"""Widgets: each draws one kind of question from ``templates/widgets``.

All take ``autocomplete``, ``hint`` (below the label; Markup may hold links) and ``width``
("short", "medium" or "full").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import colander
import deform.widget

from cpms_portal.core.i18n import _

null = colander.null


class Asked:
    """What every widget of ours knows: how a control is tied to its label, hint and error."""

    template = "input"
    item_template = "field"
    readonly = False
    input_type = "text"
    autocomplete: str | None = None
    hint: Any = None
    width = "full"
    inputmode: str | None = None
    max_length: int | None = None
    #: Said when nothing was answered.
    missing: Any = _("Please fill this in.")
    #: Drawn as a fieldset with a legend, as it has several controls.
    grouped = False
    #: Draws its own label.
    labelled = False
    #: The template of what its script says, drawn once in a form.
    words = ""

    def control(self, field: Any) -> dict[str, str | None]:
        """Return the attributes of the control of a field."""
        told = [f"{field.oid}-hint"] if self.hint_of(field) else []
        told += [f"{field.oid}-error"] if field.error is not None else []
        return {
            "id": field.oid,
            "name": field.name,
            "aria-describedby": " ".join(told) or None,
            "aria-invalid": "true" if field.error is not None else None,
            "aria-required": "true" if self.needed(field) else None,
            "autocomplete": self.autocomplete,
            "inputmode": self.inputmode,
            "maxlength": str(self.max_length) if self.max_length else None,
        }

    def hint_of(self, field: Any) -> Any:
        """Return the help text of a field: the widget's, else the schema's description."""
        return self.hint or field.description or None

    def needed(self, field: Any) -> bool:
        """Say whether the field must be answered."""
        return bool(field.required)


class TextWidget(Asked, deform.widget.TextInputWidget):
    """One line of text."""

    template = "input"
    #: A second way to submit, beside the line: name and label.
    button: tuple[str, Any] | None = None


class EmailWidget(TextWidget):
    """An e-mail address."""

    input_type = "email"
    inputmode = "email"
    autocomplete = "email"


class NumberWidget(TextWidget):
    """A number, typed as text: browsers swallow a comma in number fields. unit: shown after it."""

    inputmode = "decimal"
    width = "short"
    unit: str = ""


class PhoneWidget(TextWidget):
    """A telephone number."""

    input_type = "tel"
    autocomplete = "tel"
    width = "medium"


class DateWidget(TextWidget):
    """A day."""

    missing = _("Please enter the date.")
    input_type = "date"
    width = "short"


class PasswordWidget(TextWidget):
    """A password; what was typed is never sent back."""

    input_type = "password"
    autocomplete = "current-password"
    width = "medium"

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw the empty control."""
        return super().serialize(field, null, **kw)


class CodeWidget(TextWidget):
    """A one-time code."""

    template = "code"
    inputmode = "numeric"
    autocomplete = "one-time-code"
    width = "short"
    digits = 6


class TextAreaWidget(Asked, deform.widget.TextAreaWidget):
    """Text of several lines; grows with what is written."""

    template = "textarea"
    rows = 4


class HiddenWidget(Asked, deform.widget.HiddenWidget):
    """A value that is sent along."""

    template = "hidden"


class CheckboxWidget(Asked, deform.widget.CheckboxWidget):
    """Yes or no, with the question as its label."""

    template = "checkbox"
    labelled = True

    def needed(self, field: Any) -> bool:
        """Say no: an empty box is an answer."""
        return False


class SelectWidget(Asked, deform.widget.SelectWidget):
    """One of many, as a list to open. values: (value, title) pairs."""

    template = "select"
    missing = _("Please choose one.")
    empty = _("Choose")


@dataclass(frozen=True)
class Option:
    """One of the choices of a group: what is sent, what is read, what helps."""

    oid: str
    value: str
    title: Any
    hint: Any = None


def options_of(field: Any) -> list[Option]:
    """Return the choices of a field, each with an id of its own."""
    return [Option(f"{field.oid}-{n}", *one) for n, one in enumerate(field.widget.values)]


class RadioWidget(Asked, deform.widget.SelectWidget):
    """One of a few, all in sight as cards. values: (value, title) or (value, title, hint)."""

    template = "radio"
    missing = _("Please choose one.")
    grouped = True

    def options(self, field: Any) -> list[Option]:
        """Return the choices."""
        return options_of(field)

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw the cards."""
        return field.renderer(self.template, field=field, cstruct=cstruct, **kw)

    def own_name(self, field: Any) -> str | None:
        """Return a name no other group of buttons has; None for a field right below the form."""
        above = field.parent
        return None if above is not None and above.parent is None else field.oid


class CheckboxListWidget(Asked, deform.widget.CheckboxChoiceWidget):
    """Several of a few. values: (value, title) pairs."""

    template = "checkbox_list"
    missing = _("Please choose at least one.")
    grouped = True

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw the boxes."""
        return field.renderer(self.template, field=field, cstruct=cstruct, **kw)

    def options(self, field: Any) -> list[Option]:
        """Return the choices."""
        return options_of(field)


class FileWidget(Asked, deform.widget.Widget):
    """Files to send, chosen or dropped. accept: as the browser wants it, ".pdf,.jpg"."""

    template = "file"
    missing = _("Please choose a file.")
    accept: str | None = None
    multiple = False

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw the control; a browser never takes a file back."""
        return field.renderer(self.template, field=field, cstruct=null, **kw)

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """Return the file or the list of files that came."""
        came = pstruct if isinstance(pstruct, list) else [pstruct]
        files = [one for one in came if hasattr(one, "filename")]
        if not files:
            return null
        return files if self.multiple else files[0]


class PickerWidget(Asked, deform.widget.Widget):
    """Something to find by typing: coded terms or people.

    suggest: address (or callable(field) → address) that answers ``?q=…`` with
    [{"value", "label", "detail"}]. label_of: value → label, or None when it is no value but
    something typed. multiple: several may be chosen. more: address of a page to search without
    script.
    """

    template = "picker"
    missing = _("Type a few letters and choose from the list.")
    suggest: str | Callable[[Any], str] = ""
    multiple = False
    more: str | None = None

    def __init__(self, label_of: Callable[[str], str | None] | None = None, **kw: Any) -> None:
        super().__init__(**kw)
        self.label_of = label_of or coded_label

    def suggest_url(self, field: Any) -> str:
        """Return the address to ask for suggestions."""
        return self.suggest(field) if callable(self.suggest) else self.suggest

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """Draw what is chosen and a control to type in."""
        values = [] if cstruct in (null, None, "") else cstruct
        values = [values] if isinstance(values, str) else values
        labelled = [(value, self.label_of(value)) for value in values]
        chosen = [(value, label) for value, label in labelled if label]
        typed = " ".join(value for value, label in labelled if not label)
        return field.renderer(
            self.template, field=field, cstruct=cstruct, chosen=chosen, typed=typed, **kw
        )

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """Return the value or values; what was typed but not chosen counts as well."""
        if isinstance(pstruct, str):
            pstruct = {"typed": pstruct}
        if not isinstance(pstruct, dict):
            return null
        chosen = pstruct.get("chosen", [])
        values = [one for one in chosen if isinstance(one, str) and one]
        typed = pstruct.get(f"{field.name}.typed", pstruct.get("typed", ""))
        typed = typed.strip() if isinstance(typed, str) else ""
        if self.multiple:
            return [*values, typed] if typed else (values or null)
        return typed or (values[-1] if values else null)


def coded_label(value: str) -> str | None:
    """Return the display of a written coding, None for anything else."""
    parts = value.split("|", 3)
    return parts[3] if len(parts) == 4 and parts[3] else None


class GroupWidget(Asked, deform.widget.MappingWidget):
    """Questions that belong together, under a legend."""

    template = "group"
    labelled = True

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """Return the answers; what is no group of answers counts as none."""
        return super().deserialize(field, pstruct if isinstance(pstruct, dict) else null)


class FormWidget(Asked, deform.widget.FormWidget):
    """The whole form."""

    template = "form"
    labelled = True
