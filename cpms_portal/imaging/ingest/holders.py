"""Who holds studies: higher packages say so, and how to know whom to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry
from zope.interface import classImplements

from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.imaging.interfaces import IStudyHolder

Known = Callable[[Any, Registry], KnownIdentity]


def add_study_holder(config: Configurator, holder: type, known: Known) -> None:
    """Directive: objects of a class hold studies.

    known: (holder, registry) → what to look for in what is uploaded for it.
    """
    holder_class, asked = config.maybe_dotted(holder), config.maybe_dotted(known)
    classImplements(holder_class, IStudyHolder)
    config.registry.cpms_study_holders[holder_class] = asked


def known_identity(holder: Any, registry: Registry) -> KnownIdentity:
    """Return names, birth date and numbers known of a holder; LookupError for no holder."""
    for kind in type(holder).__mro__:
        if kind in registry.cpms_study_holders:
            return registry.cpms_study_holders[kind](holder, registry)
    raise LookupError("not a holder of studies")


def includeme(config: Configurator) -> None:
    """Offer the directive."""
    config.registry.cpms_study_holders = {}
    config.add_directive("add_study_holder", add_study_holder)
