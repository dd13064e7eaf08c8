"""What is sent of a security key: a script fills it in."""

from __future__ import annotations

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import HiddenWidget, TextWidget

LONGEST = 20_000


def key_proof_schema() -> colander.Schema:
    """Return what a key answers."""
    return colander.Schema(
        *(
            colander.SchemaNode(Text(LONGEST), name=name, missing="", widget=HiddenWidget())
            for name in ("challenge", "credential")
        )
    )


def new_key_schema() -> colander.Schema:
    """Return what is asked for a new key."""
    schema = key_proof_schema()
    name = colander.SchemaNode(
        Text(60),
        name="name",
        title=_("Name of the key"),
        description=_("So that you recognise it later, for example “Key on my key ring”."),
        widget=TextWidget(autocomplete="off", width="medium"),
    )
    schema.children.insert(0, name)
    return schema
