"""What a profile asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import colander
from babel import Locale

from cpms_portal.core.i18n import _, in_language
from cpms_portal.forms.fields import Lines, LocalDate, Text
from cpms_portal.forms.widgets import (
    CheckboxListWidget,
    CheckboxWidget,
    DateWidget,
    RadioWidget,
    TextAreaWidget,
    TextWidget,
)
from cpms_portal.networks.resources import Network

#: Languages of the member states of EU and EEA.
SPOKEN = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it",
    "lt", "lv", "mt", "nl", "nb", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
_ORPHA = re.compile(r"(?:ORPHA:?)?\s*(\d{1,7})", re.I)


class OrphaCodes(Lines):
    """ORPHA codes, one a line ↔ a list of codes."""

    def read(self, node: colander.SchemaNode, text: str) -> list[str]:
        """Return the codes, each once."""
        found = [_ORPHA.fullmatch(line) for line in super().read(node, text)]
        if not all(found):
            raise colander.Invalid(node, _("Write one ORPHA code a line, for example ORPHA:905."))
        return list(dict.fromkeys(match[1] for match in found if match))


def language_name(code: str, language: str) -> str:
    """Return the name of a spoken language in a language of the portal."""
    return str(Locale.parse(language).languages.get(code, code))


def _languages_field(language: str) -> colander.SchemaNode:
    spoken = sorted((language_name(code, language), code) for code in SPOKEN)
    return colander.SchemaNode(
        colander.Set(),
        name="languages",
        title=_("Languages you can discuss a case in"),
        validator=colander.ContainsOnly(SPOKEN),
        missing=(),
        widget=CheckboxListWidget(values=[(code, name) for name, code in spoken]),
    )


#: How much somebody takes on at present.
AVAILABILITY = {
    "open": _("Panels as they come"),
    "urgent": _("Urgent panels only"),
    "none": _("No new panels at present"),
}


def _role_field() -> colander.SchemaNode:
    return colander.SchemaNode(
        Text(80),
        name="professional_role",
        title=_("Professional role"),
        description=_("For example: surgeon, paediatrician, geneticist, data manager."),
        widget=TextWidget(width="medium"),
    )


def _expertise_field() -> colander.SchemaNode:
    return colander.SchemaNode(
        Text(2000),
        name="expertise",
        title=_("Expertise"),
        description=_("What colleagues may ask you about, in your own words."),
        missing="",
        widget=TextAreaWidget(rows=4),
    )


def _day_field(name: str, title: str, hint: str) -> colander.SchemaNode:
    return colander.SchemaNode(
        LocalDate(), name=name, title=title, description=hint, missing=None, widget=DateWidget()
    )


def _availability_fields() -> list[colander.SchemaNode]:
    return [
        colander.SchemaNode(
            colander.String(),
            name="availability",
            title=_("What you take on"),
            validator=colander.OneOf(list(AVAILABILITY)),
            missing="open",
            widget=RadioWidget(values=list(AVAILABILITY.items())),
        ),
        _day_field("away_from", _("Away from"), _("The first day of a holiday or leave.")),
        _day_field(
            "away_until",
            _("Away until"),
            _("The day you are back. Until then colleagues see that you are away."),
        ),
    ]


def _whole_absence(node: colander.SchemaNode, values: Mapping[str, Any]) -> None:
    """An absence has an end, after its beginning."""
    begin, end = values.get("away_from"), values.get("away_until")
    if begin is not None and (end is None or end <= begin):
        problem = colander.Invalid(node)
        problem["away_until"] = _("Write the day you are back, after the first day away.")
        raise problem


def profile_schema(language: str) -> colander.Schema:
    """Return what a profile asks; names of languages in the reader's."""
    return colander.Schema(
        _role_field(),
        _expertise_field(),
        colander.SchemaNode(
            OrphaCodes(20, 50),
            name="diagnoses",
            title=_("Diagnoses you know best"),
            description=_("ORPHA codes, one a line."),
            missing=(),
            widget=TextAreaWidget(rows=3),
        ),
        _languages_field(language),
        *_availability_fields(),
        validator=_whole_absence,
    )


def _areas_answered(node: colander.SchemaNode, values: Mapping[str, Any]) -> None:
    """An area is chosen, or it is said that none is."""
    chosen = values.get("specialist") or values.get("wishes")
    if bool(chosen) == bool(values.get("no_areas")):
        problem = colander.Invalid(node)
        problem["no_areas"] = (
            _("You have chosen areas: then leave this box empty.")
            if chosen
            else _("Choose an area above, or tick this box.")
        )
        raise problem


def preferences_schema(network: Network, language: str) -> colander.Schema:
    """Return what is asked first of all: work, areas of a network, availability."""
    return colander.Schema(
        _role_field(),
        *_area_fields(network, language),
        colander.SchemaNode(
            colander.Boolean(),
            name="no_areas",
            title=_("No area for now"),
            description=_("Without an area nobody can find you here or invite you to a panel."),
            missing=False,
            widget=CheckboxWidget(),
        ),
        _languages_field(language),
        _expertise_field(),
        *_availability_fields(),
        validator=colander.All(_areas_answered, _whole_absence),
    )


def _area_fields(network: Network, language: str) -> list[colander.SchemaNode]:
    """Return the two questions about the thematic areas of a network."""
    areas = [
        (area.area_id, in_language(area.words, language))
        for area in network.areas
        if not area.retired
    ]
    known = [area_id for area_id, _title in areas]

    def question(name: str, title: str, hint: str) -> colander.SchemaNode:
        return colander.SchemaNode(
            colander.Set(),
            name=name,
            title=title,
            description=hint,
            validator=colander.ContainsOnly(known),
            missing=(),
            widget=CheckboxListWidget(values=areas),
        )

    return [
        question("specialist", _("I am a specialist in"), _("You are found for these first.")),
        question("wishes", _("I wish to participate in"), _("You may be invited here as well.")),
    ]
