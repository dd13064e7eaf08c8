"""Moments: a day with a time of the day, in the time zone of the portal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import TextWidget

#: Counts where a schema was bound without a zone.
ZONE = "Europe/Brussels"


class MomentWidget(TextWidget):
    """A day and a time."""

    input_type = "datetime-local"
    width = "medium"


class Moment(Text):
    """A moment ↔ an aware datetime in UTC; written as 2026-11-22T13:00 in the portal's zone."""

    def write(self, appstruct: datetime) -> str:
        """Return the moment as a field of a browser wants it."""
        return appstruct.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the moment; a text without an offset is in the portal's zone."""
        try:
            found = datetime.fromisoformat(text.replace(" ", "T"))
        except ValueError as error:
            said = _("Enter a day and a time, for example 2026-05-21 14:30.")
            raise colander.Invalid(node, said) from error
        if found.tzinfo is None:
            bound = node.bindings or {}
            found = found.replace(tzinfo=ZoneInfo(bound.get("timezone", ZONE)))
        try:
            return found.astimezone(UTC)
        except OverflowError as error:
            raise colander.Invalid(node, _("This day is too far away.")) from error
