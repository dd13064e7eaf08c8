"""Patients: enrolment, sealed identity, nickname, consents, sharing with panels, removal.

Words: the *identity* (names, dates, numbers) is sealed with a key of the patient and opened for
the own centre only; everybody else knows the *nickname*, sex and age. A *consent* is one of
three: ``care`` (without it nothing is shared), ``registries`` and ``research``. A patient is
*shared with* the panels that may read the record. *Break-glass* opens a patient of one's centre
to read, for a reason and a time. Workflows: ``patient``, ``emergency_access``.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, rules, pages and the patients of the training site."""
    config.add_setting(
        "cpms.patients.break_glass_minutes",
        int,
        60,
        "how long a record opened by break-glass is open to read",
    )
    config.include(".interfaces")
    config.scan(".resources")
    config.scan(".guards")
    config.scan(".effects")
    config.scan(".subscribers")
    config.add_importer("patients", "cpms_portal.patients.importer.import_patients", training=True)
    config.add_importer("studies", "cpms_portal.patients.importer.import_studies", training=True)
    config.include("cpms_portal.imaging.ingest.holders")
    config.add_study_holder(
        "cpms_portal.patients.resources.Patient",
        "cpms_portal.patients.queries.known_identity_of",
    )
    config.include(".views")
