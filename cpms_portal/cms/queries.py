"""Questions about libraries: which pages, what they say, how their text reads as a page."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from textwrap import shorten
from typing import Any

import nh3
from chameleon.utils import Markup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cpms_portal.cms.resources import ConsentForm, ConsentForms, Library, Page
from cpms_portal.core.actor import Actor
from cpms_portal.search.queries import Found, find

#: A library listing shows so many pages at a time.
LISTED = 200
#: The beginning of a page in a listing, in characters.
OPENING = 180
MARKS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code"),
    *("em", "strong", "a", "br", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, **{name: {"id"} for name in ("h2", "h3", "h4")}}
SCHEMES = {"https", "http", "mailto"}


@dataclass(frozen=True)
class Heading:
    """A heading of a page that can be linked to. level: 2 or 3."""

    anchor: str
    title: str
    level: int


@dataclass(frozen=True)
class Rendered:
    """A text as a page shows it, its headings, and how it begins."""

    html: Markup
    headings: tuple[Heading, ...]
    opening: str


def _anchor(title: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", title.lower())
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    base = re.sub(r"[^\w]+", "-", letters).strip("-") or "part"
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


def _headings(tokens: list[Token]) -> Iterator[Heading]:
    """Yield the headings, giving each token its anchor."""
    taken: set[str] = {"main", "site-search"}
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.tag in {"h2", "h3", "h4"}:
            children = inline.children or []
            title = "".join(one.content for one in children if one.type in {"text", "code_inline"})
            anchor = _anchor(title, taken)
            token.attrSet("id", anchor)
            yield Heading(anchor, title, int(token.tag[1]))


@lru_cache(maxsize=512)
def rendered(text: str) -> Rendered:
    """Return CommonMark as clean HTML; whatever is not plain text layout is dropped."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    headings = tuple(_headings(tokens))
    html = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        html,
        tags=MARKS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    return Rendered(Markup(clean), headings, _opening(tokens))


def _opening(tokens: list[Token]) -> str:
    """Return the first sentences of the first paragraph, as plain text."""
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "paragraph_open":
            children = inline.children or []
            text = "".join(
                " " if one.type.endswith("break") else one.content
                for one in children
                if one.type in {"text", "code_inline", "softbreak", "hardbreak"}
            )
            return shorten(text, OPENING, placeholder="…")
    return ""


def pages_of(library: Library, actor: Actor) -> Found:
    """Return the pages of a library that the actor may view, in the order of the editors."""
    return find(actor, "page", within=library, sort="title", size=LISTED)


def tags_of(pages: Iterable[Page]) -> list[str]:
    """Return the tags of pages, those of most pages first."""
    counted = Counter(tag for page in pages for tag in page.tags)
    return [tag for tag, _times in counted.most_common()]


@dataclass(frozen=True)
class Choice:
    """One consent a form asks for. required: care does not go on without it."""

    name: str
    title: str
    text: str
    required: bool


@dataclass(frozen=True)
class Part:
    """A section of a consent form with its words. lines: name and label of what is filled in."""

    name: str
    kind: str
    title: str
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class FormWords:
    """A consent form in one language, ready to be laid out."""

    form: ConsentForm
    head: dict[str, str]
    parts: tuple[Part, ...]
    foot: tuple[str, ...]
    filled: dict[str, str] = field(default_factory=dict)


def texts_needed(structure: dict[str, Any]) -> set[str]:
    """Return the keys that the texts of every language must have, and no others."""
    needed = {*structure["head"], *structure["foot"]}
    for section in structure["sections"]:
        name, kind = section["id"], section["kind"]
        needed.add(f"{name}_title")
        if kind != "fields":
            needed.add(f"{name}_text")
        needed |= {f"field_{one}" for one in section.get("fields", ())}
        needed |= {f"line_{one}" for one in section.get("lines", ())}
        for choice in section.get("choices", ()):
            needed |= {f"{choice['id']}_title", f"{choice['id']}_text", "yes", "no"}
    return needed


def words_of_form(form: ConsentForm, centre: str = "") -> FormWords:
    """Return a consent form laid out by the structure; centre: name of the hospital, if known."""
    forms = form.__parent__
    structure, texts = forms.structure, form.texts
    parts = tuple(_part(section, texts) for section in structure["sections"])
    head = {name: texts[name] for name in structure["head"]}
    foot = tuple(texts[name] for name in structure["foot"])
    return FormWords(form, head, parts, foot, {"centre": centre} if centre else {})


def _part(section: dict[str, Any], texts: dict[str, str]) -> Part:
    name = section["id"]
    fields = [(one, texts[f"field_{one}"]) for one in section.get("fields", ())]
    lines = [(one, texts[f"line_{one}"]) for one in section.get("lines", ())]
    choices = [
        Choice(one["id"], texts[f"{one['id']}_title"], texts[f"{one['id']}_text"], one["required"])
        for one in section.get("choices", ())
    ]
    return Part(
        name,
        section["kind"],
        texts[f"{name}_title"],
        texts.get(f"{name}_text", ""),
        tuple(fields + lines),
        tuple(choices),
    )


def forms_for(forms: ConsentForms, languages: Iterable[str], actor: Actor) -> list[ConsentForm]:
    """Return the forms an actor may see, the languages asked for first, then by name."""
    wanted = list(languages)
    seen = [form for form in forms.forms() if actor.may("library:view", form)]
    first = [form for code in wanted for form in seen if form.language == code]
    return [*dict.fromkeys(first), *(form for form in seen if form.language not in wanted)]
