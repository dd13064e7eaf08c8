"""The helpdesk: people ask, the team of the right network answers, nobody needs an account for it.

Words: a *support* is the desk of the portal or of a network; a *ticket* is a question with its
answers; a *visitor* asks without an account and reads the answer through a link of their own.
A ticket is named by its topic and a random id: what people type stands in no title, mail or log.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, desks, pages and what notices say."""
    config.scan(".resources")
    config.add_assets("support", "cpms_portal.support:static")
    config.add_bringing_up("cpms_portal.support.actions.bring_up")
    config.add_importer("support", "cpms_portal.support.importer.import_support")
    for module in (
        "interfaces",
        "views.desk",
        "views.contacts",
        "views.ask",
        "views.ticket",
        "views.visit",
    ):
        config.include(f".{module}")
