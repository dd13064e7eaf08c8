"""My own data as a file."""

from __future__ import annotations

import json
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.resources import oid_of
from cpms_portal.identity.actions import tell_access
from cpms_portal.identity.queries.own_data import own_data
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person
from cpms_portal.security.sessions import sessions_of


def my_data(context: Person, request: Request) -> Response:
    """Give a person what is kept about them, as JSON."""
    tell_access(context, request.actor, "account.data_taken")
    told: Any = own_data(context, sessions_of(request, oid_of(context)), request.actor)
    return Response(
        json.dumps(told, ensure_ascii=False, indent=2),
        content_type="application/json",
        charset="utf-8",
        content_disposition='attachment; filename="my-cpms-data.json"',
    )


def includeme(config: Configurator) -> None:
    """Register the step."""
    config.add_view(
        my_data,
        name="my-data",
        context=Person,
        request_method="POST",
        permission=Permission.ACCOUNT_EDIT,
        fresh_proof=True,
    )
