"""Identity: accounts, the front door, second factors, sessions, and their administration.

Words: an *account* is how a person signs in; a *device* is an authenticator app; a *factor* is a
device or a recovery code; a *proof* is a factor shown just now; a *try* is one attempt at a secret,
counted before it is looked at; a *landing* is the page somebody is led to after signing in; a
*source* is another place that says who somebody is, an *identity* is who they are there, an
*errand* is what a browser is sent there for.
"""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.identity.queries.breached import SETTING, breached_list
from cpms_portal.identity.queries.keys import roles_in
from cpms_portal.identity.sources.declared import declared_in


def includeme(config: Configurator) -> None:
    """Declare the settings, register the pages and what listens."""
    config.add_setting(
        "cpms.identity.hardware_roles",
        roles_in,
        frozenset(),
        "roles that must have a security key or passkey, with spaces between",
    )
    config.add_setting(
        "cpms.identity.trusted_days",
        int,
        0,
        "for how many days a browser may be trusted to ask for no code; 0: never",
    )
    config.add_setting(
        "cpms.identity.sources",
        declared_in,
        (),
        "other places that say who somebody is, one a line; see docs/how-to/other-sign-ins.md",
    )
    config.add_setting(
        SETTING,
        breached_list,
        None,
        "file of breached passwords, SHA-1:COUNT in order; see docs/decisions/0078",
    )
    config.include(".sources.switched_on")
    config.include(".subscribers")
    config.include(".views")
