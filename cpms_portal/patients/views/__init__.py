"""The pages of patients: a centre's list, enrolment, overview, identity, consents, removal."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the pages and their tabs."""
    config.scan(".")
