"""Identity: accounts, the front door, second factors, sessions, and their administration.

Words: an *account* is how a person signs in; a *device* is an authenticator app; a *factor* is a
device or a recovery code; a *proof* is a factor shown just now; a *try* is one attempt at a secret,
counted before it is looked at; a *landing* is the page somebody is led to after signing in.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the pages and what listens."""
    config.include(".subscribers")
    config.include(".views.landing")
    config.include(".views.sign_in")
    config.include(".views.second_step")
    config.include(".views.proof")
    config.include(".views.account")
    config.include(".views.devices")
    config.include(".views.sessions")
    config.include(".views.passwords")
    config.include(".views.persons")
