"""Draws the templates of widgets, in the language of the request."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import colander
from chameleon.utils import Markup
from chameleon.zpt.loader import TemplateLoader
from pyramid.request import Request

from cpms_portal.forms.wording import plain

FOLDER = Path(__file__).parent / "templates" / "widgets"
BOOLEANS = frozenset({"checked", "selected", "disabled", "readonly", "required", "multiple"})

_loader = TemplateLoader(str(FOLDER), boolean_attributes=BOOLEANS, encoding="utf-8")


def shown(cstruct: Any) -> str:
    """Return what a control shows for a value."""
    return "" if cstruct in (colander.null, None) else str(cstruct)


def own_messages(field: Any) -> list[Any]:
    """Return what is said at a field itself, not at the ones below it."""
    if field.error is None:
        return []
    said = [
        field.widget.missing if str(text) == "Required" else plain(text)
        for text in field.error.messages()
        if text
    ]
    return said or ([] if field.error.children else [plain("Invalid value")])


def inside(text: str) -> Markup:
    """Return a text for the inside of a textarea, where no more than these are escaped."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))


def quoted(text: str) -> Markup:
    """Return a text for an attribute in single quotes, where no more than these are escaped."""
    return Markup(text.replace("&", "&amp;").replace("'", "&#39;"))


class WidgetRenderer:
    """What deform calls to draw a template of a widget for one request."""

    def __init__(self, request: Request) -> None:
        self.request = request

    def __call__(self, template: str, /, **values: Any) -> Markup:
        """Return the drawn template."""
        page = _loader.load(f"{template}.pt")
        values.setdefault("cstruct", colander.null)
        drawn = page(
            request=self.request,
            say=self.say,
            icon=self.icon,
            translate=self.translate,
            shown=shown,
            inside=inside,
            quoted=quoted,
            messages_of=own_messages,
            **values,
        )
        return Markup(drawn)

    def say(self, text: Any) -> Any:
        """Translate a text for this reader; markup stays as it is."""
        if text is None or hasattr(text, "__html__"):
            return text
        return self.request.localizer.translate(text)

    def icon(self, name: str) -> Markup:
        """Draw an icon of the sprite of the portal."""
        address = escape(f"{self.request.asset('img/icons.svg')}#{name}")
        return Markup(f'<svg class="icon" aria-hidden="true"><use href="{address}"/></svg>')

    def translate(
        self,
        msgid: Any,
        domain: str | None = None,
        mapping: dict[str, Any] | None = None,
        context: str | None = None,
        target_language: str | None = None,
        default: str | None = None,
    ) -> Any:
        """Translate a text of a template, as Chameleon asks for it."""
        if msgid is None:
            return None
        text = msgid if hasattr(msgid, "interpolate") else (default or msgid)
        return self.request.localizer.translate(text, domain=domain, mapping=mapping)
