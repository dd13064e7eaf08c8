"""People: who they are, what they know, and how the right experts are found.

Words: a *profile* says what somebody does and knows; an *expert* is a person with a clinical
membership and a thematic area; only experts can be invited. A *workload* is a number of panels.
A *delegation* lets an assistant act on behalf of a clinician of the same centre.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register pages, the training accounts, and what keeps the finder true."""
    config.scan(".resources")
    config.scan(".guards")
    config.scan(".effects")
    config.include(".interfaces")
    config.include(".subscribers")
    config.include(".views.access")
    config.include(".views.assistants")
    config.include(".views.first_sign_in")
    config.include(".views.my_access")
    config.include(".views.person")
    config.include(".views.preferences")
    config.include(".views.suggest")
    config.add_importer(
        "training accounts", "cpms_portal.people.importer.import_accounts", training=True
    )
