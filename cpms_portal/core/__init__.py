"""The ground: content, ids, clock, settings, actors, events and the root of the tree."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Bring Substance D in, without what the portal replaces, and declare basic settings."""
    config.include(".settings")
    config.include(".requests")  # before anything declares a route
    config.include(".substance")
    config.include(".drawing")
    config.include(".transactions")
    config.include(".clock")
    config.add_setting(
        "cpms.site", str, "production", "production or training", choices=("production", "training")
    )
    config.add_setting("cpms.zodb", str, "", "URI of the object database (zodbconn syntax)")
    config.add_setting(
        "cpms.content", str, "content", "folder of the content the portal is born with"
    )
    config.add_setting("cpms.workflows", str, "workflows", "folder of the workflow files")
    config.add_setting("cpms.var", str, "var", "folder for keys, audit trail, terms and spools")
    config.add_setting(
        "cpms.url", str, "http://127.0.0.1:6543", "address people reach the portal at"
    )
