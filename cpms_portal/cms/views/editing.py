"""Edit an item: its form in one language, drafts while typing, who else is at it."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.actions.drafts import keep_draft, let_go, take_lock
from cpms_portal.cms.actions.files import put_captions, put_file, put_sent
from cpms_portal.cms.actions.writing import add_item, save_item
from cpms_portal.cms.queries.drafts import draft_of, lock_of
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.queries.versions import side_by_side
from cpms_portal.cms.resources import Library, LibraryFolder, LibraryItem, Picture, Video
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.cms.views.languages import OFFERED, name_of_language
from cpms_portal.cms.views.words import for_once
from cpms_portal.core.errors import UploadRefusedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Files, Text
from cpms_portal.forms.views import FormView
from cpms_portal.forms.widgets import CheckboxWidget, FileWidget, HiddenWidget, TextWidget
from cpms_portal.security.permissions import Permission

LANGUAGE, BASED_ON, MINE = "in_language", "based_on", "mine"
#: The upload that was sent in pieces before the form, in place of a file in the form.
SENT = "sent"
PICTURE_FILES = ".png,.jpg,.jpeg,.gif,.webp"
VIDEO_FILES = ".mp4,.webm"
DOCUMENT_FILES = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.txt,.csv"


def _hidden(name: str, most: int = 12) -> colander.SchemaNode:
    return colander.SchemaNode(Text(most), name=name, widget=HiddenWidget(), missing="")


def _file(name: str, title: Any, accept: str, *, needed: bool) -> colander.SchemaNode:
    missing = colander.required if needed else None
    widget = FileWidget(accept=accept)
    return colander.SchemaNode(Files(), name=name, title=title, widget=widget, missing=missing)


def add_file_nodes(schema: colander.SchemaNode, kind: str, *, new: bool) -> None:
    """Let a form take the file of a type that has one, after its title and summary."""
    made = KINDS[kind].make
    if not issubclass(made, FileItem):
        return
    accept = {"picture": PICTURE_FILES, "video": VIDEO_FILES}.get(kind, DOCUMENT_FILES)
    title = _("File") if new else _("Newer version of the file")
    needed = new and made is Picture
    schema.add_before("summary", _file("files", title, accept, needed=needed))
    if may_be_large(kind):
        schema.add(_hidden(SENT, 64))
    if made is Video:
        captions = _file("captions", _("Captions (WebVTT)"), ".vtt", needed=False)
        schema.add_before("chapters", captions)


def may_be_large(kind: str) -> bool:
    """Say whether the file of a type may be sent before its form, in pieces."""
    made = KINDS[kind].make
    return issubclass(made, FileItem) and made is not Picture


def put_files(item: LibraryItem, language: str, values: dict[str, Any], actor: Any) -> None:
    """Take the files of a form, or what was sent before it; a refusal is said at the field."""
    own = "" if language == item.original else language
    if values.get(SENT) and isinstance(item, FileItem):
        try:
            put_sent(item, own, values[SENT], actor=actor)
        except UploadRefusedError as error:
            raise ValueRefusedError(error.message, "files") from error
    for name in ("files", "captions"):
        sent = values.get(name)
        if sent is None:
            continue
        try:
            if name == "captions" and isinstance(item, Video):
                put_captions(item, language, sent.file, actor)
            elif isinstance(item, FileItem):
                put_file(item, own, sent.filename, sent.file, actor=actor)
        except UploadRefusedError as error:
            raise ValueRefusedError(error.message, name) from error


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

    def _version(self) -> int:
        text = self.context.texts.get(self.language)
        return text.version if text is not None else 0

    def _is_overtaken(self) -> bool:
        begun = self.request.POST.get(BASED_ON, "")
        return begun.isdecimal() and int(begun) < self._version()

    def get_schema(self) -> colander.SchemaNode:
        """Return the fields of the type; of a translation, those that are said in a language."""
        item, schema = self.context, schema_of(self.context.kind)
        if self.language != item.original:
            for node in list(schema.children):
                if getattr(node, "belongs", "text") in ("about", "item"):
                    del schema[node.name]
            schema.validator = None
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
        schema.add(_hidden(LANGUAGE))
        schema.add(_hidden(BASED_ON))
        return schema

    def appstruct(self) -> dict[str, Any]:
        """Return what the item says now."""
        values = values_of(self.context, self.language)
        return {**values, LANGUAGE: self.language, BASED_ON: str(self._version())}

    def draft(self) -> dict[str, Any] | None:
        """Return what was typed and not saved."""
        found = draft_of(self.context, self.language, self.request.actor)
        return None if found is None else {**found.values, BASED_ON: str(found.based_on)}

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
            "original_name": name_of_language(item.original),
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
        save_item(item, language, values, actor, note=values.get("note", ""))
        let_go(item, language, actor)
        self.request.tell(_("Saved."))
        query = {} if language == item.original else {"query": {"language": language}}
        return HTTPSeeOther(self.request.resource_path(item, **query))


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


class AddItem(FormView):
    """The form of a new item of the type asked for."""

    @property
    def kind(self) -> str:
        """The type asked for."""
        asked = self.request.GET.get("kind", "")
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
        schema.add(_hidden(LANGUAGE))
        return schema

    def extra(self) -> dict[str, Any]:
        """Return whether its file may be sent before the form."""
        return {"may_be_large": may_be_large(self.kind)}

    def appstruct(self) -> dict[str, Any]:
        """Return the language it is written in first: that of the interface."""
        return {LANGUAGE: self.request.GET.get("language") or "en"}

    def save(self, values: dict[str, Any]) -> Response:
        """Make the item; it is private."""
        language = values[LANGUAGE] if values[LANGUAGE] in OFFERED else "en"
        actor = self.request.actor
        item = add_item(self.context, self.kind, values, language=language, actor=actor)
        put_files(item, language, values, actor)
        self.request.tell(_("Added. Only those who work on the library see it yet."))
        return HTTPSeeOther(self.request.resource_path(item))


def kinds_page(context: Any, request: Request) -> dict[str, Any]:
    """Show the content types that can be added."""
    return {"title": _("Add"), "kinds": list(KINDS.values())}


def includeme(config: Configurator) -> None:
    """Register the pages."""
    shared = {"permission": Permission.PAGE_EDIT}
    edit = "cpms_portal.cms:templates/edit.pt"
    config.add_view(EditItem, context=LibraryItem, name="edit", renderer=edit, kept=True, **shared)
    post = {**shared, "context": LibraryItem, "request_method": "POST"}
    config.add_view(keep, name="draft", **post)
    config.add_view(take_over, name="take-over", **post)
    config.add_view(drop_draft, name="drop-draft", **post)
    for place in (Library, LibraryFolder):
        config.add_view(
            AddItem,
            context=place,
            name="add",
            request_param="kind",
            renderer="cpms_portal.cms:templates/add_item.pt",
            **shared,
        )
        config.add_view(
            kinds_page,
            context=place,
            name="add",
            request_method="GET",
            renderer="cpms_portal.cms:templates/add.pt",
            **shared,
        )
