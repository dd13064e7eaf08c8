"""What was drawn on a study or slide, as layers: one for each person and panel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pyramid.registry import Registry

from cpms_portal.annotations.documents.reports import read_report
from cpms_portal.annotations.interfaces import Drawing
from cpms_portal.annotations.resources import ANNOTATIONS, Annotation
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import oid_of, resource_of
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.imaging.queries import holder_of, index_of
from cpms_portal.imaging.resources import Series, Study
from cpms_portal.panels.queries.people import who
from cpms_portal.panels.resources import Contribution, Panel
from cpms_portal.security.permissions import Permission


@dataclass(frozen=True)
class Opened:
    """An annotation, opened. drawing: None on a slide; feature: None on a study."""

    annotation: Annotation
    drawing: Drawing | None
    feature: dict[str, Any] | None
    view: dict[str, Any]


@dataclass(frozen=True)
class Layer:
    """What one person drew in one panel."""

    panel: Panel
    person: int
    author: str
    is_own: bool
    opened: tuple[Opened, ...]


def panels_of(target: Any) -> list[Panel]:
    """Return the panels of the patient a study or slide belongs to, oldest first."""
    panels = holder_of(target).get("panels", {}).values()
    return sorted(panels, key=lambda panel: panel.number)


def panels_to_see(target: Any, actor: Actor) -> list[Panel]:
    """Return the panels whose annotations somebody may see."""
    return [one for one in panels_of(target) if actor.may(Permission.ANNOTATION_VIEW, one)]


def annotations_in(panel: Panel, actor: Actor) -> Iterator[Annotation]:
    """Yield the annotations of a panel that somebody may see, oldest first."""
    found = panel.get(ANNOTATIONS, {}).values()
    for one in sorted(found, key=lambda one: (one.created, one.__name__)):
        if actor.may(Permission.ANNOTATION_VIEW, one):
            yield one


def layers_on(target: Any, actor: Actor) -> list[Layer]:
    """Return the layers of a study or slide that somebody may see."""
    layers = []
    for panel in panels_to_see(target, actor):
        by_person: dict[int, list[Opened]] = {}
        for one in annotations_in(panel, actor):
            if one.target == oid_of(target):
                by_person.setdefault(one.person, []).append(opened(one, target, actor.registry))
        layers += [
            Layer(panel, oid, who(panel, oid, actor).name, oid == actor.oid, tuple(drawn))
            for oid, drawn in by_person.items()
        ]
    return layers


def opened(annotation: Annotation, target: Any, registry: Registry) -> Opened:
    """Return an annotation with what its document says."""
    document = annotation.document(registry)
    view = annotation.read(registry, "view") or {}
    if annotation.form == "geojson":
        return Opened(annotation, None, json.loads(document), view)
    found = read_report(document)
    place = _place(target, found.instance_uid, registry)
    series, instance = place if place is not None else ("", -1)
    drawing = replace(found.drawing, series=series, instance=instance, view=view)
    return Opened(annotation, drawing, None, view)


def _place(study: Study, uid: str, registry: Registry) -> tuple[str, int] | None:
    """Return series and number of an instance by its UID; None when it is not there."""
    for series in study.series.values():
        for at, facts in enumerate(index_of(registry, study, series).instances):
            if facts["uid"] == uid:
                return series.series_id, at
    return None


def image_of(study: Study, drawn: Drawing, registry: Registry) -> tuple[Series, Facts] | None:
    """Return the series and the facts of the image a drawing says; None when there is none."""
    series = study.series.get(drawn.series)
    if series is None:
        return None
    instances = index_of(registry, study, series).instances
    if not 0 <= drawn.instance < len(instances):
        return None
    return series, instances[drawn.instance]


def target_of(annotation: Annotation, actor: Actor) -> Any:
    """Return what an annotation is drawn on, if it is there and the actor may see it, or None."""
    target = resource_of(annotation, annotation.target)
    if target is None or not IAnnotated.providedBy(target):
        return None
    return target if actor.may(Permission.STUDY_VIEW, target) else None


def cited_by(contribution: Contribution, actor: Actor) -> list[Annotation]:
    """Return the annotations a contribution shows."""
    oid = oid_of(contribution)
    return [one for one in annotations_in(contribution.panel, actor) if one.cited_by == oid]


def citable(contribution: Contribution, actor: Actor) -> list[Annotation]:
    """Return the actor's annotations that this contribution shows or could show."""
    oid = oid_of(contribution)
    return [
        one
        for one in annotations_in(contribution.panel, actor)
        if one.person == actor.oid and one.cited_by in (0, oid)
    ]
