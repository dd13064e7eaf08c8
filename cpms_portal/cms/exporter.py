"""Libraries and consent forms as files in the shape of ``content/``.

Links by identity become paths, as they stand in files; the newest file of each language is
written, earlier versions stay in the portal. The trash and working copies stay as well; what of
the files was removed is named in ``removed.yaml``, and ``moved.yaml`` says where old addresses
lead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from cpms_portal.cms.actions.consent_forms import FORMS
from cpms_portal.cms.queries.links import addresses_that_lead_on, paths_for_files
from cpms_portal.cms.queries.names import path_in_library
from cpms_portal.cms.queries.removed import all_removed
from cpms_portal.cms.resources import HTML, MARKDOWN, Library, LibraryItem
from cpms_portal.cms.resources.files import FileItem, FileVersion, Video
from cpms_portal.cms.schemas.written import (
    MOVED,
    REMOVED,
    digest_of,
    written,
    written_moved,
    written_removed,
)
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import Content, oid_of, path_of
from cpms_portal.networks.queries import networks_of

PUBLISHED, PRIVATE = "published", "private"
#: Fields that hold the oid of something else; files hold its path.
OIDS = frozenset({"picture", "within", "related"})
#: The part of a path for a file of every language.
EVERY_LANGUAGE = "all"


def export_libraries(root: Any, actor: Actor) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every file of the libraries, and of the consent forms."""
    removed = all_removed(root)
    for folder, library in libraries(root):
        names = {name for oid, name in removed if oid == oid_of(library)}
        if names or library.removed_read:
            yield f"{folder}/{REMOVED}", written_removed(names).encode()
        for item in items_for_files(library):
            yield from files_of(folder, item)
    if moved := addresses_that_lead_on(root):
        yield f"library/{MOVED}", written_moved(moved).encode()
    forms = root["library"].get(FORMS)
    if forms is not None and forms.source:
        yield "consent_forms/structure.yaml", forms.source.encode()
        for form in forms.forms():
            yield f"consent_forms/{form.language}.yaml", form.source.encode()


def libraries(root: Any) -> Iterator[tuple[str, Library]]:
    """Yield the libraries with the folder each has among the files."""
    yield "library", root["library"]
    for network in networks_of(root):
        if "library" in network:
            yield f"networks/{network.__name__}/library", network["library"]


def remember_files(root: Any, actor: Actor) -> None:
    """Let every item remember the files it was written to, as it does those it was read from."""
    for _folder, library in libraries(root):
        remember_files_of(library)


def remember_files_of(library: Library) -> None:
    """Let the items of a library remember the files they were written to."""
    for item in items_for_files(library):
        here = (oid_of(library), slug_of(item))
        if here not in item.read_from:
            item.read_from |= {here}


def items_for_files(library: Library) -> Iterator[LibraryItem]:
    """Yield the items of a library that have files of their own."""
    for item in items_below(library):
        if not is_as_all_networks(item) or (oid_of(library), slug_of(item)) not in item.read_from:
            yield item


def items_below(place: Any) -> Iterator[LibraryItem]:
    """Yield the items of a library or folder and below: a folder before what stands in it."""
    for child in place.values():
        if isinstance(child, LibraryItem) and child.copy_of is None:
            yield child
            if hasattr(child, "values"):
                yield from items_below(child)


def is_as_all_networks(item: LibraryItem) -> bool:
    """Say whether an item still says, in every language, what all networks say: no own file."""
    return item.of_all_networks and all(
        text.imported == digest_of(file_of(item, code)) for code, text in item.texts.items()
    )


def files_of(folder: str, item: LibraryItem) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an item: one for each language, and those it holds."""
    for language in sorted(item.texts):
        yield f"{folder}/{language}/{slug_of(item)}.md", file_of(item, language).encode()
    if isinstance(item, FileItem):
        for language, versions in sorted(item.files.items()):
            if versions:
                with versions[-1].open() as source:
                    yield f"{folder}/{held_path(item, language, versions[-1])}", source.read()
    for language, version in captions_of(item):
        with version.open() as source:
            yield f"{folder}/{held_path(item, language, version)}", source.read()


def captions_of(item: LibraryItem) -> list[tuple[str, FileVersion]]:
    """Return the captions of a video by language; nothing for all other types."""
    return sorted(item.captions.items()) if isinstance(item, Video) else []


def slug_of(item: LibraryItem) -> str:
    """Return the path of an item within its library."""
    return "/".join(path_in_library(item))


def held_path(item: LibraryItem, language: str, version: FileVersion) -> str:
    """Return where the file an item holds stands among the files of its library."""
    return f"files/{slug_of(item)}/{language or EVERY_LANGUAGE}/{PurePosixPath(version.name).name}"


def file_of(item: LibraryItem, language: str) -> str:
    """Return the file of an item in one language, in its canonical form."""
    text = item.texts[language]
    head: dict[str, Any] = {
        **item.about,
        **text.more,
        "title": text.title,
        "order": item.position,
        "tags": item.tags,
        "language": language,
        "summary": text.summary,
        "shown_from": item.shown_from,
        "shown_until": item.shown_until,
        "kind": "" if item.kind == "page" else item.kind,
        "original": "" if item.original == "en" else item.original,
        "state": "" if item.state == PUBLISHED else item.state,
        "syntax": HTML if text.syntax == HTML else "",
    }
    if isinstance(item, FileItem):
        head["files"] = {
            code or EVERY_LANGUAGE: {"name": one[-1].name, "type": one[-1].media_type}
            for code, one in sorted(item.files.items())
            if one
        }
        head["captions"] = [code for code, _version in captions_of(item)]
    head = {key: _with_paths(key, value, item) for key, value in head.items()}
    return written(head, paths_for_files(item, text.text))


def _with_paths(key: str, value: Any, item: Content) -> Any:
    """Return a value with paths in place of oids, and links as files have them."""
    if key in OIDS and isinstance(value, int):
        path = path_of(item, value)
        return "" if path is None else "/".join(path)
    if isinstance(value, str):
        return paths_for_files(item, value)
    if isinstance(value, dict):
        row = {name: _with_paths(name, one, item) for name, one in value.items()}
        usual = {"syntax": MARKDOWN}
        return {name: one for name, one in row.items() if one not in (None, "", usual.get(name))}
    if isinstance(value, (list, tuple)):
        rows = [_with_paths(key if key in OIDS else "", one, item) for one in value]
        return [one for one in rows if one != ""] if key in OIDS else rows
    return value
