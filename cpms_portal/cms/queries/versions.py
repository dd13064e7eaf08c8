"""Versions of an item: which there are, and how two of them differ, line by line of their words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from html import escape
from typing import Any

from chameleon.utils import Markup

from cpms_portal.cms.queries.text import html_of, plain
from cpms_portal.cms.resources import LibraryItem, PageText, Version
from cpms_portal.cms.schemas.kinds import schema_of
from cpms_portal.core.resources import resource_of
from cpms_portal.forms.moments import Moment

_BLOCK = re.compile(r"</(?:p|h[234]|li|tr|dt|dd|pre|blockquote)>|<br>|<hr>|(?=<img )")
_PICTURE = re.compile(r'<img [^>]*?src="([^"]*)"[^>]*>')
_WORDS = re.compile(r"\w+|\W")
#: Lines that did not change are shown so many around those that did.
AROUND = 2
MOST_LISTED = 500


@dataclass(frozen=True)
class Change:
    """One line of a comparison. kind: same, added, removed, changed or gap."""

    kind: str
    old: Markup = Markup("")
    new: Markup = Markup("")


def versions_of(item: LibraryItem) -> list[Version]:
    """Return the versions of an item, the newest first."""
    newest = item.version
    numbers = list(item.versions.keys(max(0, newest - MOST_LISTED), newest))
    return [item.versions[number] for number in reversed(numbers)]


def newest_two(versions: Sequence[Version]) -> list[int]:
    """Return the numbers to compare when nothing is asked for: the last two of one language."""
    newest = next(iter(versions), None)
    if newest is None:
        return [0, 0]
    same = [one.number for one in versions if one.language == newest.language]
    return [same[1] if len(same) > 1 else newest.number, newest.number]


def lines_of(text: PageText) -> list[str]:
    """Return what a text says, a line each: title, summary, body, steps, questions and the rest."""
    lines = [text.title, text.summary, *lines_of_body(text.text, text.syntax)]
    for step in text.more.get("steps", ()):
        lines += [step["title"], *lines_of_body(step["text"], step["syntax"])]
    for question in text.more.get("questions", ()):
        lines += [question["theme"], question["question"]]
        lines += lines_of_body(question["answer"], question["syntax"])
    for chapter in text.more.get("chapters", ()):
        lines.append(f"{chapter['at']} s: {chapter['title']}")
    for name in ("transcript", "people", "hours", "disease_group", "alternative"):
        lines += str(text.more.get(name, "")).splitlines()
    return [line for line in lines if line]


def lines_of_body(body: str, syntax: str) -> list[str]:
    """Return the words of a body, a line for each of its blocks."""
    pictured = _PICTURE.sub(r"<p>[\1]</p>", html_of(body, syntax))
    return [plain(part) for part in _BLOCK.split(pictured)]


def about_of(item: LibraryItem, version: Version, say: Callable[[Any], str]) -> list[str]:
    """Return what a version says in every language, a line each. say: translates titles."""
    return [
        f"{say(node.title)}: {_plainly(item, node.name, version.about[node.name])}"
        for node in schema_of(item.kind).children
        if getattr(node, "belongs", "") == "about"
        and version.about.get(node.name) not in (None, "", (), [], False)
    ]


def _plainly(item: LibraryItem, name: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_plainly(item, name, one) for one in value)
    if name in ("related", "within"):
        return str(getattr(resource_of(item, value), "title", value))
    if isinstance(value, datetime):
        return Moment().write(value).replace("T", " ")
    return "✓" if value is True else str(value)


def versions_side_by_side(
    item: LibraryItem, old: Version, new: Version, say: Callable[[Any], str]
) -> list[Change]:
    """Return how a version of an item became another: its words, then what all languages share."""
    lines = [[*lines_of(one.text), *about_of(item, one, say)] for one in (old, new)]
    return compared(*lines)


def side_by_side(old: PageText, new: PageText) -> list[Change]:
    """Return how a text became another: both side by side, what changed within a line marked."""
    return compared(lines_of(old), lines_of(new))


def compared(before: list[str], after: list[str]) -> list[Change]:
    """Return how lines became others."""
    changes: list[Change] = []
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes += _unchanged(before[i:j], first=i == 0, last=j == len(before))
        else:
            changes += _paired(before[i:j], after[k:m])
    return changes


def _unchanged(lines: list[str], *, first: bool, last: bool) -> Iterator[Change]:
    head = 0 if first else AROUND
    tail = 0 if last else AROUND
    if len(lines) <= head + tail + 1:
        shown = lines
    else:
        shown = [*lines[:head], "", *lines[len(lines) - tail :]]
    for line in shown:
        yield Change("same", _said(line), _said(line)) if line else Change("gap")


def _paired(before: list[str], after: list[str]) -> Iterator[Change]:
    for number in range(max(len(before), len(after))):
        if number >= len(before):
            yield Change("added", new=Markup(f"<ins>{escape(after[number])}</ins>"))
        elif number >= len(after):
            yield Change("removed", old=Markup(f"<del>{escape(before[number])}</del>"))
        else:
            yield Change("changed", *_marked(before[number], after[number]))


def _said(line: str) -> Markup:
    return Markup(escape(line))


def _marked(old: str, new: str) -> tuple[Markup, Markup]:
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    drawn: tuple[list[str], list[str]] = ([], [])
    for tag, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, words, mark in ((0, left[i:j], "del"), (1, right[k:m], "ins")):
            said = escape("".join(words))
            drawn[side].append(said if tag == "equal" or not said else f"<{mark}>{said}</{mark}>")
    return Markup("".join(drawn[0])), Markup("".join(drawn[1]))
