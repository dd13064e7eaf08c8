"""The open CPMS: a content portal for the European Reference Networks on rare diseases."""

# No ``from __future__ import annotations`` here: that name is a package of ours.
from functools import partial
from pathlib import Path
from typing import Any

from pyramid.config import Configurator
from pyramid.interfaces import IRouter
from pyramid.request import Request

from cpms_portal.contentio.actions import bring_up
from cpms_portal.core.clock import now
from cpms_portal.core.requests import make_one_class
from cpms_portal.core.settings import refuse_unknown_settings, setting
from cpms_portal.i18n.negotiation import language_of
from cpms_portal.levels import LEVELS
from cpms_portal.security.csrf import BoundToken
from cpms_portal.security.permissions import NOBODY
from cpms_portal.security.policy import NodePolicy, SessionPolicy
from cpms_portal.security.values import session_values
from cpms_portal.workflow.loading import load_workflows, words_of


def main(global_config: dict[str, str], **settings: Any) -> IRouter:
    """Return the portal as a WSGI application; it is brought up when the database is new."""
    config = configure(settings)
    registry = config.registry
    config.begin()
    try:
        connection = registry._zodb_databases[""].open()
        try:
            bring_up(registry, connection)
        finally:
            # What a failed start left undone must not hide why it failed.
            connection.transaction_manager.abort()
            connection.close()
    finally:
        config.end()
    return config.make_wsgi_app()


def configure(settings: dict[str, Any]) -> Configurator:
    """Return the configuration of the portal: every package in the order of LEVELS."""
    config = Configurator(settings=settings)
    for level in LEVELS:
        for package in level:
            if package != "scripts":
                config.include(f"cpms_portal.{package}")
    refuse_unknown_settings(config.registry)
    config.set_authentication_policy(SessionPolicy())
    config.set_authorization_policy(NodePolicy(partial(now, config.registry)))
    config.set_session_factory(session_values)
    config.set_csrf_storage_policy(BoundToken())
    config.set_default_csrf_options(require_csrf=True, callback=_is_ours)
    config.set_default_permission(NOBODY)
    config.add_request_method(lambda request: request.person, "user", reify=True)
    config.add_request_method(language_of, "_LOCALE_", property=True)
    config.commit()
    make_one_class(config.registry)
    folder = Path(setting(config.registry, "cpms.workflows"))
    config.registry.cpms_workflows = load_workflows(folder, words_of(config.registry))
    return config


def _is_ours(request: Request) -> bool:
    """Substance D checks its own forms below /manage, under its own field name."""
    return not request.path_info.startswith("/manage")
