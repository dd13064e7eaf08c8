"""The pages on which somebody lets programs in, and ends what they may."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config, view_defaults

from cpms_portal.core.i18n import _
from cpms_portal.dicomweb.actions.tokens import LONGEST_DAYS, Wish, end_token, make_token
from cpms_portal.dicomweb.queries.places import (
    holder_name,
    node_of,
    program_with,
    programs_at,
    scopes_at,
)
from cpms_portal.dicomweb.queries.tokens import tokens_of_person
from cpms_portal.dicomweb.resources import Token
from cpms_portal.dicomweb.schemas import SCOPE_TITLES, program_schema
from cpms_portal.forms.views import FormView
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission
from cpms_portal.security.resources import Person

PAGE = "cpms_portal.dicomweb:templates/connect.pt"


def _lines(tokens: list[Token], request: Request, back: Any) -> list[dict[str, Any]]:
    """Return what a page says of tokens."""
    lines = []
    for token in tokens:
        node = node_of(token, back)
        lines.append(
            {
                "token": token,
                "scope": SCOPE_TITLES[token.scope],
                "holder": holder_name(token, back),
                "place": None if node is None else request.resource_path(node),
                "place_title": None if node is None else node.title,
                "end": request.resource_path(back, "end-program"),
            }
        )
    return lines


@view_defaults(name="connect", renderer=PAGE, fresh_proof=True)
@view_config(context=Patient, permission=Permission.STUDY_VIEW)
@view_config(context=Panel, permission=Permission.PANEL_VIEW)
@view_config(context=Institution, permission=Permission.INBOX_VIEW)
class Connect(FormView):
    """Let a program in at a node; the token is shown once."""

    title = _("Connect a program")
    submit_label = _("Make a token")
    secret = ""

    def schema(self) -> Any:
        """Return the form with what the person may choose."""
        return program_schema(scopes_at(self.context, self.request.actor), LONGEST_DAYS)

    def extra(self) -> dict[str, Any]:
        """Return the address for programs, the token just made, and those there are."""
        request = self.request
        return {
            "address": request.resource_url(self.context, "dicomweb"),
            "secret": self.secret,
            "may_make": bool(scopes_at(self.context, request.actor)),
            "lines": _lines(programs_at(self.context, request.actor), request, self.context),
        }

    def save(self, values: dict[str, Any]) -> Any:
        """Make the token and show it on the same page, the only time."""
        wish = Wish(values["name"], values["scope"], int(values["days"]))
        _token, self.secret = make_token(self.context, wish, self.request.actor)
        form = self.make_form()
        form.set_appstruct({})
        return self.page(form)


@view_config(
    context=Person,
    name="programs",
    request_method="GET",
    permission=Permission.ACCOUNT_VIEW,
    renderer="cpms_portal.dicomweb:templates/programs.pt",
)
def programs_page(person: Person, request: Request) -> dict[str, Any]:
    """List the programs that act for a person."""
    tokens = tokens_of_person(person, request.actor.now)
    return {"title": _("Programs"), "lines": _lines(tokens, request, person)}


@view_config(context=Person, name="end-program", permission=Permission.ACCOUNT_EDIT)
@view_config(context=Patient, name="end-program", permission=Permission.STUDY_VIEW)
@view_config(context=Panel, name="end-program", permission=Permission.PANEL_VIEW)
@view_config(context=Institution, name="end-program", permission=Permission.INBOX_VIEW)
def end_program(node: Any, request: Request) -> Response:
    """End what a program may, at once."""
    if request.method != "POST":
        raise HTTPNotFound()
    token = program_with(node, request.POST.get("token", ""), request.actor)
    if token is None:
        raise HTTPNotFound()
    end_token(token, node, request.actor)
    request.tell(_("The program has no access any more."))
    back = "programs" if isinstance(node, Person) else "connect"
    return HTTPSeeOther(request.resource_path(node, back))
