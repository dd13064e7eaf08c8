"""How a network lets people in, and whom a centre trusts: two forms of the coordinator."""

from __future__ import annotations

import re
from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Lines, Number
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget, TextAreaWidget, TextWidget
from cpms_portal.networks.actions import change_policy, trust_domains
from cpms_portal.networks.resources import Institution, Network
from cpms_portal.security.permissions import Permission

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.I)


class Domains(Lines):
    """Mail domains, one a line ↔ a list of them."""

    def read(self, node: colander.SchemaNode, text: str) -> list[str]:
        """Return the domains, without the sign before them."""
        found = [line.strip().removeprefix("@") for line in super().read(node, text)]
        if not all(_DOMAIN.fullmatch(line) for line in found):
            said = _("Write one mail domain a line, for example hospital.example.")
            raise colander.Invalid(node, said)
        return found


def _days(name: str, title: str, hint: str, most: int) -> colander.SchemaNode:
    return colander.SchemaNode(
        Number(),
        name=name,
        title=title,
        description=hint,
        validator=colander.Range(1, most),
        widget=TextWidget(width="short", inputmode="numeric"),
    )


class AccessPolicy(FormView):
    """How a network lets people in."""

    title = _("How people get access")

    def get_schema(self) -> colander.Schema:
        """Return what is asked."""
        return colander.Schema(
            _days(
                "days",
                _("Requests are answered within so many days"),
                _("People who ask see this day; later requests stand first in the queue."),
                30,
            ),
            _days(
                "guest_days_after",
                _("Guests stay so many days after their last panel closed"),
                _("A guest never has to leave in the middle of a panel."),
                90,
            ),
            colander.SchemaNode(
                colander.Boolean(),
                name="dispatchers_decide",
                title=_("Dispatchers decide about memberships too"),
                missing=False,
                widget=CheckboxWidget(),
            ),
            colander.SchemaNode(
                colander.Boolean(),
                name="representatives_decide",
                title=_("Representatives of a centre decide about its own people"),
                description=_(
                    "Not about coordinators, dispatchers, researchers and other representatives."
                ),
                missing=False,
                widget=CheckboxWidget(),
            ),
        )

    def appstruct(self) -> dict[str, Any]:
        """Show what counts now."""
        return {
            "days": self.context.membership_days,
            "guest_days_after": self.context.guest_days_after,
            "dispatchers_decide": self.context.dispatchers_decide,
            "representatives_decide": self.context.representatives_decide,
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Keep it."""
        change_policy(self.context, values, self.request.actor)
        return _kept(self)


class TrustedDomains(FormView):
    """Whose mail lets people in at once at a centre."""

    title = _("Trusted mail domains")
    intro = _(
        "Who asks to be a healthcare professional here, with a mail address of such a domain, is "
        "let in at once. Every other profile is decided by the coordinator."
    )

    def get_schema(self) -> colander.Schema:
        """Return what is asked."""
        return colander.Schema(
            colander.SchemaNode(
                Domains(253, 20),
                name="domains",
                title=_("Mail domains of the hospital"),
                description=_("One a line; those of free mail services belong to nobody's centre."),
                missing=(),
                widget=TextAreaWidget(rows=4),
            )
        )

    def appstruct(self) -> dict[str, Any]:
        """Show what counts now."""
        return {"domains": list(self.context.mail_domains)}

    def save(self, values: dict[str, Any]) -> Response:
        """Keep it."""
        trust_domains(self.context, values["domains"], self.request.actor)
        return _kept(self)


def _kept(form: FormView) -> Response:
    form.request.tell(_("Saved."))
    return HTTPSeeOther(form.request.resource_path(form.context, "memberships"))


def includeme(config: Configurator) -> None:
    """Register the forms."""
    config.add_view(
        AccessPolicy,
        context=Network,
        name="access-policy",
        permission=Permission.NETWORK_EDIT,
        fresh_proof=True,  # it says who may let people in
    )
    config.add_view(
        TrustedDomains,
        context=Institution,
        name="trusted-domains",
        permission=Permission.INSTITUTION_EDIT,
        fresh_proof=True,
    )
