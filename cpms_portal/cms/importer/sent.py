"""Files of a library that were sent back: what each would change, and taking those chosen.

Unlike the files of the repository these come from a person: each is held against the schema of its
type and the rights of who sent it, and the files items hold are looked at like any upload.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cpms_portal.cms.actions.archives import folder_of, packed_in
from cpms_portal.cms.actions.files import put_captions, put_file
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.exporter import EVERY_LANGUAGE, PUBLISHED, file_of
from cpms_portal.cms.importer.library import steps_to
from cpms_portal.cms.importer.sources import Slug, Source, slugs_in
from cpms_portal.cms.importer.values import order_in, values_in
from cpms_portal.cms.queries.links import standing
from cpms_portal.cms.queries.names import is_name, is_view
from cpms_portal.cms.queries.versions import Change, compared, lines_of_body
from cpms_portal.cms.resources import (
    HTML,
    MARKDOWN,
    ORIGINAL,
    Library,
    LibraryFolder,
    LibraryItem,
    Video,
)
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.cms.schemas.kinds import KINDS
from cpms_portal.cms.schemas.written import digest_of, written
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError, UploadRefusedError, ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import find_above, modified
from cpms_portal.security.permissions import Permission
from cpms_portal.workflow.actions import begin, transition
from cpms_portal.workflow.queries import blocked_by

#: What reading something else than a file of a library ends in.
NO_FILE = (ValueError, TypeError, AttributeError, KeyError, RecursionError)
NEW, CHANGED, BOTH, REFUSED = "new", "changed", "both", "refused"


@dataclass(frozen=True)
class Sent:
    """A file that says something else than the library does.

    change: new, changed, both (here and in the file since it was packed) or refused. said: why it
    is refused; at: the key it is about. state: that of its item afterwards, "" where it stays.
    lines: how the file of the item would change.
    """

    slug: Slug
    source: Source
    path: str
    change: str
    said: Any = ""
    at: str = ""
    state: str = ""
    lines: tuple[Change, ...] = ()


def sent_in(folder: Path, library: Library, actor: Actor) -> list[Sent]:
    """Return what the files in a folder would change in a library; what is the same is left out.

    Raises UploadRefusedError when they cannot be read as files of a library.
    """
    try:
        slugs = slugs_in(folder / folder_of(library))
        coming = {slug.name: original for slug in slugs if (original := original_of(slug))}
    except (ConfigurationRefusedError, OSError, *NO_FILE) as error:
        said = _("These files cannot be read: ${why}", mapping={"why": _short(error, folder)})
        raise UploadRefusedError(said) from error
    packed = packed_in(folder)
    found: list[Sent] = []
    for slug in slugs:
        for source in sorted(slug.sources.values(), key=lambda one: one is not original_of(slug)):
            one = _judged(library, Sent(slug, source, "", NEW), packed, coming, actor=actor)
            found += [one] if one is not None else []
    return found


def original_of(slug: Slug) -> Source | None:
    """Return the file of the original where it was sent; a translation may come alone."""
    first = next(iter(slug.sources.values()))
    return slug.sources.get(first.head.get("original", ORIGINAL))


def _short(error: Exception, folder: Path) -> str:
    return str(error).replace(f"{folder}/", "")[:300]


def _judged(
    library: Library, sent: Sent, packed: dict[str, Any], coming: dict[str, Source], *, actor: Actor
) -> Sent | None:
    """Return what a file would change, or None when it says what the library says."""
    slug, source = sent.slug, sent.source
    item, language = standing_in(library, slug.name), source.head["language"]
    path = f"{folder_of(library)}/{language}/{slug.name}.md"
    text = written(source.head, source.body)
    here = file_of(item, language) if item is not None and language in item.texts else ""
    base, there = packed.get(path), digest_of(text)
    newer = source is original_of(slug) and _brings_files(item, slug)
    if not newer and (text == here or there == base):
        return None
    since = bool(here) and base is not None and digest_of(here) != base
    lines = tuple(compared(_lines(here), _lines(text)))
    change = BOTH if since else CHANGED if here else NEW
    judged = replace(sent, path=path, lines=lines, change=change)
    try:
        _check(library, item, judged, coming, actor=actor)
        return replace(judged, state=_state_after(item or library, item, judged, actor))
    except ValueRefusedError as error:
        return replace(judged, change=REFUSED, said=error.message, at=error.field or "")


def standing_in(library: Library, name: str) -> LibraryItem | None:
    """Return what stands at a path within a library, or was moved from there within it."""
    found = standing(library, name)
    return found if found is not None and find_above(found, Library) is library else None


def _lines(text: str) -> list[str]:
    """Return the lines of a file: those of its front matter, and the words of its body."""
    head, _mark, body = text.partition("\n---\n")
    syntax = HTML if "\nsyntax: html" in head else MARKDOWN
    lines = [*head.splitlines()[1:], *lines_of_body(body, syntax)]
    return [line for line in lines if line]


def _brings_files(item: LibraryItem | None, slug: Slug) -> bool:
    """Say whether files come with it that the item does not hold as they are."""
    return any(True for _path, _code, _kind in _files_brought(item, slug))


def _files_brought(item: LibraryItem | None, slug: Slug) -> Iterator[tuple[Path, str, str]]:
    """Yield path, language and kind (file or captions) of what an item would hold anew."""
    original = original_of(slug)
    head = original.head if original is not None else {}
    named = head.get("files") or {}
    for code, one in named.items() if isinstance(named, dict) else ():
        name = str(one.get("name", "")) if isinstance(one, dict) else ""
        path = slug.held / str(code) / (Path(name).name or "file")
        language = "" if code == EVERY_LANGUAGE else str(code)
        versions = item.files.get(language, ()) if isinstance(item, FileItem) else ()
        if path.is_file() and not (versions and versions[-1].digest == _digest(path)):
            yield path, language, "file"
    codes = head.get("captions") or ()
    for code in codes if isinstance(codes, list) else ():
        path = slug.held / str(code) / f"captions-{code}.vtt"
        kept = item.captions.get(str(code)) if isinstance(item, Video) else None
        if path.is_file() and (kept is None or kept.digest != _digest(path)):
            yield path, str(code), "captions"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check(
    library: Library,
    item: LibraryItem | None,
    sent: Sent,
    coming: dict[str, Source],
    *,
    actor: Actor,
) -> None:
    """Refuse what cannot be taken."""
    slug, source = sent.slug, sent.source
    original = source is original_of(slug)
    kind = source.head.get("kind", "page")
    if item is not None and item.kind != kind:
        raise ValueRefusedError(_("What stands here is of another type."))
    if item is None and slug.name not in coming:
        raise ValueRefusedError(_("It is a translation of something that is not there."))
    if item is None:
        _check_place(library, slug, coming, actor)
    elif not actor.may(Permission.PAGE_EDIT, item):
        raise ValueRefusedError(_("Your role does not allow changing this."))
    if item is not None and original and item.original != source.head["language"]:
        raise ValueRefusedError(_("What stands here was first written in another language."))
    order_in(source)
    values_in(source, original=original)


def _check_place(library: Library, slug: Slug, coming: dict[str, Source], actor: Actor) -> None:
    """Refuse something new where nothing can stand, or where the actor may add nothing."""
    above, _slash, name = slug.name.rpartition("/")
    place = standing_in(library, above) if above else library
    if place is None and above in coming and coming[above].head.get("kind") == "folder":
        place = library
    if not isinstance(place, (Library, LibraryFolder)):
        raise ValueRefusedError(_("The folder it stands in is not there."))
    if not is_name(name) or is_view(actor.registry, place, name) or name in place:
        raise ValueRefusedError(_("Nothing can have this name here."))
    if not actor.may(Permission.PAGE_EDIT, place):
        raise ValueRefusedError(_("Your role does not allow adding to this folder."))


def _state_after(place: Any, item: LibraryItem | None, sent: Sent, actor: Actor) -> str:
    """Return the state of the item afterwards; "" where it stays as it is."""
    if sent.source is not original_of(sent.slug):
        return ""
    state = before = item.state if item is not None else "private"
    moves = actor.registry.cpms_workflows["Page"].transitions
    for step in steps_to(state, wanted_state(sent.source)):
        if not actor.may(moves[step].permission or "", place):
            break
        state = moves[step].target
    return state if state != before or item is None else ""


def wanted_state(source: Source) -> str:
    """Return the state a file names."""
    return str(source.head.get("state", PUBLISHED))


def take_sent(folder: Path, library: Library, chosen: frozenset[str], actor: Actor) -> int:
    """Take the files that were chosen, as new versions by the actor; return how many.

    Raises ValueRefusedError or UploadRefusedError, naming the file, when one cannot be taken.
    """
    wanted = [
        one for one in sent_in(folder, library, actor)
        if one.path in chosen and one.change != REFUSED
    ]  # fmt: skip
    for sent in wanted:
        if standing_in(library, sent.slug.name) is None:
            _make(library, sent, actor)
    for sent in wanted:
        try:
            _take(library, sent, actor)
        except (ValueRefusedError, UploadRefusedError) as error:
            said = _("${file} cannot be taken.", mapping={"file": sent.path})
            raise ValueRefusedError(said) from error
    announce(actor.registry, Changed(library, actor, "take_files"))
    return len(wanted)


def _make(library: Library, sent: Sent, actor: Actor) -> None:
    """Make the item of a file, private; what it says comes when all of them are there."""
    if sent.source is not original_of(sent.slug):
        said = _("${file} is a translation of something that is not there.")
        raise ValueRefusedError(_(said, mapping={"file": sent.path}))
    above, _slash, name = sent.slug.name.rpartition("/")
    place = standing_in(library, above) if above else library
    if not isinstance(place, (Library, LibraryFolder)):
        said = _("The folder of ${file} is not there.", mapping={"file": sent.path})
        raise ValueRefusedError(said)
    head = sent.source.head
    item = KINDS[head.get("kind", "page")].make(str(head["title"]), actor.now)
    item.original = head["language"]
    place.add(name, item)
    begin(item, actor)


def _take(library: Library, sent: Sent, actor: Actor) -> None:
    item, source = standing_in(library, sent.slug.name), sent.source
    if item is None:
        return
    original = source is original_of(sent.slug)
    note = str(_("From a file."))
    save_item(item, source.head["language"], values_in(source, original=original), actor, note=note)
    if not original:
        return
    item.position = order_in(source)
    for path, language, kind in list(_files_brought(item, sent.slug)):
        with path.open("rb") as stream:
            if kind == "captions":
                put_captions(item, language, stream, actor)
            else:
                put_file(item, language, path.name, stream, actor=actor)
    modified(item, actor.registry)
    _enter(item, wanted_state(source), actor)


def _enter(item: LibraryItem, wanted: str, actor: Actor) -> None:
    """Bring an item towards the state its file names, as far as the actor may."""
    moves = actor.registry.cpms_workflows["Page"].transitions
    for step in steps_to(item.state, wanted):
        move = moves[step]
        if not actor.may(move.permission or "", item) or blocked_by(item, move, actor) is not None:
            return
        transition(item, step, actor, reason=str(_("From a file.")))
