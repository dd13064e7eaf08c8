"""What forms of items share: files, and what is sent along unseen."""

from __future__ import annotations

from typing import Any

import colander

from cpms_portal.cms.actions.files import put_captions, put_file, put_sent
from cpms_portal.cms.resources import LibraryItem, Picture, Video
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.core.errors import UploadRefusedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Files, Text
from cpms_portal.forms.widgets import FileWidget, HiddenWidget

#: The upload that was sent in pieces before the form, in place of a file in the form.
SENT = "sent"
PICTURE_FILES = ".png,.jpg,.jpeg,.gif,.webp"
VIDEO_FILES = ".mp4,.webm"
DOCUMENT_FILES = ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.txt,.csv"


def hidden(name: str, most: int = 12) -> colander.SchemaNode:
    """Return a node of something short that is sent along. most: letters it may have."""
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
        schema.add(hidden(SENT, 64))
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
