"""What the forms of panels ask."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.core.i18n import _, in_language
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import (
    CheckboxWidget,
    HiddenWidget,
    RadioWidget,
    SelectWidget,
    TextAreaWidget,
)
from cpms_portal.networks.queries import network_of
from cpms_portal.panels.interfaces import AGREEMENT, NEEDED, SECTIONS
from cpms_portal.patients.schemas.codings import coding

WAYS = ("lead", "assistance", "draft")
HINTS = {
    "summary": _("Needed before members can sign."),
    "diagnosis": _("Needed before members can sign. A coded term may be added below."),
    "recommended_treatment": _("Needed before members can sign."),
    "agreement": _("Needed before members can sign."),
    "dissent": _("Who saw it otherwise, and why. Objections are printed by themselves."),
    "lay_summary": _("A few sentences a patient understands."),
}


@colander.deferred
def area_widget(node: colander.SchemaNode, kw: dict[str, Any]) -> SelectWidget:
    """Offer the thematic areas of the network."""
    network = network_of(kw["context"])
    areas = [] if network is None else [one for one in network.areas if not one.retired]
    language = kw["request"].locale_name
    titled = [(one.area_id, in_language(one.words, language)) for one in areas]
    return SelectWidget(values=[("", _("Choose")), *titled])


@colander.deferred
def urgent_widget(node: colander.SchemaNode, kw: dict[str, Any]) -> CheckboxWidget:
    """Say what urgent means in this network."""
    network = network_of(kw["context"])
    hint = ""
    if network is not None:
        hint = _(
            "Answers are then due in ${urgent} days instead of ${normal}, and invitees are told.",
            mapping={
                "urgent": network.response_days_urgent,
                "normal": network.response_days_normal,
            },
        )
    return CheckboxWidget(hint=hint)


class QuestionSchema(colander.Schema):
    """What is asked, of whom, how soon."""

    question = colander.SchemaNode(
        Text(4000),
        title=_("Question"),
        description=_("What do you want to know? Never write a name or a date of birth."),
        widget=TextAreaWidget(rows=6),
    )
    area = colander.SchemaNode(colander.String(), title=_("Thematic area"), widget=area_widget)
    urgent = colander.SchemaNode(
        colander.Boolean(), title=_("This is urgent"), widget=urgent_widget, missing=False
    )


class OpenPanelSchema(QuestionSchema):
    """A new panel, and the way it takes."""

    way = colander.SchemaNode(
        colander.String(),
        title=_("Who leads the panel?"),
        validator=colander.OneOf(WAYS),
        default="lead",
        widget=RadioWidget(
            values=[
                ("lead", _("I lead it myself"), _("You invite the experts and write the outcome.")),
                (
                    "assistance",
                    _("Ask the coordinator"),
                    _("The coordinator of the network names a lead."),
                ),
                (
                    "draft",
                    _("Not yet"),
                    _("Keep it as a draft; nobody outside your centre sees it."),
                ),
            ]
        ),
    )


class TextSchema(colander.Schema):
    """One text."""

    text = colander.SchemaNode(
        Text(20_000), title=_("Text"), widget=TextAreaWidget(rows=8), missing_msg=_("Write here.")
    )


def text_schema(title: Any, hint: Any = None, rows: int = 8) -> colander.Schema:
    """Return a schema of one text with a title of its own."""
    schema = TextSchema()
    schema["text"].title = title
    schema["text"].description = hint or ""
    schema["text"].widget = TextAreaWidget(rows=rows)
    return schema


def outcome_schema() -> colander.Schema:
    """Return the schema of an outcome."""
    schema = colander.Schema()
    for name, title in SECTIONS.items():
        schema.add(_section(name, title))
        if name == "diagnosis":
            schema.add(coding(_("Coded diagnosis"), "ORPHA", name="diagnosis_code", missing=None))
    schema.add(
        colander.SchemaNode(
            colander.Integer(), name="revision", widget=HiddenWidget(), missing=0, default=0
        )
    )
    return schema


def _section(name: str, title: Any) -> colander.SchemaNode:
    if name == "agreement":
        return colander.SchemaNode(
            colander.String(),
            name=name,
            title=title,
            description=HINTS[name],
            validator=colander.OneOf(list(AGREEMENT)),
            widget=RadioWidget(values=list(AGREEMENT.items())),
            missing="",
        )
    rows = 6 if name in NEEDED else 3
    return colander.SchemaNode(
        Text(20_000),
        name=name,
        title=title,
        description=HINTS.get(name, ""),
        widget=TextAreaWidget(rows=rows),
        missing="",
    )
