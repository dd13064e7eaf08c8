"""A translation is typed with the original beside it: the form, and what stands at each field."""

from __future__ import annotations

from html import escape
from typing import Any

import colander
from chameleon.utils import Markup

from cpms_portal.cms.queries.text import html_of
from cpms_portal.cms.queries.translating import CARRIED, OF, ROWS
from cpms_portal.cms.resources import MARKDOWN, PageText
from cpms_portal.cms.schemas.fields import RichText
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.form import Beside, Form
from cpms_portal.forms.widgets import HiddenWidget


def only_said(schema: colander.SchemaNode) -> None:
    """Leave in a form what is said in a language; rows that are not translated yet may wait."""
    for node in list(schema.children):
        if getattr(node, "belongs", "text") in ("about", "item"):
            del schema[node.name]
        elif node.name in ROWS:
            _let_wait(node.children[0])
    schema.validator = None


def _let_wait(row: colander.SchemaNode) -> None:
    needed = [node.name for node in row.children if node.required]
    for node in row.children:
        if node.required:
            node.missing = None if node.name in CARRIED else ""
    row.add(colander.SchemaNode(Text(6), name=OF, widget=HiddenWidget(), missing=""))

    def whole(node: colander.SchemaNode, values: dict[str, Any]) -> None:
        """Refuse a row of which only a part is translated."""
        said = any(value for name, value in values.items() if name not in CARRIED and name != OF)
        lacking = [name for name in needed if said and values[name] in (None, "")]
        if lacking:
            wrong = colander.Invalid(node)
            for name in lacking:
                wrong[name] = _("Please fill this in.")
            raise wrong

    row.validator = whole


def put_beside(form: Form, original: PageText, language: str) -> None:
    """Put what the original says beside each field of a form. language: of the original."""
    said = {
        "title": _words(original.title),
        "summary": _words(original.summary),
        "text": Markup(html_of(original.text, original.syntax)),
    }
    for field in form.children:
        if field.name in ROWS:
            _put_in_rows(field, original.more.get(field.name, ()), language)
        else:
            found = said.get(field.name) or _words(original.more.get(field.name, ""))
            _put(field, found, language)


def _put_in_rows(field: Any, rows: Any, language: str) -> None:
    for drawn in field.widget.rows(field, field.cstruct):
        number = str(drawn[OF].cstruct or "")
        if not (number.isdecimal() and len(number) < 6 and int(number) < len(rows)):
            continue
        row = rows[int(number)]
        for cell in drawn.children:
            if cell.name in CARRIED or cell.name == OF:
                continue
            words = row.get(cell.name, "")
            rich = isinstance(cell.schema.typ, RichText)
            said = Markup(html_of(words, row.get("syntax", MARKDOWN))) if rich else _words(words)
            _put(cell, said, language)


def _put(field: Any, said: Markup, language: str) -> None:
    if said:
        rich = isinstance(field.schema.typ, RichText)
        field.beside = Beside(name_of_language(language), language, said, is_rich=rich)


def _words(text: Any) -> Markup:
    return Markup(escape(str(text or ""), quote=False))
