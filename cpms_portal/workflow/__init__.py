"""Workflows: states, transitions, guards and effects, read from one YAML file each.

The YAML says who may do what in which state and which named guards and effects
count; the code registers those names. A file with an unknown word stops the start.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Offer the directives by which packages register guards, effects and due dates."""
    config.include(".registration")
