"""Refusals are recorded where they happen: who asked for what they may not have."""

from __future__ import annotations

from collections.abc import Callable

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from cpms_portal.core.events import Refused, announce


def refusal_tween(
    handler: Callable[[Request], Response], registry: Registry
) -> Callable[[Request], Response]:
    """Record a refusal on its way to the page that says no; addresses are not recorded."""

    def recording(request: Request) -> Response:
        try:
            return handler(request)
        except HTTPForbidden:
            resource = getattr(request, "context", None)
            if request.person is not None and resource is not None:
                what = f"refused.{request.view_name or 'page'}"
                announce(registry, Refused(resource, request.actor, what))
            raise

    return recording


def includeme(config: Configurator) -> None:
    """Record below the pages that say no."""
    config.add_tween("cpms_portal.audit.refusals.refusal_tween", under=EXCVIEW)
