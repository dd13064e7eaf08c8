"""The content types of a library, by the name readers, files and addresses use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import colander

from cpms_portal.cms import resources
from cpms_portal.cms.schemas import items
from cpms_portal.core.i18n import _


@dataclass(frozen=True)
class Kind:
    """A content type. icon: of the sprite. several: its title in the plural."""

    name: str
    make: type[resources.LibraryItem]
    schema: type[colander.MappingSchema]
    title: Any
    several: Any
    icon: str

    @property
    def about(self) -> Any:
        """What it is good for, in a few words."""
        return _ABOUT[self.name]


_ABOUT = {
    "page": _("A text with headings, tables, pictures and links"),
    "guide": _("Something to do, step by step, each with its picture"),
    "faq": _("Questions with their answers, grouped by theme"),
    "video": _("A training video, uploaded or elsewhere, with chapters and transcript"),
    "download": _("A file to download, with its earlier versions"),
    "news": _("Something new; it can appear and go by itself"),
    "event": _("Something that takes place at a time"),
    "link": _("An address elsewhere"),
    "folder": _("Holds other items and lists them"),
    "collection": _("A list that fills itself: a saved query"),
    "flyer": _("A leaflet to print or hand on"),
    "contact": _("Who helps: a person or a team, and when"),
    "picture": _("An image to put into pages and guides"),
}
_ROWS: tuple[tuple[type[resources.LibraryItem], type, Any, Any, str], ...] = (
    (resources.Page, items.PageSchema, _("Page"), _("Pages"), "document"),
    (resources.Guide, items.GuideSchema, _("Guide"), _("Guides"), "book"),
    (
        resources.FAQ,
        items.FAQSchema,
        _("Questions and answers"),
        _("Questions and answers"),
        "help",
    ),
    (resources.Video, items.VideoSchema, _("Video"), _("Videos"), "video"),
    (
        resources.Download,
        items.DownloadSchema,
        _("Document"),
        _("Documents to download"),
        "download",
    ),
    (resources.News, items.NewsSchema, _("News"), _("News"), "flag"),
    (resources.Event, items.EventSchema, _("Event"), _("Events"), "calendar"),
    (resources.WebLink, items.WebLinkSchema, _("Link"), _("Links"), "link"),
    (resources.LibraryFolder, items.FolderSchema, _("Folder"), _("Folders"), "folder"),
    (resources.Collection, items.CollectionSchema, _("Collection"), _("Collections"), "filter"),
    (resources.Flyer, items.FlyerSchema, _("Flyer"), _("Flyers"), "print"),
    (resources.HelpdeskContact, items.ContactSchema, _("Contact"), _("Contacts"), "phone"),
    (resources.Picture, items.PictureSchema, _("Picture"), _("Pictures"), "image"),
)
KINDS: Mapping[str, Kind] = {row[0].kind: Kind(row[0].kind, *row) for row in _ROWS}


def kind_of(item: resources.LibraryItem) -> Kind:
    """Return the content type of an item."""
    return KINDS[item.kind]


@cache
def belonging(kind: str) -> Mapping[str, str]:
    """Return where what a field says is kept, by its name: text, about, item or more."""
    fields = schema_of(kind).children
    return {node.name: getattr(node, "belongs", "text") for node in fields}


def schema_of(kind: str) -> colander.SchemaNode:
    """Return the whole schema of a content type: its own fields, then tags and times."""
    schema = KINDS[kind].schema()
    for node in items.TimesSchema().children:
        schema.add(node)
    if kind == "collection":
        values = [(one.name, one.several) for one in KINDS.values() if one.name != "collection"]
        schema["kinds"].widget.values = values
    return schema
