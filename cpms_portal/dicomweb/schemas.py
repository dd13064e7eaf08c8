"""The form on which somebody lets a program in."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.resources import BOTH, READ, STORE
from cpms_portal.forms.fields import Number, Text
from cpms_portal.forms.widgets import RadioWidget

SCOPE_TITLES = {
    READ: _("Look at images"),
    STORE: _("Send images"),
    BOTH: _("Look at images and send images"),
}


def program_schema(scopes: list[str], longest: int) -> colander.MappingSchema:
    """Return the form, with what the person may choose from."""
    schema = colander.MappingSchema()
    schema.add(
        colander.SchemaNode(
            Text(80),
            name="name",
            title=_("Name of the program"),
            description=_(
                "What you will know it by, for example OHIF or the archive of the clinic."
            ),
        )
    )
    schema.add(_scope(scopes))
    schema.add(
        colander.SchemaNode(
            Number(),
            name="days",
            title=_("For how many days"),
            validator=colander.Range(1, longest),
            default=90,
        )
    )
    return schema


def _scope(scopes: list[str]) -> Any:
    return colander.SchemaNode(
        colander.String(),
        name="scope",
        title=_("What it may do"),
        widget=RadioWidget(values=[(scope, SCOPE_TITLES[scope]) for scope in scopes]),
        validator=colander.OneOf(scopes),
    )
