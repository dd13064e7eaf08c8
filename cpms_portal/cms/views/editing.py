"""Edit an item: its form in one language, drafts while typing, who else is at it."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.drafts import keep_draft, let_go, take_lock
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.drafts import draft_of, lock_of
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.queries.listing import MOST_DIGITS
from cpms_portal.cms.queries.translating import (
    ROWS,
    original_at,
    said_rows,
    to_translate,
    with_themes,
)
from cpms_portal.cms.queries.versions import Change, side_by_side
from cpms_portal.cms.resources import LibraryItem
from cpms_portal.cms.schemas.kinds import schema_of
from cpms_portal.cms.schemas.languages import OFFERED, name_of_language
from cpms_portal.cms.views.beside import only_said, put_beside
from cpms_portal.cms.views.files import SENT, add_file_nodes, hidden, may_be_large, put_files
from cpms_portal.cms.views.words import for_once
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.form import Form
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget, TextWidget
from cpms_portal.security.permissions import Permission

LANGUAGE, BASED_ON, MINE, SAID = "in_language", "based_on", "mine", "translates"


class EditItem(FormView):
    """The form of an item in one language. Nothing somebody else saved meanwhile is overwritten."""

    autosave = "draft"

    @property
    def language(self) -> str:
        """The language that is edited: asked for, or the original."""
        asked = self.request.params.get(LANGUAGE) or self.request.GET.get("language")
        if asked and asked not in OFFERED:
            raise HTTPNotFound()
        return asked or self.context.original

    @property
    def title(self) -> Any:
        """What the page is called."""
        text = self.context.texts.get(self.language)
        return text.title if text is not None else self.context.title

    @property
    def is_translation(self) -> bool:
        """Say whether another language than the original is edited."""
        return bool(self.language != self.context.original)

    def _version(self) -> int:
        text = self.context.texts.get(self.language)
        return text.version if text is not None else 0

    def _is_overtaken(self) -> bool:
        begun = self.request.POST.get(BASED_ON, "")
        return begun.isdecimal() and int(begun) < self._version()

    def get_schema(self) -> colander.SchemaNode:
        """Return the fields of the type; of a translation, those that are said in a language."""
        item, schema = self.context, schema_of(self.context.kind)
        if self.is_translation:
            # Nodes are everybody's until the schema is copied.
            schema = schema.clone()
            only_said(schema)
            schema.add(hidden(SAID))
        add_file_nodes(schema, item.kind, new=False)
        schema.add(
            colander.SchemaNode(
                Text(200), name="note", title=_("What changed"), missing="", widget=TextWidget()
            )
        )
        if self._is_overtaken():
            said = _("Save mine all the same; theirs stays in the history")
            schema.add(
                colander.SchemaNode(
                    colander.Boolean(),
                    name=MINE,
                    title=said,
                    widget=CheckboxWidget(),
                    missing=False,
                )
            )
        schema.add(hidden(LANGUAGE))
        schema.add(hidden(BASED_ON))
        return schema

    def appstruct(self) -> dict[str, Any]:
        """Return what the item says now."""
        item, language = self.context, self.language
        hidden = {LANGUAGE: language, BASED_ON: str(self._version())}
        if not self.is_translation:
            return {**values_of(item, language), **hidden}
        values = to_translate(item, language, filled=self.request.GET.get("begin") == "original")
        return {**values, **hidden, SAID: str(item.texts[item.original].version)}

    def draft(self) -> dict[str, Any] | None:
        """Return what was typed and not saved."""
        found = draft_of(self.context, self.language, self.request.actor)
        return None if found is None else {**found.values, BASED_ON: str(found.based_on)}

    def page(self, form: Form) -> dict[str, Any]:
        """Return what the template shows: beside a translation what it translates."""
        item = self.context
        if not self.is_translation:
            return super().page(form)
        said = str(form[SAID].cstruct or "")
        seen = int(said) if said.isdecimal() and len(said) < MOST_DIGITS else 0
        put_beside(form, original_at(item, seen), item.original)
        return {**super().page(form), "since": self._since(seen)}

    def _since(self, seen: int) -> list[Change]:
        """Return what changed in the original since it was last translated."""
        item, text = self.context, self.context.texts.get(self.language)
        now = item.texts[item.original]
        then = text.translates if text is not None else seen
        kept = item.versions.get(then) if 0 < then < now.version else None
        return side_by_side(kept.text, now) if kept is not None else []

    def extra(self) -> dict[str, Any]:
        """Return who else is editing, what was typed before, what others saved meanwhile."""
        item, actor, language = self.context, self.request.actor, self.language
        held = lock_of(item, language, actor.now)
        if held is not None:
            for_once(self.request)
        overtaken = self._is_overtaken()
        newer = item.versions.get(self._version()) if overtaken else None
        begun = item.versions.get(int(self.request.POST.get(BASED_ON, "0"))) if overtaken else None
        return {
            "may_be_large": may_be_large(item.kind),
            "language": language,
            "language_name": name_of_language(language),
            "is_new": language not in item.texts,
            "is_translation": self.is_translation,
            "original_name": name_of_language(item.original),
            "since": [],
            "held": held if held is not None and held.person != actor.oid else None,
            "kept": draft_of(item, language, actor),
            "newer": newer,
            "changes": side_by_side(begun.text, newer.text) if begun and newer else [],
        }

    def save(self, values: dict[str, Any]) -> Response:
        """Save, unless somebody else did meanwhile and this was not said to count."""
        item, actor, language = self.context, self.request.actor, self.language
        if self._is_overtaken() and not values.get(MINE):
            name = item.versions[self._version()].who_name
            said = _("${name} saved this meanwhile. Look at both below.", mapping={"name": name})
            raise ValueRefusedError(said, MINE)
        put_files(item, language, values, actor)
        note, said = values.get("note", ""), 0
        if self.is_translation:
            values, said = self._translated(values)
        save_item(item, language, values, actor, note=note, translates=said)
        let_go(item, language, actor)
        self.request.tell(_("Saved."))
        query = {} if language == item.original else {"query": {"language": language}}
        return HTTPSeeOther(self.request.resource_path(item, **query))

    def _translated(self, values: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Return what a translation says, without rows that wait, and which version it says."""
        said = values[SAID]
        version = int(said) if said.isdecimal() and len(said) < MOST_DIGITS else 0
        original = original_at(self.context, version)
        rows = {name: values[name] for name in ROWS if name in values}
        if "questions" in rows:
            asked = original.more.get("questions", ())
            rows["questions"] = with_themes(rows["questions"], asked)
        return {**values, **{name: said_rows(found) for name, found in rows.items()}}, version


def keep(context: LibraryItem, request: Request) -> Response:
    """Keep what is typed; 409 when somebody else took the item over."""
    form = EditItem(context, request)
    typed = form.typed()
    begun = request.POST.get(BASED_ON, "")
    for name in (BASED_ON, SENT):
        typed.pop(name, None)
    based_on = int(begun) if begun.isdecimal() else 0
    held = keep_draft(context, form.language, typed, based_on, actor=request.actor)
    taken = held.person != request.actor.oid
    return Response(
        json_body={"held_by": held.name if taken else None}, status=409 if taken else 200
    )


def take_over(context: LibraryItem, request: Request) -> Response:
    """Take the lock of a language from who holds it."""
    language = EditItem(context, request).language
    take_lock(context, language, request.actor, over=True)
    request.tell(_("You are editing this now; who did before is told."))
    query = {"language": language}
    return HTTPSeeOther(request.resource_path(context, "edit", query=query))


def drop_draft(context: LibraryItem, request: Request) -> Response:
    """Forget what was typed and not saved."""
    language = EditItem(context, request).language
    let_go(context, language, request.actor)
    query = {"language": language}
    return HTTPSeeOther(request.resource_path(context, "edit", query=query))


def includeme(config: Configurator) -> None:
    """Register the pages."""
    shared = {"permission": Permission.PAGE_EDIT}
    edit = "cpms_portal.cms:templates/edit.pt"
    config.add_view(EditItem, context=LibraryItem, name="edit", renderer=edit, kept=True, **shared)
    post = {**shared, "context": LibraryItem, "request_method": "POST"}
    config.add_view(keep, name="draft", **post)
    config.add_view(take_over, name="take-over", **post)
    config.add_view(drop_draft, name="drop-draft", **post)
