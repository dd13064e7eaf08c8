"""A form: fields with our widgets, ids that follow from names, and a list of its problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import colander
import deform
import peppercorn
from chameleon.utils import Markup
from pyramid.csrf import get_csrf_token
from pyramid.request import Request

from cpms_portal.forms import fields, rows, widgets
from cpms_portal.forms.rendering import WidgetRenderer, own_messages

DRAWN_BY: dict[type, type] = {
    colander.Mapping: widgets.GroupWidget,
    colander.Sequence: rows.RowsWidget,
    colander.Boolean: widgets.CheckboxWidget,
    colander.Date: widgets.DateWidget,
    colander.Integer: widgets.NumberWidget,
    colander.Float: widgets.NumberWidget,
    colander.Decimal: widgets.NumberWidget,
    fields.Number: widgets.NumberWidget,
    fields.LocalDate: widgets.DateWidget,
    fields.Email: widgets.EmailWidget,
    fields.Lines: widgets.TextAreaWidget,
    fields.Files: widgets.FileWidget,
}


@dataclass(frozen=True)
class Problem:
    """An answer that cannot be taken: the question, what is wrong, where it stands."""

    label: str
    message: str
    href: str


@dataclass(frozen=True)
class Beside:
    """What stands beside a question to answer it by: the same in another language, as HTML.

    title: what it is. It is put at a field as its ``beside``.
    """

    title: str
    language: str
    html: Markup
    is_rich: bool = False


class Form(deform.Form):
    """A form of a schema for one request.

    action: address it is posted to, the page itself by default.
    autosave: address drafts are posted to while somebody types.
    """

    def __init__(self, schema: colander.Schema, request: Request, **about: Any) -> None:
        self.request = request
        self.submit_label = about.pop("submit_label", None)
        self.cancel_url = about.pop("cancel_url", None)
        self.autosave = about.pop("autosave", None)
        self.tone = about.pop("tone", "primary")
        name = about.pop("formid", "form")
        action = about.pop("action", "") or request.path_qs
        super().__init__(
            schema,
            action=action,
            formid=name,
            focus="off",
            renderer=WidgetRenderer(request),
            **about,
        )
        self.widget = widgets.FormWidget()
        for child in self.children:
            _dress(child)
            rows.name_fields(child, f"{name}-{child.name}")

    @property
    def csrf_token(self) -> str:
        """The proof that the form came from our page."""
        return get_csrf_token(self.request)

    @property
    def multipart(self) -> bool:
        """Say whether the form sends files."""
        return any(isinstance(field.widget, widgets.FileWidget) for field in below(self))

    def answers(self, controls: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Return what was sent, as a tree of names."""
        marks = (rows.ADD, rows.REMOVE, "csrf_token")
        try:
            return peppercorn.parse([pair for pair in controls if pair[0] not in marks])
        except (ValueError, IndexError, AttributeError):
            return {}

    def take(self, controls: Iterable[tuple[str, Any]]) -> Any:
        """Return the values of what was sent; deform.ValidationFailure when there are problems."""
        return self.validate_pstruct(self.answers(controls))

    def refuse(self, message: str, name: str | None = None) -> None:
        """Put a message at a field, named by a dotted path, or at the head of the form."""
        target: Any = self
        for part in (name or "").split("."):
            found = [field for field in below(self) if target is self and field.name == part]
            direct = [child for child in target.children if child.name == part]
            target = (direct or found or [target])[0]
        target.error = colander.Invalid(target.schema, message)

    @property
    def has_rows(self) -> bool:
        """Say whether a button within the form would be the first to answer the Enter key."""
        return any(
            isinstance(field.widget, rows.RowsWidget) or getattr(field.widget, "button", None)
            for field in below(self)
        )

    @property
    def words(self) -> list[str]:
        """Return the templates of what the scripts of its widgets say, each once."""
        return sorted({name for name in _words(self) if name})

    @property
    def problems(self) -> list[Problem]:
        """Return every answer that cannot be taken, in the order of the page."""
        renderer = self.renderer
        found = [Problem("", str(renderer.say(text)), "") for text in own_messages(self)]
        for field in below(self):
            label, href = str(renderer.say(field.title)), f"#{field.oid}"
            found += [Problem(label, str(renderer.say(text)), href) for text in own_messages(field)]
        return found


def as_typed(field: Any) -> Any:
    """Return what a field and those below it show, without passwords, files and empty answers."""
    if isinstance(field.widget, rows.RowsWidget):
        return [as_typed(row) for row in getattr(field, "sequence_fields", None) or []]
    if not field.children:
        return field.cstruct
    unkept = (widgets.PasswordWidget, widgets.CodeWidget, widgets.FileWidget)
    kept = {
        child.name: as_typed(child)
        for child in field.children
        if not isinstance(child.widget, unkept)
    }
    return {name: value for name, value in kept.items() if value not in (colander.null, None)}


def below(field: Any) -> Iterator[Any]:
    """Yield every field below a field, rows as they were sent included."""
    children = field.children
    if isinstance(field.widget, rows.RowsWidget):
        children = getattr(field, "sequence_fields", None) or []
    for child in children:
        yield child
        yield from below(child)


def _words(field: Any) -> Iterator[str]:
    """Yield what is said for the fields below a field, and for rows still to be added."""
    for child in field.children:
        yield child.widget.words
        yield from _words(child)


def _dress(field: Any) -> None:
    """Give a field the widget its type asks for, unless the schema chose one."""
    if field.schema.widget is None:
        chosen = DRAWN_BY.get(type(field.schema.typ), widgets.TextWidget)
        length = getattr(field.schema.typ, "max_length", None)
        field.widget = widgets.TextAreaWidget() if length and length > 400 else chosen()
    for child in field.children:
        _dress(child)
