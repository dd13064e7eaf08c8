"""What visitors are asked: for an account, for a new password, and whether they are people."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Email, Text
from cpms_portal.forms.widgets import (
    CheckboxWidget,
    EmailWidget,
    HiddenWidget,
    TextWidget,
)
from cpms_portal.identity.schemas import language_field


def person_fields(question: Any) -> list[colander.SchemaNode]:
    """Return the fields that show a person: a question, and what a script fills in instead."""
    return [
        colander.SchemaNode(
            Text(60),
            name="answer",
            title=_("Are you a person?"),
            description=question,
            missing="",
            widget=TextWidget(autocomplete="off", width="medium"),
        ),
        *(
            colander.SchemaNode(Text(200), name=name, missing="", widget=HiddenWidget())
            for name in ("challenge", "number")
        ),
    ]


def account_schema() -> colander.Schema:
    """Return what is asked for a new account."""
    return colander.Schema(
        _name("first_name", _("First name"), "given-name"),
        _name("last_name", _("Last name"), "family-name"),
        colander.SchemaNode(
            Email(),
            name="mail",
            title=_("E-mail"),
            description=_("The address at your hospital, which only you read."),
        ),
        colander.SchemaNode(
            Email(),
            name="mail_again",
            title=_("The same e-mail once more"),
            widget=EmailWidget(autocomplete="off"),
        ),
        language_field(),
        colander.SchemaNode(
            colander.Boolean(),
            name="privacy",
            title=_("I have read the privacy statement"),
            validator=_ticked,
            missing=False,
            widget=CheckboxWidget(),
        ),
        validator=_same_mail_twice,
    )


def forgotten_schema() -> colander.Schema:
    """Return what is asked of who forgot the password."""
    return colander.Schema(
        colander.SchemaNode(Email(), name="mail", title=_("E-mail of your account")),
    )


def _name(name: str, title: str, autocomplete: str) -> colander.SchemaNode:
    widget = TextWidget(autocomplete=autocomplete)
    return colander.SchemaNode(Text(60), name=name, title=title, widget=widget)


def _ticked(node: colander.SchemaNode, value: bool) -> None:
    if not value:
        raise colander.Invalid(node, _("Please read the privacy statement and tick this box."))


def _same_mail_twice(node: colander.SchemaNode, values: dict[str, Any]) -> None:
    if values["mail"].lower() != values["mail_again"].lower():
        problem = colander.Invalid(node)
        problem["mail_again"] = _("This is not the same address as above.")
        raise problem
