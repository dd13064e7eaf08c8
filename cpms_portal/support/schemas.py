"""What the helpdesk asks."""

from __future__ import annotations

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Email, Text
from cpms_portal.forms.widgets import (
    CheckboxWidget,
    HiddenWidget,
    SelectWidget,
    TextAreaWidget,
    TextWidget,
)
from cpms_portal.support.interfaces import TOPICS

LONGEST = 4000
NO_PATIENTS = _("Please no names, dates of birth or numbers of patients.")


def ticket_schema(
    desks: list[tuple[str, str]], *, visitor: bool, doubtful: bool
) -> colander.Schema:
    """Return what a new ticket asks. desks: value and name of those one may ask; one: no choice.

    visitor: asks without an account. doubtful: the text looks as if it held data of a patient.
    """
    values = [value for value, _name in desks]
    asked = colander.Schema(
        colander.SchemaNode(
            colander.String(),
            name="topic",
            title=_("What is it about?"),
            validator=colander.OneOf(list(TOPICS)),
            widget=SelectWidget(values=[("", ""), *TOPICS.items()], width="medium"),
        ),
        colander.SchemaNode(
            Text(LONGEST),
            name="text",
            title=_("Your question"),
            description=NO_PATIENTS,
            widget=TextAreaWidget(rows=8),
        ),
        colander.SchemaNode(
            colander.Boolean(),
            name="sure",
            title=_("I have looked again: nothing here points to a patient"),
            missing=False,
            widget=CheckboxWidget() if doubtful else HiddenWidget(),
        ),
    )
    if len(desks) > 1:
        asked.children.insert(0, _desk(desks, values))
    return _with_sender(asked) if visitor else asked


def _desk(desks: list[tuple[str, str]], values: list[str]) -> colander.SchemaNode:
    return colander.SchemaNode(
        colander.String(),
        name="desk",
        title=_("Who should answer?"),
        description=_("The network you work with, or the portal when you know none."),
        validator=colander.OneOf(values),
        widget=SelectWidget(values=desks, width="medium"),
    )


def _with_sender(asked: colander.Schema) -> colander.Schema:
    asked.add(
        colander.SchemaNode(
            Text(80),
            name="name",
            title=_("Your name"),
            widget=TextWidget(autocomplete="name", width="medium"),
        )
    )
    asked.add(
        colander.SchemaNode(
            Email(),
            name="mail",
            title=_("E-mail"),
            description=_("A link to your ticket is sent there, and nothing else."),
        )
    )
    return asked
