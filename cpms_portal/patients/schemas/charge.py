"""What the forms about who sees a patient ask: policy, team, break-glass."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import (
    CheckboxListWidget,
    CheckboxWidget,
    RadioWidget,
    TextAreaWidget,
    TextWidget,
)

POLICY_TITLES = {
    "centre": _("Every healthcare professional of the centre"),
    "team": _("The clinician in charge and the colleagues that clinician chooses"),
    "owner": _("The clinician in charge alone"),
}


class VisibilitySchema(colander.Schema):
    """Who of a centre sees its patients."""

    visibility = colander.SchemaNode(
        colander.String(),
        title=_("Who of the centre sees a patient"),
        description=_("Assistants see what the clinician they act for sees."),
        validator=colander.OneOf(list(POLICY_TITLES)),
        widget=RadioWidget(values=list(POLICY_TITLES.items())),
    )


def team_schema(people: list[tuple[str, Any]]) -> colander.Schema:
    """Return the question for the team; people: id and name."""
    nobody = "" if people else _("No other clinician works at this centre yet.")
    return colander.Schema(
        colander.SchemaNode(
            colander.Set(),
            name="team",
            title=_("Colleagues who have this patient in charge with you"),
            description=nobody,
            validator=colander.ContainsOnly([key for key, _name in people]),
            missing=(),
            widget=CheckboxListWidget(values=people),
        )
    )


def _ticked(node: colander.SchemaNode, value: bool) -> None:
    if not value:
        raise colander.Invalid(node, _("Tick this box, or leave the record closed."))


class BreakGlassSchema(colander.Schema):
    """Which patient, and why."""

    named = colander.SchemaNode(
        Text(64),
        title=_("Hospital number or nickname"),
        description=_("Whole, as it was entered."),
        widget=TextWidget(width="medium", autocomplete="off"),
    )
    reason = colander.SchemaNode(
        Text(1000),
        title=_("Why you need to read this record now"),
        description=_(
            "The data protection officer reads this. Write no names and nothing about the illness."
        ),
        widget=TextAreaWidget(rows=3),
    )
    understood = colander.SchemaNode(
        colander.Boolean(),
        title=_("I know that who is in charge and the data protection officer are told at once"),
        validator=_ticked,
        widget=CheckboxWidget(),
    )
