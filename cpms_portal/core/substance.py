"""Substance D, brought in without the parts the portal does otherwise.

Left out: its root (ours is Portal), its catalog subscribers (search decides what
is indexed), its mailer (outbox), its sign-in (identity).
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version

import chameleon.template
from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid_zodbconn import get_connection
from substanced.evolution import mark_unfinished_as_finished

from cpms_portal.core.resources import Portal

INCLUDES = (
    "pyramid_chameleon",
    "pyramid_zodbconn",
    "substanced.evolution",
    "substanced.stats",
    "substanced.folder",
    "substanced.event",
    "substanced.sdi",
    "substanced.content",
    "substanced.objectmap",
    "substanced.property",
    "substanced.file",
    "substanced.catalog",
    "substanced.form",
    "substanced.workflow",
    "substanced.dump",
    "substanced.locking",
    "substanced.audit",
    "substanced.editable",
    "substanced.principal",
)
SCANS = (
    "substanced.stats",
    "substanced.folder",
    "substanced.property",
    "substanced.sdi",
    "substanced.locking",
)
#: Its sign-in is identity's; its listing of contents is ``core.management``'s.
LEFT_OUT = ("substanced.sdi.views.login", "substanced.folder.views")
ROOT_KEY = "app_root"


def root_factory(request: Request) -> object:
    """Return the Portal; KeyError when the database was never brought up."""
    return get_connection(request).root()[ROOT_KEY]


def mark_evolved(root: object, registry: Registry) -> None:
    """Note that a new database needs none of the evolution steps there are so far."""
    mark_unfinished_as_finished(root, registry)


def name_compiled_templates() -> None:
    """Name compiled templates after the packages that compile them.

    Chameleon asks for the versions of everything installed, a tenth of the time of a start.
    """
    compilers = [f"{name} {version(name)}" for name in ("Chameleon", "pyramid_chameleon")]
    digest = hashlib.sha1("\n".join(compilers).encode(), usedforsecurity=False)
    chameleon.template._pkg_digest = digest  # type: ignore[assignment]  # declared as None only


def includeme(config: Configurator) -> None:
    """Include Substance D: directives first, then its scans."""
    name_compiled_templates()
    config.registry.settings["zodbconn.uri"] = config.registry.settings.get("cpms.zodb", "")
    for name in INCLUDES:
        config.include(name)
    for name in SCANS:
        config.scan(name, ignore=list(LEFT_OUT))
    config.scan("substanced.catalog", ignore=["substanced.catalog.subscribers"])
    config.include("cpms_portal.core.management")
    config.add_content_type("Root", Portal)
    config.set_root_factory(root_factory)
