"""The case of a panel: the record of the patient, to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.imaging.queries import slides_of, studies_beside_slides
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.records.queries import (
    Block,
    about_document,
    blocks_of,
    documents_of,
    record_of,
)
from cpms_portal.security.permissions import Permission


@dataclass(frozen=True)
class Case:
    """What members read: sections with their blocks, documents with their names, studies."""

    sections: tuple[tuple[Any, list[Block]], ...]
    documents: tuple[tuple[Any, str], ...]
    studies: tuple[Any, ...]


def case_of(panel: Panel, actor: Actor) -> Case | None:
    """Return the record of a panel's patient, as far as the actor may read it; never identity."""
    patient = patient_of(panel)
    if patient is None or not actor.may(Permission.RECORD_VIEW, patient):
        return None
    images = (*studies_beside_slides(patient), *slides_of(patient))
    return Case(
        tuple((one.kind.title, blocks_of(one)) for one in record_of(patient, actor)),
        tuple(
            (one, about_document(one, actor.registry).get("name", ""))
            for one in documents_of(patient)
            if actor.may(Permission.DOCUMENT_VIEW, one)
        ),
        tuple(one for one in images if actor.may(Permission.STUDY_VIEW, one)),
    )
