"""The sources ``production.ini`` switches on."""

from __future__ import annotations

from functools import partial

from pyramid.config import Configurator
from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.settings import setting
from cpms_portal.identity.interfaces import IIdentitySource
from cpms_portal.identity.sources.cas import CASSource
from cpms_portal.identity.sources.declared import Declared
from cpms_portal.identity.sources.openid import OpenIDSource


def made(declared: Declared, registry: Registry) -> IIdentitySource:
    """Return the source that is declared."""
    if declared.kind == "openid":
        return OpenIDSource(declared, partial(now, registry))
    return CASSource(declared)


def includeme(config: Configurator) -> None:
    """Make them; ``registry.cpms_sources`` leads from name to source."""
    registry = config.registry
    declared = setting(registry, "cpms.identity.sources")
    registry.cpms_sources = {one.name: made(one, registry) for one in declared}
