"""Write items: every save is a version, none is ever changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cpms_portal.cms.actions.references import (
    about_by_identity,
    links_by_identity,
    step_by_identity,
)
from cpms_portal.cms.queries.links import links_of
from cpms_portal.cms.queries.names import free_name, name_of
from cpms_portal.cms.queries.text import anchor_of, html_of
from cpms_portal.cms.resources import HTML, LibraryItem, Page, PageText, Version
from cpms_portal.cms.schemas.kinds import KINDS, belonging
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import modified
from cpms_portal.workflow.actions import begin

Values = Mapping[str, Any]
#: Between two neighbours, so that something can be put between them.
STEP = 16.0


def add_page(library: Any, slug: str, texts: Mapping[str, PageText], *, actor: Actor) -> Page:
    """Make a page with its texts by language; it is private until it is published."""
    page = Page(created=actor.now)
    seat(library, slug, page, actor)
    put_texts(page, texts, actor)
    return page


def add_item(place: Any, kind: str, values: Values, *, language: str, actor: Actor) -> LibraryItem:
    """Make an item of a type in a library or folder from what its form or file says.

    language: of the text; it becomes the original.
    """
    item = KINDS[kind].make(values["title"], actor.now)
    item.original = language
    seat(place, free_name(place, name_of(values["title"]), actor.registry), item, actor)
    save_item(item, language, values, actor)
    return item


def seat(place: Any, name: str, item: LibraryItem, actor: Actor) -> None:
    """Put a new item last in its place, private."""
    place.last_position = getattr(place, "last_position", 1000.0) + STEP
    item.position = place.last_position
    place.add(name, item)
    begin(item, actor)


def arrange_page(item: LibraryItem, *, order: float, tags: Iterable[str], actor: Actor) -> None:
    """Say where an item stands in its place and what it is about."""
    item.position = order
    item.tags = tuple(tags)
    modified(item, actor.registry)


def put_texts(item: LibraryItem, texts: Mapping[str, PageText], actor: Actor) -> None:
    """Write several languages, the original first, so that the others are translations of it."""
    for language in sorted(texts, key=lambda code: code != item.original):
        put_text(item, language, texts[language], actor)


def put_text(
    item: LibraryItem,
    language: str,
    text: PageText,
    actor: Actor,
    *,
    note: str = "",
    translates: int | None = None,
) -> Version:
    """Write what an item says in a language and keep it as its newest version.

    translates: the version of the original it says; None is the one there is.
    """
    item.version += 1
    text.version = item.version
    original = item.texts.get(item.original)
    if language != item.original and original is not None:
        text.translates = original.version if translates is None else translates
    item.write(language, text)
    item.changed = actor.now
    item.links = links_of(item)
    kept = Version(item.version, actor.now, language, text)
    kept.about, kept.note = dict(item.about), note
    kept.who, kept.who_name = actor.oid, actor.name
    item.versions[item.version] = kept
    modified(item, actor.registry)
    return kept


def save_item(
    item: LibraryItem,
    language: str,
    values: Values,
    actor: Actor,
    *,
    note: str = "",
    translates: int = 0,
) -> Version:
    """Save what the form or a file of an item says in a language.

    values: as the schema of its type gives them; ``syntax`` beside them for a body in Markdown.
    translates: the version of the original that was in sight, 0 for the one there is.
    """
    nodes = belonging(item.kind)
    given = {name: value for name, value in values.items() if name in nodes}
    about = {name: value for name, value in given.items() if nodes[name] == "about"}
    about = about_by_identity(item, about, actor)
    item.about = {**item.about, **{name: _plain(value) for name, value in about.items()}}
    item.tags = tuple(given.get("tags", item.tags))
    item.shown_from = given.get("shown_from", item.shown_from)
    item.shown_until = given.get("shown_until", item.shown_until)
    more = {name: value for name, value in given.items() if nodes[name] == "more"}
    if "steps" in more:
        more["steps"] = [step_by_identity(item, step, actor) for step in more["steps"]]
    text = _text(item, language, values, more, actor=actor)
    return put_text(item, language, text, actor, note=note, translates=translates or None)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _text(
    item: LibraryItem, language: str, values: Values, more: dict[str, Any], *, actor: Actor
) -> PageText:
    old = item.texts.get(language)
    source = _sources(item, old, actor)
    body, syntax = source(values.get("text", ""), values.get("syntax", HTML))
    if "steps" in more:
        more["steps"] = [_row(step, "text", source) for step in more["steps"]]
    if "questions" in more:
        more["questions"] = _anchored([_row(one, "answer", source) for one in more["questions"]])
    return PageText(
        values["title"],
        body,
        old.imported if old is not None else "",
        syntax=syntax,
        summary=values.get("summary", ""),
        more=more,
    )


def _sources(
    item: LibraryItem, old: PageText | None, actor: Actor
) -> Callable[[str, str], tuple[str, str]]:
    """Return a function that gives a body back as it was kept when only its HTML came back.

    So a text in Markdown stays the same file when something else of its page is changed.
    """
    kept: dict[str, tuple[str, str]] = {}
    if old is not None:
        rows = [(old.text, old.syntax)]
        rows += [(one["text"], one["syntax"]) for one in old.more.get("steps", ())]
        rows += [(one["answer"], one["syntax"]) for one in old.more.get("questions", ())]
        kept = {html_of(text, syntax): (text, syntax) for text, syntax in rows}

    def source(body: str, syntax: str) -> tuple[str, str]:
        if syntax != HTML:
            return body, syntax
        return kept.get(body) or (links_by_identity(item, body, actor), HTML)

    return source


def _row(row: Values, name: str, source: Callable[[str, str], tuple[str, str]]) -> dict[str, Any]:
    body, syntax = source(row.get(name, ""), row.get("syntax", HTML))
    return {**row, name: body, "syntax": syntax}


def _anchored(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every question an address within its page, which it keeps when its words change."""
    taken: set[str] = {"main", "site-search"}
    for one in questions:
        one["anchor"] = anchor_of(one.get("anchor") or one["question"], taken)
    return questions
