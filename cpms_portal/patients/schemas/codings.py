"""Questions whose answer is a coded term: found while one types, kept as free text when not."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Coding as Written
from cpms_portal.forms.fields import CodingType
from cpms_portal.forms.widgets import PickerWidget
from cpms_portal.terminology.interfaces import Coding
from cpms_portal.terminology.queries import resolve, verify

PARTS = ("system", "version", "code", "display")


def token_of(coding: Written) -> str:
    """Return a coding as listings keep it: ``ORPHA:905``; empty when it has no code."""
    code = coding.get("code", "").rpartition(":")[2]
    return f"{coding['system']}:{code}" if code else ""


class CodedNode(colander.SchemaNode):
    """A question for one coded term of some code systems; ``systems`` are their short names."""

    systems: tuple[str, ...] = ()

    def after_bind(self, node: colander.SchemaNode, kw: dict[str, Any]) -> None:
        """Ask the code systems of this portal about what is chosen or typed."""
        registry = kw["actor"].registry

        def resolved(text: str) -> Written | None:
            found = resolve(registry, text, self.systems)
            return None if found is None else found.as_dict()

        def verified(written: Written) -> Written | None:
            chosen = Coding.from_value("|".join(written[part] for part in PARTS))
            found = None if chosen is None else verify(registry, chosen)
            return None if found is None else found.as_dict()

        self.typ = CodingType(resolved, verify=verified, free_text=True)


def coding(title: Any, *systems: str, in_rows: bool = False, **about: Any) -> CodedNode:
    """Return a question for one coded term."""
    asked = "&".join(f"system={system}" for system in systems)
    return CodedNode(
        CodingType(free_text=True),
        title=title,
        systems=systems,
        widget=PickerWidget(suggest=f"/terms/suggest?{asked}", more=None if in_rows else "/terms"),
        **about,
    )


class FindByTermSchema(colander.MappingSchema):
    """A coded diagnosis or sign to find patients by."""

    term = coding(_("Diagnosis or sign"), "ORPHA", "HP")
