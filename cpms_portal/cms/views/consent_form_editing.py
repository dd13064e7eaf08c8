"""Edit the model consent form in one language: a field for each of its texts, English beside."""

from __future__ import annotations

from html import escape
from typing import Any

import colander
from chameleon.utils import Markup
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.cms.actions.consent_forms import write_consent_form
from cpms_portal.cms.queries.consent_forms import texts_in_order
from cpms_portal.cms.resources import ORIGINAL, ConsentForm
from cpms_portal.cms.schemas.languages import name_of_language
from cpms_portal.cms.views.files import hidden
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import LocalDate, Text
from cpms_portal.forms.form import Beside, Form
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget, DateWidget, TextAreaWidget, TextWidget
from cpms_portal.security.permissions import Permission

EDITION, MINE = "edition", "mine"
#: What texts are called: by how their keys end or begin.
ENDS = {"_title": _("Heading"), "_text": _("Text")}
BEGINS = {"field_": _("Line to fill in"), "line_": _("Line to sign")}
NAMED = {
    "title": _("Title"),
    "intro": _("Introduction"),
    "yes": _("Answer: yes"),
    "no": _("Answer: no"),
    "note": _("Note at the end"),
}


def title_of_text(key: str) -> Any:
    """Return what a text of the form is called."""
    if key in NAMED:
        return NAMED[key]
    ends = next((title for end, title in ENDS.items() if key.endswith(end)), key)
    return next((title for start, title in BEGINS.items() if key.startswith(start)), ends)


class EditConsentForm(FormView):
    """The texts of the model consent form in one language, with its version and its date."""

    @property
    def title(self) -> str:
        """The language."""
        return str(self.context.title)

    def get_schema(self) -> colander.SchemaNode:
        """Return a field for each text."""
        schema = colander.SchemaNode(colander.Mapping())
        version, day = _("Version"), _("Date")
        schema.add(
            colander.SchemaNode(
                Text(20), name="version", title=version, widget=TextWidget(width="short")
            )
        )
        schema.add(colander.SchemaNode(LocalDate(), name="day", title=day, widget=DateWidget()))
        for key in texts_in_order(self.context.__parent__.structure):
            is_long = key.endswith(("_text", "intro", "note"))
            widget = TextAreaWidget(rows=4) if is_long else TextWidget()
            title = title_of_text(key)
            schema.add(colander.SchemaNode(Text(4000), name=key, title=title, widget=widget))
        if self._is_overtaken():
            said, widget = _("Save mine all the same"), CheckboxWidget()
            box = colander.SchemaNode(
                colander.Boolean(), name=MINE, title=said, widget=widget, missing=False
            )
            schema.add(box)
        schema.add(hidden(EDITION))
        return schema

    def _is_overtaken(self) -> bool:
        begun = self.request.POST.get(EDITION, "")
        return begun.isdecimal() and len(begun) < 8 and int(begun) < self.context.edition

    def appstruct(self) -> dict[str, Any]:
        """Return what the form says now."""
        form = self.context
        about = {"version": form.version, "day": form.day, EDITION: str(form.edition)}
        return {**form.texts, **about}

    def page(self, form: Form) -> dict[str, Any]:
        """Return what the template shows: English beside every other language."""
        english = self.context.__parent__.get(ORIGINAL)
        if english is not None and english is not self.context:
            for field in form.children:
                if words := english.texts.get(field.name):
                    said = Markup(escape(words, quote=False))
                    field.beside = Beside(name_of_language(ORIGINAL), ORIGINAL, said)
        return super().page(form)

    def save(self, values: dict[str, Any]) -> Response:
        """Save, unless somebody else did meanwhile and this was not said to count."""
        if self._is_overtaken() and not values.get(MINE):
            said = _("Somebody saved this meanwhile. Open it in a new page to compare.")
            raise ValueRefusedError(said, MINE)
        write_consent_form(self.context, values, self.request.actor)
        self.request.tell(_("Saved."))
        return HTTPSeeOther(self.request.resource_path(self.context))


def includeme(config: Configurator) -> None:
    """Register the page and the tabs."""
    config.add_view(
        EditConsentForm,
        context=ConsentForm,
        name="edit",
        permission=Permission.PAGE_EDIT,
        renderer="cpms_portal.cms:templates/consent_form_edit.pt",
    )
    config.add_tab(ConsentForm, "", _("View"), order=10, permission=Permission.LIBRARY_VIEW)
    config.add_tab(ConsentForm, "edit", _("Edit"), order=20, permission=Permission.PAGE_EDIT)
