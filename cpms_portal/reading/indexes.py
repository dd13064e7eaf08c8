"""How the items of a library read, for search by their text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.config import Configurator

from cpms_portal.cms.queries.consent_forms import words_of_form
from cpms_portal.cms.queries.text import words_in
from cpms_portal.cms.resources import FAQ, ConsentForm, LibraryItem, PageText, Picture, Trash
from cpms_portal.cms.resources.files import FileItem
from cpms_portal.core.resources import find_above, oid_of
from cpms_portal.networks.queries import network_of
from cpms_portal.search.fulltext.registration import FileText, Passage, Reading
from cpms_portal.security.acl import principals_allowed
from cpms_portal.security.permissions import Permission


def read_item(item: LibraryItem) -> Reading | None:
    """Return how an item reads; nothing of what is in the trash, and of pictures.

    Before and after its time it is found by those who may edit it.
    """
    if isinstance(item, Picture) or find_above(item, Trash) is not None:
        return None
    network = network_of(item)
    timed = item.shown_from is not None or item.shown_until is not None
    passages = [one for code in item.texts for one in passages_of(item, code)]
    return Reading(
        item.kind,
        tuple(passages),
        network=0 if network is None else oid_of(network),
        tags=item.tags,
        since=item.shown_from,
        until=item.shown_until,
        insiders=tuple(principals_allowed(item, Permission.PAGE_EDIT)) if timed else (),
        changed=item.changed or item.created,
    )


def passages_of(item: LibraryItem, language: str) -> Iterator[Passage]:
    """Yield what can be found of an item in a language: each question by itself."""
    text = item.texts[language]
    yield Passage(language, text.title, " ".join(_pieces(item, text)), file=_file(item, language))
    for one in text.more.get("questions", ()):
        answer = words_in(one["answer"], one["syntax"])
        yield Passage(language, one["question"], answer, one["anchor"])


def _pieces(item: LibraryItem, text: PageText) -> Iterator[str]:
    """Yield what the page of an item says, in the order it says it."""
    yield text.summary
    yield words_in(text.text, text.syntax)
    for step in text.more.get("steps", ()):
        yield f"{step['title']} {words_in(step['text'], step['syntax'])}"
    if isinstance(item, FAQ):
        yield from dict.fromkeys(one["theme"] for one in text.more.get("questions", ()))
    for name in ("transcript", "people", "disease_group", "hours"):
        yield str(text.more.get(name) or "")


def _file(item: Any, language: str) -> FileText | None:
    """Return the file a reader of a language gets, once: that of all languages in the original."""
    if not isinstance(item, FileItem):
        return None
    own = language in item.files or language == item.original
    found = item.file_for(language) if own else None
    return None if found is None else FileText(found.digest, found.media_type, found.open)


def read_consent_form(form: ConsentForm) -> Reading:
    """Return how a model consent form reads in its language."""
    words = words_of_form(form)
    said = [*words.head.values()]
    for part in words.parts:
        said += [part.title, part.text, *(label for _name, label in part.lines)]
        said += [f"{choice.title} {choice.text}" for choice in part.choices]
    passage = Passage(form.language, words.head["title"], " ".join([*said, *words.foot]))
    return Reading(
        "consent_form", (passage,), changed=form.created, permission=Permission.LIBRARY_VIEW
    )


def includeme(config: Configurator) -> None:
    """Let items and the model consent forms be found by their text."""
    config.add_fulltext(LibraryItem, read_item)
    config.add_fulltext(ConsentForm, read_consent_form)
