"""Draw, change and remove annotations; cite them in a contribution."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from cpms_portal.annotations.documents.reports import Source, written_report
from cpms_portal.annotations.interfaces import Drawing
from cpms_portal.annotations.queries.layers import citable, image_of
from cpms_portal.annotations.queries.measuring import measured
from cpms_portal.annotations.resources import ANNOTATIONS, Annotation, Annotations
from cpms_portal.annotations.schemas import drawing_of, feature_of, view_of
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import modified, oid_of, resource_of
from cpms_portal.imaging.frames.decoding import FrameError, frame_of
from cpms_portal.imaging.interfaces import IAnnotated
from cpms_portal.imaging.queries import holder_of, index_of
from cpms_portal.panels.resources import Contribution, Panel
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import begin

#: As many as people draw in one panel; more is a mistake or an attack.
MOST = 1000


def annotate(panel: Panel, target: Any, sent: dict[str, Any], actor: Actor) -> Annotation:
    """Keep something drawn on a study or slide of the panel's patient.

    sent: on a study a drawing (``schemas.DrawingSchema``), on a slide a GeoJSON Feature that
    may have a ``view``. TransitionDeniedError when the panel is not open for drawing or the
    target is another patient's, ValueRefusedError when what was sent is no drawing.
    """
    _need(actor, Permission.ANNOTATION_ADD, panel)
    if not IAnnotated.providedBy(target) or not _same_patient(panel, target):
        raise TransitionDeniedError(_("Your role does not allow this step."))
    _need(actor, Permission.STUDY_VIEW, target)
    if ANNOTATIONS not in panel:
        panel.add(ANNOTATIONS, Annotations("Annotations", actor.now))
    if len(panel[ANNOTATIONS]) >= MOST:
        raise ValueRefusedError(_("There are too many annotations in this panel."))
    document, view = _document(target, sent, actor)
    annotation = Annotation(actor.oid, panel.round, actor.now, target=target)
    panel[ANNOTATIONS].add(random_id(), annotation)
    _keep(annotation, document, view, actor)
    begin(annotation, actor)
    announce(actor.registry, Changed(annotation, actor, "annotation.add"))
    return annotation


def change_annotation(annotation: Annotation, sent: dict[str, Any], actor: Actor) -> None:
    """Change an own annotation, as long as the panel is open for drawing."""
    _need(actor, Permission.ANNOTATION_EDIT, annotation)
    _need(actor, Permission.ANNOTATION_ADD, annotation.panel)
    target = resource_of(annotation, annotation.target)
    if target is None:
        raise TransitionDeniedError(_("This has moved on meanwhile. Please look again."))
    document, view = _document(target, sent, actor)
    _keep(annotation, document, view, actor)
    annotation.edited = actor.now
    modified(annotation, actor.registry)
    announce(actor.registry, Changed(annotation, actor, "annotation.edit"))


def remove_annotation(annotation: Annotation, actor: Actor) -> None:
    """Remove an own annotation, as long as the panel is open for drawing."""
    _need(actor, Permission.ANNOTATION_EDIT, annotation)
    _need(actor, Permission.ANNOTATION_ADD, annotation.panel)
    announce(actor.registry, Changed(annotation, actor, "annotation.remove"))
    annotation.__parent__.remove(annotation.__name__)


def cite(contribution: Contribution, names: Collection[str], actor: Actor) -> None:
    """Show the named own annotations beside an own contribution, and no others."""
    _need(actor, Permission.CONTRIBUTION_EDIT, contribution)
    for annotation in citable(contribution, actor):
        wanted = oid_of(contribution) if annotation.__name__ in names else 0
        if annotation.cited_by != wanted:
            annotation.cited_by = wanted
    announce(actor.registry, Changed(contribution, actor, "contribution.cite"))


def _need(actor: Actor, permission: Permission, resource: Any) -> None:
    if not actor.may(permission, resource):
        raise TransitionDeniedError(_("Your role does not allow this step."))


def _same_patient(panel: Panel, target: Any) -> bool:
    try:
        return oid_of(holder_of(target)) == oid_of(holder_of(panel))
    except LookupError:
        return False


def _keep(annotation: Annotation, document: bytes, view: Any, actor: Actor) -> None:
    annotation.keep_document(actor.registry, document)
    annotation.keep(actor.registry, "view", view)


def _document(target: Any, sent: dict[str, Any], actor: Actor) -> tuple[bytes, dict[str, Any]]:
    """Return the standard object of what was drawn, and how its author saw it."""
    if target.annotation_form == "geojson":
        feature = feature_of(sent)
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        return text.encode(), view_of(sent.get("view"))
    values = drawing_of(sent)
    view = dict(values.pop("view", {}))
    drawing = Drawing(**{**values, "points": tuple(values["points"]), "view": view})
    return _report(target, drawing, actor), view


def _report(study: Any, drawing: Drawing, actor: Actor) -> bytes:
    registry = actor.registry
    found = image_of(study, drawing, registry)
    if found is None:
        raise ValueRefusedError(_("This image is not there any more."))
    series, facts = found
    frames = max(facts.get("frames") or 1, 1)
    if drawing.frame >= frames:
        raise ValueRefusedError(_("This image is not there any more."))
    try:
        pixels = frame_of(registry, series, facts, drawing.frame)
    except FrameError:
        pixels = None
    source = Source(
        study_uid=study.study_uid,
        series_uid=index_of(registry, study, series).uid,
        instance_uid=facts["uid"],
        sop_class=facts["sop_class"],
        frames=frames,
        author=actor.name,
        at=actor.now,
    )
    return written_report(replace(drawing, measurements=measured(drawing, facts, pixels)), source)
