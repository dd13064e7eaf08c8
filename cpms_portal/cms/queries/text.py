"""How a body reads as a page: clean HTML, its headings with anchors, how it begins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape, unescape
from textwrap import shorten

from chameleon.utils import Markup
from markdown_it import MarkdownIt

from cpms_portal.cms.resources import HTML, MARKDOWN, PageText
from cpms_portal.cms.schemas.vocabulary import clean

#: The beginning of a page in a listing, in characters.
OPENING = 180
#: Names that stand in the page around a body.
TAKEN = frozenset({"main", "site-search", "on-this-page", "comments", "comment-text", "related"})
_HEADING = re.compile(r"<(h[234])[^>]*>(.*?)</\1>", re.S)
_PARAGRAPH = re.compile(r"<p[^>]*>(.*?)</p>", re.S)
_TAG = re.compile(r"<[^>]*>")
#: Elements whose content is no text, and comments.
_DROPPED = re.compile(r"<(?:script|style|template|iframe|object|noscript|svg|math|!)", re.I)
_ELSEWHERE = re.compile(r'<a (?=[^>]*href="https?:)')


@dataclass(frozen=True)
class Heading:
    """A heading of a page that can be linked to. level: 2 to 4."""

    anchor: str
    title: str
    level: int


@dataclass(frozen=True)
class Rendered:
    """A text as a page shows it, its headings, and how it begins."""

    html: Markup
    headings: tuple[Heading, ...]
    opening: str


def plain(html: str) -> str:
    """Return the words of HTML without marks, one space between them."""
    spaced = re.sub(r"</(?:p|h\d|li|t[dhr]|dt|dd)>|<br>", " ", html)
    return " ".join(unescape(_TAG.sub("", spaced)).split())


def anchor_of(title: str, taken: set[str]) -> str:
    """Return a name for a heading that none before it has, and add it to those taken."""
    marked = unicodedata.normalize("NFKD", title.lower())
    letters = "".join(char for char in marked if not unicodedata.combining(char))
    base = re.sub(r"[^\w]+", "-", letters).strip("-") or "part"
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


def _headings(html: str) -> Iterator[tuple[re.Match[str], Heading]]:
    taken = set(TAKEN)
    for found in _HEADING.finditer(html):
        title = plain(found[2])
        yield found, Heading(anchor_of(title, taken), title, int(found[1][1]))


def html_of(text: str, syntax: str = MARKDOWN) -> str:
    """Return a body as clean HTML, whichever way it is kept."""
    if syntax == HTML:
        return clean(text)
    return clean(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def words_in(text: str, syntax: str = MARKDOWN) -> str:
    """Return the words a body says, without marks, for an index: ten times as fast as a page.

    Bodies are clean when they are kept; what could hold more than words is cleaned again.
    """
    html = text if syntax == HTML else _markdown().render(text)
    return plain(clean(html) if _DROPPED.search(html) else html)


@lru_cache(maxsize=1024)
def rendered(text: str, syntax: str = MARKDOWN) -> Rendered:
    """Return a body as a page shows it; whatever is not in the vocabulary is dropped."""
    html = html_of(text, syntax)
    pieces, headings, at = [], [], 0
    for found, heading in _headings(html):
        anchor = escape(heading.anchor)
        pieces += [html[at : found.start()], f'<{found[1]} id="{anchor}">{found[2]}</{found[1]}>']
        headings.append(heading)
        at = found.end()
    marked = "".join([*pieces, html[at:]])
    marked = _ELSEWHERE.sub('<a rel="noopener noreferrer" ', marked)
    return Rendered(Markup(marked), tuple(headings), opening_of(html))


def opening_of(html: str) -> str:
    """Return the first sentences of the first paragraph, as plain text."""
    first = next((plain(found[1]) for found in _PARAGRAPH.finditer(html)), "")
    return shorten(first, OPENING, placeholder="…")


def opening_of_text(text: PageText) -> str:
    """Return how a text begins: its summary, where it has one."""
    return text.summary or rendered(text.text, text.syntax).opening
