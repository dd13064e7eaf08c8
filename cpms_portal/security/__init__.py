"""Who may do what: permissions, roles at nodes, access lists, sessions, guarding headers."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Declare the settings and register request methods, headers and content types."""
    config.add_setting(
        "cpms.secret_file", str, "", "file with the signing secret; default in cpms.var"
    )
    config.add_setting(
        "cpms.session.idle_minutes", int, 30, "a session ends after so long without use"
    )
    config.add_setting("cpms.session.hours", int, 12, "a session ends after so long in any case")
    config.add_setting("cpms.step_up_minutes", int, 10, "how long a fresh second factor counts")
    config.add_setting(
        "cpms.step_up_place",
        str,
        "network",
        "where a fresh second factor counts: network, this browser in this network; or browser",
        choices=("network", "browser"),
    )
    config.include(".secret")
    config.include(".passwords")
    config.include(".last_use")
    config.include(".sessions")
    config.include(".policy")
    config.include(".fresh_proof")
    config.include(".hosts")
    config.include(".headers")
    config.scan(".resources")
