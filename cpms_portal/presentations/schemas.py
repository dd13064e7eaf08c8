"""What somebody who leads may share: where they are and how they see it."""

from __future__ import annotations

import json
from typing import Any

import colander

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.schemas import PointSchema, ViewSchema

STEPS = ("look", "lead", "show", "let_go")
LONGEST = 4000


class StateSchema(colander.MappingSchema):
    """A study (its path below the patient), an image of it, the view, the pointer."""

    target = colander.SchemaNode(
        colander.String(), validator=colander.Regex(r"^[a-z0-9]{1,20}/[A-Za-z0-9_-]{1,40}$")
    )
    series = colander.SchemaNode(
        colander.String(), missing="", validator=colander.Regex(r"^\d{0,6}$")
    )
    instance = colander.SchemaNode(
        colander.Integer(), missing=0, validator=colander.Range(0, 10_000_000)
    )
    frame = colander.SchemaNode(
        colander.Integer(), missing=0, validator=colander.Range(0, 10_000_000)
    )
    view = ViewSchema(missing=colander.drop)
    pointer = PointSchema(missing=None)


class MessageSchema(colander.MappingSchema):
    """One message of a viewer."""

    step = colander.SchemaNode(colander.String(), validator=colander.OneOf(STEPS))
    following = colander.SchemaNode(colander.Boolean(), missing=False)
    state = StateSchema(missing=None)


def _told(sent: Any) -> Any:
    """Return what was sent without what says nothing."""
    if not isinstance(sent, dict):
        return sent
    return {name: _told(value) for name, value in sent.items() if value is not None}


def message_of(body: bytes) -> dict[str, Any]:
    """Return a message that was sent, checked; ValueRefusedError when it is none."""
    try:
        if len(body) > LONGEST:
            raise ValueError(len(body))
        return dict(MessageSchema().deserialize(_told(json.loads(body))))
    except (colander.Invalid, ValueError, RecursionError) as error:
        raise ValueRefusedError(_("This could not be shown to the others.")) from error
