"""Panels: a question to a network about one patient, and the way to a signed-off outcome.

Words: the *requester* asks; the *lead* drives the phases and writes the outcome; a *member*
accepted an invitation; a *contribution* is a member's advice; an *information request* asks the
centre for more; an *outcome* is what the panel advises, *signed* by its members; a *round* ends
with an outcome, and a restart begins the next. A panel is *countable* when enough members
contributed.
Workflows: panel, invitation, contribution, information_request.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, rules of the workflows, notices, pages and the training importer."""
    config.scan(".resources")
    config.scan(".guards")
    config.scan(".effects")
    config.include(".subscribers")
    config.include(".views")
    config.add_work("cpms_portal.panels.queries.experts.work_of")
    config.add_workload("cpms_portal.panels.queries.experts.workload_of")
    config.add_importer(
        "training panels", "cpms_portal.panels.importer.import_training_panels", training=True
    )
