"""Add an item: what can be added, the form of a new one, and its draft while somebody types."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.drafts import drop_new_draft, keep_new_draft
from cpms_portal.cms.actions.writing import add_item
from cpms_portal.cms.queries.drafts import new_draft_of
from cpms_portal.cms.resources import Library, LibraryFolder
from cpms_portal.cms.schemas.items import LANGUAGES
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.cms.schemas.languages import OFFERED
from cpms_portal.cms.views.files import SENT, add_file_nodes, hidden, may_be_large, put_files
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import SelectWidget
from cpms_portal.security.permissions import Permission

LANGUAGE, KIND = "in_language", "new_kind"


class AddItem(FormView):
    """The form of a new item of the type asked for."""

    autosave = "new-draft"

    @property
    def kind(self) -> str:
        """The type asked for."""
        asked = self.request.GET.get("kind") or self.request.POST.get(KIND, "")
        if asked not in KINDS:
            raise HTTPNotFound()
        return str(asked)

    @property
    def title(self) -> Any:
        """What the page is called."""
        kind = self.request.localizer.translate(KINDS[self.kind].title)
        return _("Add: ${kind}", mapping={"kind": kind})

    def get_schema(self) -> colander.SchemaNode:
        """Return the fields of the type."""
        schema = schema_of(self.kind)
        add_file_nodes(schema, self.kind, new=True)
        schema.add(
            colander.SchemaNode(
                Text(8),
                name=LANGUAGE,
                title=_("Written in"),
                description=_("The original; translations are added to it later."),
                widget=SelectWidget(values=LANGUAGES, width="short"),
                validator=colander.OneOf(OFFERED),
            )
        )
        schema.add(hidden(KIND))
        return schema

    def appstruct(self) -> dict[str, Any]:
        """Return the language it is written in first: that of the interface."""
        wished = (self.request.GET.get("language"), self.request.locale_name.split("_")[0], "en")
        return {LANGUAGE: next(one for one in wished if one in OFFERED), KIND: self.kind}

    def draft(self) -> dict[str, Any] | None:
        """Return what was typed and not saved."""
        found = new_draft_of(self.context, self.kind, self.request.actor)
        return None if found is None else found.values

    def extra(self) -> dict[str, Any]:
        """Return what was typed before."""
        kept = new_draft_of(self.context, self.kind, self.request.actor)
        return {"kind": self.kind, "kept": kept, "may_be_large": may_be_large(self.kind)}

    def cancel_url(self) -> str:
        """Return where the other things of the place are."""
        return str(self.request.resource_path(self.context, "contents"))

    def save(self, values: dict[str, Any]) -> Response:
        """Make the item; it is private."""
        language, actor = values[LANGUAGE], self.request.actor
        item = add_item(self.context, self.kind, values, language=language, actor=actor)
        put_files(item, language, values, actor)
        drop_new_draft(self.context, self.kind, actor)
        self.request.tell(_("Added. Only those who work on the library see it yet."))
        return HTTPSeeOther(self.request.resource_path(item))


def keep_new(context: Any, request: Request) -> Response:
    """Keep what is typed of a new item."""
    form = AddItem(context, request)
    typed = form.typed()
    typed.pop(SENT, None)
    keep_new_draft(context, form.kind, typed, request.actor)
    return Response(json_body={"held_by": None})


def drop_new(context: Any, request: Request) -> Response:
    """Forget what was typed of a new item."""
    kind = AddItem(context, request).kind
    drop_new_draft(context, kind, request.actor)
    return HTTPSeeOther(request.resource_path(context, "add", query={"kind": kind}))


def kinds_page(context: Any, request: Request) -> dict[str, Any]:
    """Show the content types that can be added, and which were begun."""
    kinds = [(kind, new_draft_of(context, kind.name, request.actor)) for kind in KINDS.values()]
    return {"title": _("Add"), "kinds": kinds}


def includeme(config: Configurator) -> None:
    """Register the pages."""
    folder = "cpms_portal.cms:templates/"
    for place in (Library, LibraryFolder):
        shared = {"context": place, "permission": Permission.PAGE_EDIT}
        add = {**shared, "name": "add", "renderer": f"{folder}add_item.pt"}
        config.add_view(AddItem, request_param="kind", **add)
        kinds = {**shared, "name": "add", "renderer": f"{folder}add.pt"}
        config.add_view(kinds_page, request_method="GET", **kinds)
        config.add_view(keep_new, name="new-draft", request_method="POST", **shared)
        config.add_view(drop_new, name="drop-new-draft", request_method="POST", **shared)
