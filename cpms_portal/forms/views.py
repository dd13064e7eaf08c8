"""The view that shows a form, takes what is sent, and shows it again with what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from inspect import isclass
from typing import Any

import colander
from deform import ValidationFailure
from pyramid.config import Configurator
from pyramid.config.views import VIEW
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.binding import bound
from cpms_portal.forms.form import Form, as_typed
from cpms_portal.forms.rows import ADD, REMOVE, RowsWidget, answered, without_row

PAGE = "cpms_portal.forms:templates/form_page.pt"


class FormView:
    """A page with one form; subclasses say ``schema``, ``title`` and how to ``save``.

    Registered like any view; without a renderer the plain form page is used. A template of its
    own finds ``form`` (HTML), ``problems`` and whatever ``extra`` returns.
    """

    schema: Any = None
    title: Any = ""
    intro: Any = ""
    submit_label: Any = _("Save")
    #: ``primary``, or ``danger`` for what cannot be undone.
    tone = "primary"
    formid = "form"
    #: Name of the view of the context that keeps drafts, if any.
    autosave: str | None = None

    def __init__(self, context: Any, request: Request) -> None:
        self.context = context
        self.request = request

    def get_schema(self) -> colander.Schema:
        """Return the schema; ``schema`` may be a class, an instance or a callable."""
        schema = self.schema
        return schema() if isclass(schema) or not hasattr(schema, "deserialize") else schema

    def appstruct(self) -> dict[str, Any]:
        """Return the values shown at first."""
        return {}

    def draft(self) -> dict[str, Any] | None:
        """Return what ``typed`` gave when a draft was kept; it goes before ``appstruct``."""
        return None

    def typed(self) -> dict[str, Any]:
        """Return what is typed so far, unchecked, as text, lists and dicts that JSON can keep.

        Passwords and files are left out.
        """
        form = self.make_form()
        form.set_pstruct(form.answers(self.request.POST.items()))
        return as_typed(form)

    def extra(self) -> dict[str, Any]:
        """Return what the template needs besides the form."""
        return {}

    def cancel_url(self) -> str | None:
        """Return where "Cancel" leads, or None for no such link."""
        return self.request.resource_path(self.context) if self.request.view_name else None

    def save(self, values: dict[str, Any]) -> Response:
        """Do what the form is for and say where to go next."""
        raise NotImplementedError

    def __call__(self) -> Any:
        """Show the form, or take it."""
        form = self.make_form()
        if self.request.method != "POST":
            form.set_appstruct(self.appstruct())
            form.cstruct = {**form.cstruct, **(self.draft() or {})}
            return self.page(form)
        if ADD in self.request.POST or REMOVE in self.request.POST:
            form.set_pstruct(self._with_other_rows(form))
            return self.page(form)
        try:
            return self.save(form.take(self.request.POST.items()))
        except ValidationFailure:
            return self.refused(form)
        except ValueRefusedError as error:
            form.refuse(error.message, error.field)
            return self.refused(form)

    def make_form(self) -> Form:
        """Return the form of this request."""
        schema = bound(
            self.get_schema(),
            request=self.request,
            context=self.context,
            actor=getattr(self.request, "actor", None),
        )
        autosave = self.autosave and self.request.resource_path(self.context, self.autosave)
        return Form(
            schema,
            self.request,
            submit_label=self.submit_label,
            cancel_url=self.cancel_url(),
            autosave=autosave,
            formid=self.formid,
            tone=self.tone,
        )

    def refused(self, form: Form) -> Any:
        """Show the form again with its problems; nothing of this request is kept."""
        transaction = getattr(self.request, "tm", None)
        if transaction is not None:
            transaction.doom()
        self.request.response.status_int = 422
        return self.page(form)

    def page(self, form: Form) -> dict[str, Any]:
        """Return what the template shows."""
        return {
            "form": form.widget.serialize(form, form.cstruct),
            "problems": form.problems,
            "title": self.title,
            "intro": self.intro,
            **self.extra(),
        }

    def _with_other_rows(self, form: Form) -> dict[str, Any]:
        answers = form.answers(self.request.POST.items())
        add, remove = self.request.POST.get(ADD), self.request.POST.get(REMOVE, "")
        for child in form.children:
            sent = answers.get(child.name)
            if not isinstance(child.widget, RowsWidget) or not isinstance(sent, list):
                continue
            answers[child.name] = sent = without_row(sent, child, remove)
            if child.oid == add:
                # The schema's own widget is everybody's: only this form has another row.
                child.widget = copy(child.widget)
                child.widget.min_len = len([row for row in sent if answered(row)]) + 1
        return answers


def form_page_deriver(view: Callable[..., Any], about: Any) -> Callable[..., Any]:
    """Draw the plain form page for a FormView that was registered without a renderer."""
    original = about.original_view
    plain = isclass(original) and issubclass(original, FormView)
    if not plain or about.options.get("renderer") is not None:
        return view

    def drawn(context: Any, request: Request) -> Any:
        result = view(context, request)
        if not isinstance(result, dict):
            return result
        request.override_renderer = None
        return render_to_response(PAGE, result, request, response=request.response)

    return drawn


def includeme(config: Configurator) -> None:
    """Register the deriver."""
    config.add_view_deriver(form_page_deriver, "form_page", under="rendered_view", over=VIEW)
