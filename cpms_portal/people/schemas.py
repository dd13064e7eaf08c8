"""What a profile asks."""

from __future__ import annotations

import re

import colander
from babel import Locale

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Lines, LocalDate, Text
from cpms_portal.forms.widgets import CheckboxListWidget, DateWidget, TextAreaWidget, TextWidget
from cpms_portal.networks.resources import Network

#: Languages of the member states of EU and EEA.
SPOKEN = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "is", "it",
    "lt", "lv", "mt", "nl", "nb", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
PROFESSIONS = (
    "Physician", "Paediatrician", "Surgeon", "Geneticist", "Radiologist", "Pathologist", "Nurse",
    "Psychologist", "Physiotherapist", "Dietitian", "Genetic counsellor", "Pharmacist",
    "Laboratory scientist", "Data manager",
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


def profile_schema(language: str) -> colander.Schema:
    """Return what a profile asks; names of languages in the reader's."""
    return colander.Schema(
        colander.SchemaNode(
            Text(80),
            name="professional_role",
            title=_("Professional role"),
            description=_("For example: surgeon, paediatrician, geneticist, data manager."),
            widget=TextWidget(width="medium"),
        ),
        colander.SchemaNode(
            Text(2000),
            name="expertise",
            title=_("Expertise"),
            description=_("What colleagues may ask you about, in your own words."),
            missing="",
            widget=TextAreaWidget(rows=4),
        ),
        colander.SchemaNode(
            OrphaCodes(20, 50),
            name="diagnoses",
            title=_("Diagnoses you know best"),
            description=_("ORPHA codes, one a line."),
            missing=(),
            widget=TextAreaWidget(rows=3),
        ),
        _languages_field(language),
        colander.SchemaNode(
            LocalDate(),
            name="away_until",
            title=_("Away until"),
            description=_("The day you are back. Until then colleagues see that you are away."),
            missing=None,
            widget=DateWidget(),
        ),
    )


def areas_schema(network: Network) -> colander.Schema:
    """Return the two questions about the thematic areas of a network."""
    areas = [(area.area_id, area.title) for area in network.areas if not area.retired]
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

    return colander.Schema(
        question("specialist", _("I am a specialist in"), _("You are found for these first.")),
        question("wishes", _("I wish to participate in"), _("You may be invited here as well.")),
    )
