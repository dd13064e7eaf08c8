"""A tiny portal with one form of every widget."""

from __future__ import annotations

import json
from typing import Any

import colander
from pyramid.response import Response

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.forms import fields, widgets
from cpms_portal.forms.views import FormView
from tests.layout.site import Node, TinySite

WILSON = {"system": "ORPHA", "version": "2025", "code": "905", "display": "Wilson disease"}
RING = {"system": "HP", "version": "2026", "code": "HP:0200032", "display": "Kayser-Fleischer ring"}
OFFERED = [
    {"value": "ORPHA|2025|905|Wilson disease", "label": "Wilson disease", "detail": "ORPHA:905"},
    {"value": "ORPHA|2025|171|Cholangitis", "label": "Cholangitis", "detail": "ORPHA:171"},
]


def resolve(text: str) -> dict[str, str] | None:
    """Return the coding of a typed code, for the one code this test knows."""
    return dict(WILSON) if text == "ORPHA:905" else None


KEPT: dict[str, Any] = {}


class Lab(colander.MappingSchema):
    """One laboratory value."""

    test = colander.SchemaNode(fields.Text(), title="Test")
    value = colander.SchemaNode(fields.Number(), title="Value")
    unit = colander.SchemaNode(
        fields.Text(), title="Unit", missing="", widget=widgets.TextWidget(width="short")
    )


class Labs(colander.SequenceSchema):
    """Laboratory values."""

    lab = Lab()


class Identity(colander.MappingSchema):
    """Who the patient is."""

    family_name = colander.SchemaNode(
        fields.Text(), title="Family name", description="As it stands in the passport."
    )
    born = colander.SchemaNode(fields.LocalDate(), title="Date of birth")


class Everything(colander.MappingSchema):
    """Every kind of question."""

    identity = Identity(title="Identity", description="Sealed: only your centre sees this.")
    sex = colander.SchemaNode(
        fields.Text(),
        title="Sex",
        widget=widgets.RadioWidget(
            values=[("female", "Female"), ("male", "Male"), ("other", "Other", "Or not known")]
        ),
    )
    diagnosis = colander.SchemaNode(
        fields.CodingType(resolve),
        title="Diagnosis",
        widget=widgets.PickerWidget(suggest="/suggest", more="/terms"),
    )
    signs = colander.SchemaNode(
        fields.CodingsType(),
        title="Signs",
        missing=(),
        widget=widgets.PickerWidget(suggest="/suggest", multiple=True),
    )
    area = colander.SchemaNode(
        fields.Text(),
        title="Thematic area",
        widget=widgets.SelectWidget(values=[("child", "Paediatric liver"), ("auto", "Autoimmune")]),
    )
    question = colander.SchemaNode(fields.Text(4000), title="Clinical question")
    mail = colander.SchemaNode(fields.Email(), title="E-mail", missing="")
    weight = colander.SchemaNode(
        fields.Number(), title="Weight", missing=None, widget=widgets.NumberWidget(unit="kg")
    )
    onset = colander.SchemaNode(fields.PartialDate(), title="Onset", missing=None)
    labs = Labs(title="Laboratory values", missing=())
    code = colander.SchemaNode(fields.Text(), title="Code", missing="", widget=widgets.CodeWidget())
    password = colander.SchemaNode(
        fields.Text(), title="Password", missing="", widget=widgets.PasswordWidget()
    )
    languages = colander.SchemaNode(
        colander.Set(),
        title="Languages",
        missing=frozenset(),
        widget=widgets.CheckboxListWidget(values=[("en", "English"), ("el", "Ελληνικά")]),
    )
    documents = colander.SchemaNode(
        fields.Files(), title="Documents", missing=(), widget=widgets.FileWidget(multiple=True)
    )
    token = colander.SchemaNode(fields.Text(), missing="", widget=widgets.HiddenWidget())
    agreed = colander.SchemaNode(colander.Boolean(), title="The patient agreed.")


class EnrolSample(FormView):
    """Takes everything, except what the action refuses."""

    schema = Everything
    title = "Enrol patient"
    submit_label = "Enrol patient"
    intro = "It takes about five minutes."
    autosave = "draft"
    taken: dict[str, Any] = {}

    def appstruct(self) -> dict[str, Any]:
        return {"signs": [RING], "token": "t0ken"}

    def draft(self) -> dict[str, Any] | None:
        return KEPT.get("draft")

    def save(self, values: dict[str, Any]) -> Response:
        if values["question"] == "refuse the date":
            raise ValueRefusedError("This patient is enrolled already.", "identity.born")
        if values["question"] == "refuse it all":
            raise ValueRefusedError("The care consent is missing.")
        self.taken.clear()
        self.taken.update(values)
        return Response("taken")


def keep(context: Any, request: Any) -> dict[str, bool]:
    """Keep a draft, as JSON would."""
    KEPT["draft"] = json.loads(json.dumps(EnrolSample(context, request).typed()))
    return {"kept": True}


def gallery(var: Any) -> TinySite:
    """Return the tiny portal with the form at ``/enrol``."""
    site = TinySite(var)
    config = site.config
    config.include("cpms_portal.forms")
    see = {"context": Node, "permission": "place:view"}
    config.add_view(EnrolSample, name="enrol", **see)
    config.add_view(lambda c, r: OFFERED, name="suggest", renderer="json", **see)
    config.add_view(keep, name="draft", renderer="json", **see)
    return site
