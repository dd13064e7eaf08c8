"""The pages of identity."""

from __future__ import annotations

from pyramid.config import Configurator

#: Landings and the front door first: the others lead to them.
PAGES = (
    "landing",
    "sign_in",
    "second_step",
    "proof",
    "account",
    "devices",
    "sessions",
    "passwords",
    "persons",
    "front_desk",
    "welcome",
    "keys",
    "outside",
    "outside_end",
    "way_out",
    "first_time",
    "mobiles",
    "phones",
    "trust",
    "leaving",
    "own_data",
)


def includeme(config: Configurator) -> None:
    """Register the pages."""
    for name in PAGES:
        config.include(f"cpms_portal.identity.views.{name}")
