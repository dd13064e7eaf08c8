"""Items of libraries from ``content/``.

A text changed on the site is left alone; a text that still is what was imported follows its file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import colander

from cpms_portal.cms.actions.files import put_captions, put_scales
from cpms_portal.cms.actions.libraries import add_network_libraries
from cpms_portal.cms.actions.writing import put_text
from cpms_portal.cms.exporter import EVERY_LANGUAGE, OIDS, PUBLISHED, file_of, libraries
from cpms_portal.cms.queries.links import by_identity, target_of
from cpms_portal.cms.resources import (
    HTML,
    MARKDOWN,
    ORIGINAL,
    FileVersion,
    LibraryItem,
    PageText,
)
from cpms_portal.cms.resources.files import FileItem, Picture, Video
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.cms.schemas.written import NEEDED, digest_of, keys_of, written
from cpms_portal.contentio.reading import check_keys, read_front_matter
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import Content, modified, oid_of, root_of
from cpms_portal.workflow.actions import begin, transition

#: What of a row is a body; in files it is Markdown unless the row says otherwise.
BODIES = {"text", "answer"}


@dataclass(frozen=True)
class Source:
    """A file: what its front matter says, its body, and the digest of its canonical form."""

    path: Path
    head: dict[str, Any]
    body: str
    digest: str


@dataclass
class Slug:
    """What belongs together: an item's files by language. name: its path within the library."""

    name: str
    held: Path
    sources: dict[str, Source] = field(default_factory=dict)

    @property
    def original(self) -> Source:
        """The file that says type, place and everything that is the same in every language."""
        language = next(iter(self.sources.values())).head.get("original", ORIGINAL)
        if language not in self.sources:
            raise ConfigurationRefusedError(f"library: {self.name}: the {language} text is missing")
        return self.sources[language]


def import_library(root: Any, folder: Path, actor: Actor) -> int:
    """Make what is missing of the libraries; return how many objects were made."""
    made = add_network_libraries(root, actor)
    changed: list[tuple[LibraryItem, Slug]] = []
    for name, library in libraries(root):
        for slug in slugs_in(folder / name):
            item, new = _item(library, slug, actor)
            made += new
            changed.append((item, slug))
    for item, slug in changed:
        _renew(item, slug, actor)
    return made


def slugs_in(folder: Path) -> list[Slug]:
    """Return what the files of a library hold, folders before what stands in them."""
    found: dict[str, Slug] = {}
    for path in sorted(folder.glob("*/**/*.md")):
        language, *parts = path.relative_to(folder).with_suffix("").parts
        if language == "files":
            continue
        name = "/".join(parts)
        slug = found.setdefault(name, Slug(name, folder / "files" / name))
        slug.sources[language] = _read(path, language)
    return sorted(found.values(), key=lambda slug: (slug.name.count("/"), slug.name))


def _read(path: Path, language: str) -> Source:
    head, body = read_front_matter(path)
    try:
        keys = keys_of(head.get("kind", "page"))
    except ValueError as error:
        raise ConfigurationRefusedError(f"{path}: unknown kind {error}") from error
    check_keys(path, head, NEEDED, keys)
    if head["language"] != language:
        raise ConfigurationRefusedError(f"{path}: language is not that of its folder")
    return Source(path, head, body, digest_of(written(head, body)))


def _item(library: Any, slug: Slug, actor: Actor) -> tuple[LibraryItem, int]:
    """Return the item of some files, made where it is missing, and how many were made."""
    *above, name = slug.name.split("/")
    place = library
    for part in above:
        if part not in place:
            raise ConfigurationRefusedError(f"{slug.name}: the folder {part} has no file")
        place = place[part]
    if name in place:
        return place[name], 0
    head = slug.original.head
    item = KINDS[head.get("kind", "page")].make(head["title"], actor.now)
    item.original = head["language"]
    place.add(name, item)
    begin(item, actor)
    return item, 1


def _renew(item: LibraryItem, slug: Slug, actor: Actor) -> None:
    """Let an item follow its files, as far as nobody changed it here."""
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
            node.name: _resolved(node.name, _whole(node, head[node.name]), root)
            for node in nodes
            if node.name in head
        },
    )


def _whole(node: colander.SchemaNode, value: Any) -> Any:
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
    return [_resolved("", one, root) for one in value] if isinstance(value, list) else value


def _enter_state(item: LibraryItem, wanted: str, actor: Actor) -> None:
    """Bring an item into the state its file names."""
    for step in _steps(item.state, wanted):
        transition(item, step, actor, reason="content")


def _steps(now: str, wanted: str) -> Iterator[str]:
    if now == wanted:
        return
    if wanted == "in_review":
        yield from ("retract", "submit") if now == PUBLISHED else ("submit",)
    elif wanted in (PUBLISHED, "retracted"):
        yield from ("publish",) if now != PUBLISHED else ()
        yield from ("retract",) if wanted == "retracted" else ()
