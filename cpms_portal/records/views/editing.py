"""Edit one section: rows pasted from a spreadsheet, drafts, both versions after a conflict."""

from __future__ import annotations

import json
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.forms.form import Form
from cpms_portal.patients.resources import Patient
from cpms_portal.patients.views.versions import VersionedForm
from cpms_portal.records.actions import discard_draft, keep_draft, save_section
from cpms_portal.records.queries import OpenedSection, blocks_of, draft_of, section_of
from cpms_portal.records.schemas.laboratory import read_pasted
from cpms_portal.records.schemas.sections import BY_NAME, SectionKind
from cpms_portal.security.permissions import Permission


def kind_named(request: Request) -> SectionKind:
    """Return the section the last part of an address names; not found when there is none."""
    name = "/".join(request.subpath)
    if name not in BY_NAME:
        raise HTTPNotFound()
    return BY_NAME[name]


@view_config(
    context=Patient,
    name="edit-section",
    permission=Permission.RECORD_EDIT,
    renderer="cpms_portal.records:templates/edit_section.pt",
)
class EditSection(VersionedForm):
    """A section as a form."""

    def __init__(self, context: Patient, request: Request) -> None:
        super().__init__(context, request)
        self.kind = kind_named(request)
        self.title = self.kind.title
        self.waiting = draft_of(context, self.kind.name, request.actor)
        self.continued = self.waiting is not None and request.GET.get("draft") == "1"
        self.unread: list[int] = []
        self.pasted = 0

    def schema(self) -> Any:
        """Return what this section asks."""
        return self.kind.asked(versioned=True)

    def make_form(self) -> Form:
        """Return the form, which keeps drafts while somebody types."""
        form = super().make_form()
        form.autosave = self.request.resource_path(self.context, "draft", self.kind.name)
        return form

    def section(self) -> OpenedSection:
        """Return the section as it was saved last."""
        return section_of(self.context, self.kind.name, self.request.actor)

    def appstruct(self) -> dict[str, Any]:
        """Return what was saved last."""
        section = self.section()
        return {**section.values, "base_version": section.version}

    def draft(self) -> dict[str, Any] | None:
        """Return what was typed and not saved, when the person wants to go on with it."""
        return self.waiting.answers if self.waiting is not None and self.continued else None

    def __call__(self) -> Any:
        """Show the form, take it, or make rows of what was pasted."""
        if self.request.POST.get("paste", "").strip():
            return self.with_pasted_rows(self.make_form())
        return super().__call__()

    def with_pasted_rows(self, form: Form) -> dict[str, Any]:
        """Show what was pasted as rows, to be checked before it is saved."""
        answers = form.answers(self.request.POST.items())
        found = read_pasted(answers["paste"])
        lines = answers["paste"].replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows = answers.get("rows")
        typed = [row for row in rows if any(row.values())] if isinstance(rows, list) else []
        answers["rows"] = [*typed, *found.rows]
        answers["paste"] = "\n".join(lines[number - 1] for number in found.unread)
        self.pasted, self.unread = len(found.rows), found.unread
        form.set_pstruct(answers)
        return self.page(form)

    def extra(self) -> dict[str, Any]:
        """Return what is said above the form."""
        offered = self.request.method != "POST" and not self.continued
        return {
            "waiting": self.waiting if offered else None,
            "kind": self.kind,
            "pasted": self.pasted,
            "unread": self.unread,
        }

    def cancel_url(self) -> str:
        """Go back to the record."""
        return self.request.resource_path(self.context, "record")

    def current_version(self) -> int:
        """Return the version saved last."""
        return self.section().version

    def changed_by(self) -> tuple[str, Any]:
        """Return who saved it last, and when."""
        section = self.section()
        return section.changed_by, section.changed

    def theirs(self) -> list[tuple[Any, Any]]:
        """Return the section as it was saved last, in words."""
        said: list[tuple[Any, Any]] = []
        for block in blocks_of(self.section()):
            lines = [
                " · ".join(self.request.localizer.translate(str(cell.text)) for cell in row)
                for row in block.rows
            ]
            said.append((block.label, "\n".join(lines) if block.rows else block.text))
        return said

    def save(self, values: dict[str, Any]) -> Response:
        """Keep the section."""
        base = values.pop("base_version") or 0
        save_section(
            self.context, self.kind.name, values, base_version=base, actor=self.request.actor
        )
        self.request.tell(_("The section is saved."))
        return HTTPSeeOther(self.cancel_url())


@view_config(
    context=Patient,
    name="draft",
    request_method="POST",
    permission=Permission.RECORD_EDIT,
    audited=False,
)
def keep_typed(patient: Patient, request: Request) -> Response:
    """Keep what is being typed."""
    editing = EditSection(patient, request)
    keep_draft(patient, editing.kind.name, editing.typed(), request.actor)
    return Response(json.dumps({"kept": True}), content_type="application/json", charset="utf-8")


@view_config(
    context=Patient,
    name="discard-draft",
    request_method="POST",
    permission=Permission.RECORD_EDIT,
    audited=False,
)
def discard_typed(patient: Patient, request: Request) -> Response:
    """Forget a draft and show what was saved."""
    kind = kind_named(request)
    discard_draft(patient, kind.name, request.actor)
    return HTTPSeeOther(request.resource_path(patient, "edit-section", kind.name))
