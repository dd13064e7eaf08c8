"""Items of libraries from ``content/``.

A text changed on the site is left alone; a text that still is what was imported follows its file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import colander

from cpms_portal.cms.actions.files import put_captions, put_scales
from cpms_portal.cms.actions.libraries import add_network_libraries
from cpms_portal.cms.actions.writing import put_text
from cpms_portal.cms.exporter import EVERY_LANGUAGE, OIDS, PUBLISHED, file_of, libraries
from cpms_portal.cms.importer.moves import Moves
from cpms_portal.cms.importer.sources import Slug, Source, removed_in, slugs_in
from cpms_portal.cms.importer.texts_of_all import FOLDER, with_texts_of_all
from cpms_portal.cms.queries.links import by_identity, standing, target_of
from cpms_portal.cms.queries.removed import all_removed, was_removed
from cpms_portal.cms.resources import (
    HTML,
    MARKDOWN,
    FileVersion,
    Library,
    LibraryItem,
    PageText,
)
from cpms_portal.cms.resources.files import FileItem, Picture, Video
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.cms.schemas.written import digest_of
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import Content, modified, oid_of, root_of
from cpms_portal.networks.queries import network_of
from cpms_portal.workflow.actions import begin, transition

#: What of a row is a body; in files it is Markdown unless the row says otherwise.
BODIES = {"text", "answer"}


def import_library(root: Any, folder: Path, actor: Actor) -> int:
    """Make what is missing of the libraries; return how many objects were made."""
    made = add_network_libraries(root, actor)
    changed: list[tuple[LibraryItem, Slug]] = []
    moves = Moves(root, folder)
    of_all = slugs_in(folder / FOLDER)
    for name, library in libraries(root):
        _mark_removed(library, folder / name)
    removed = all_removed(root)
    for name, library in libraries(root):
        for slug in with_texts_of_all(slugs_in(folder / name), of_all, network_of(library)):
            gone = was_removed(removed, library, slug.name)
            if moves.leads_on(library, slug.name) or (
                gone and moves.standing(library, slug.name) is None
            ):
                continue
            item, new = _item(library, slug, moves, actor)
            made += new
            changed.append((item, slug))
    moves.take_over()
    for item, slug in changed:
        _renew(item, slug, actor)
    return made


def _mark_removed(library: Library, folder: Path) -> None:
    """Take over what the files say was removed elsewhere; what stands here stays.

    What they do not say any more was restored there, and may come again.
    """
    names, digest = removed_in(folder)
    if digest == library.removed_read:
        return
    own = library.removed - library.removed_taken
    taken = frozenset(name for name in names - own if standing(library, name) is None)
    library.removed, library.removed_taken = own | taken, taken
    library.removed_read = digest


def _item(library: Library, slug: Slug, moves: Moves, actor: Actor) -> tuple[LibraryItem, int]:
    """Return the item of some files, made where it is missing, and how many were made.

    What was moved, here or in the files, is followed.
    """
    found, made = moves.standing(library, slug.name), 0
    if found is None:
        found, made = _make(library, slug, moves, actor), 1
    here = (oid_of(library), slug.name)
    if here not in found.read_from:
        found.read_from |= {here}
    return found, made


def _make(library: Library, slug: Slug, moves: Moves, actor: Actor) -> LibraryItem:
    above, _slash, name = slug.name.rpartition("/")
    place = moves.standing(library, above) if above else library
    if place is None:
        raise ConfigurationRefusedError(f"{slug.name}: the folder {above} has no file")
    head = slug.original.head
    item = KINDS[head.get("kind", "page")].make(head["title"], actor.now)
    item.original = head["language"]
    place.add(name, item)
    begin(item, actor)
    return item


def _renew(item: LibraryItem, slug: Slug, actor: Actor) -> None:
    """Let an item follow its files, as far as nobody changed it here."""
    if item.of_all_networks != slug.of_all:
        item.of_all_networks = slug.of_all
    untouched = {code for code in slug.sources if _untouched(item, code)}
    wanted = {
        code
        for code in untouched
        if code not in item.texts or item.texts[code].read != slug.sources[code].digest
    }
    if not wanted:
        return
    if item.original in untouched:
        _arrange(item, slug, actor)
    for code in sorted(wanted, key=lambda code: code != item.original):
        put_text(item, code, _text(item, slug.sources[code]), actor)
    _enter_state(item, slug.original.head.get("state", PUBLISHED), actor)
    for code in untouched:
        # Position, tags and state stand in every file: what was read is what is there now.
        item.texts[code].imported = digest_of(file_of(item, code))
        item.texts[code].read = slug.sources[code].digest


def _untouched(item: LibraryItem, language: str) -> bool:
    kept = item.texts.get(language)
    return kept is None or digest_of(file_of(item, language)) == kept.imported


def _arrange(item: LibraryItem, slug: Slug, actor: Actor) -> None:
    """Put in place what is the same in every language."""
    head, root = slug.original.head, root_of(item)
    item.position, item.tags = head["order"], tuple(head["tags"])
    item.shown_from, item.shown_until = head.get("shown_from"), head.get("shown_until")
    nodes = [node for node in schema_of(item.kind).children if node.belongs == "about"]
    item.about = {
        node.name: _resolved(node.name, head[node.name], root)
        for node in nodes
        if node.name in head
    }
    if isinstance(item, FileItem):
        for code, named in head.get("files", {}).items():
            _hold(item, slug.held / code / named["name"], named, actor)
        for code in head.get("captions", ()):
            _subtitle(item, slug.held / code / f"captions-{code}.vtt", actor)
    modified(item, actor.registry)


def _hold(item: FileItem, path: Path, named: dict[str, str], actor: Actor) -> None:
    """Give an item a file, unless it has the same already."""
    if not path.is_file():
        raise ConfigurationRefusedError(f"{path}: missing")
    code = path.parent.name
    language = "" if code == EVERY_LANGUAGE else code
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    kept = item.files.get(language, ())
    if kept and kept[-1].digest == digest:
        return
    version = FileVersion(named["name"], named["type"], at=actor.now)
    with version.blob.open("w") as out:
        out.write(content)
    version.size, version.digest = len(content), digest
    item.add_file(language, version)
    if isinstance(item, Picture):
        put_scales(item, path.name, io.BytesIO(content), actor=actor)


def _subtitle(item: FileItem, path: Path, actor: Actor) -> None:
    """Give a video its captions, unless it has the same already."""
    if not path.is_file() or not isinstance(item, Video):
        raise ConfigurationRefusedError(f"{path}: missing, or not of a video")
    content, code = path.read_bytes(), path.parent.name
    kept = item.captions.get(code)
    if kept is None or kept.digest != hashlib.sha256(content).hexdigest():
        put_captions(item, code, io.BytesIO(content), actor)


def _text(item: LibraryItem, source: Source) -> PageText:
    head, root = source.head, root_of(item)
    syntax = head.get("syntax", MARKDOWN)
    nodes = [node for node in schema_of(item.kind).children if node.belongs == "more"]
    return PageText(
        head["title"],
        by_identity(root, source.body) if syntax == HTML else source.body,
        syntax=syntax,
        summary=head.get("summary", ""),
        more={
            node.name: _resolved(node.name, whole(node, head[node.name]), root)
            for node in nodes
            if node.name in head
        },
    )


def whole(node: colander.SchemaNode, value: Any) -> Any:
    """Return rows with what files leave out: the usual values of the schema."""
    if not isinstance(node.typ, colander.Sequence):
        return value
    usual = {
        child.name: child.missing
        for child in node.children[0]
        if child.missing is not colander.required
    }
    return [{**usual, **row} for row in value]


def _resolved(key: str, value: Any, root: Any) -> Any:
    """Return a value with oids in place of paths."""
    if key in OIDS and isinstance(value, str):
        found = target_of(root, value)
        return oid_of(found) if isinstance(found, Content) else None
    if isinstance(value, dict):
        row = {name: _resolved(name, one, root) for name, one in value.items()}
        for name in BODIES & set(row):
            row.setdefault("syntax", MARKDOWN)
            if row["syntax"] == HTML:
                row[name] = by_identity(root, row[name])
        return row
    if isinstance(value, list):
        rows = [_resolved(key if key in OIDS else "", one, root) for one in value]
        return [one for one in rows if one is not None]
    return value


def _enter_state(item: LibraryItem, wanted: str, actor: Actor) -> None:
    """Bring an item into the state its file names."""
    for step in steps_to(item.state, wanted):
        transition(item, step, actor, reason="content")


def steps_to(now: str, wanted: str) -> Iterator[str]:
    """Yield the steps that lead from one state to another."""
    if now == wanted:
        return
    if wanted == "in_review":
        yield from ("retract", "submit") if now == PUBLISHED else ("submit",)
    elif wanted in (PUBLISHED, "retracted"):
        yield from ("publish",) if now != PUBLISHED else ()
        yield from ("retract",) if wanted == "retracted" else ()
