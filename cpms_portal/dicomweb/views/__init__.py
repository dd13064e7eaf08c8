"""What programs ask, and the pages on which people let programs in and give arrivals a patient."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.queries.tokens import bearer_of, token_of
from cpms_portal.dicomweb.views.origins import PROGRAMS
from cpms_portal.dicomweb.views.refusals import refused_program
from cpms_portal.networks.resources import Institution
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person


def includeme(config: Configurator) -> None:
    """Register tokens, pages and answers."""
    config.add_request_method(token_of, "program_token", reify=True)
    config.set_bearer(bearer_of)
    config.add_notfound_view(refused_program, path_info=PROGRAMS)
    config.add_forbidden_view(refused_program, path_info=PROGRAMS)
    # Which token or person was recorded as reading what in which hour.
    config.registry.cpms_programs_told = set()
    config.scan(".")
    config.include(".connections")
    config.include(".origins")
    config.add_tab(Person, "programs", _("Programs"), order=50, permission=Permission.ACCOUNT_VIEW)
    config.add_tab(
        Institution,
        "inbox",
        _("Arrived images"),
        order=60,
        permission=Permission.INBOX_VIEW,
        covers=("connect",),
    )
