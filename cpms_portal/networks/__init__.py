"""Networks, countries and institutions: the tree everybody walks, and who belongs where.

Words: a *network* is an ERN; an *institution* is a healthcare provider of one
network, shown as "Centre"; a *membership* ties a person, a profile and an
institution; *guests* have an end, which waits for the panels they *work* in; a *thematic area*
is what a network's experts choose from.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, importers and what a new portal needs."""
    config.scan(".resources")
    config.include(".interfaces")
    config.scan(".effects")
    config.include(".subscribers")
    config.add_reminder("cpms_portal.networks.actions.reminders.remind_of_memberships")
    config.add_bringing_up("cpms_portal.networks.actions.bring_up")
    config.add_importer("networks", "cpms_portal.networks.importer.import_networks")
