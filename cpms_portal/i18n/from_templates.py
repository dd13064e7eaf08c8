"""The texts of page templates: what ``i18n:translate`` and ``i18n:attributes`` mark, and what
a reader would see although nothing marks it.

A message is spelt as Chameleon spells it at run time: blanks joined, ``${name}`` for a child
with ``i18n:name``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chameleon.namespaces import I18N_NS, METAL_NS, TAL_NS, XML_NS, XMLNS_NS
from chameleon.parser import ElementParser
from chameleon.tokenize import iter_xml

NAMESPACES = {
    "xmlns": XMLNS_NS, "xml": XML_NS, "i18n": I18N_NS, "metal": METAL_NS, "tal": TAL_NS
}  # fmt: skip
#: Attributes that are read or heard; a literal text in one of them needs ``i18n:attributes``.
READ_ATTRIBUTES = frozenset({"alt", "aria-label", "label", "placeholder", "title"})
#: Attributes of ours that carry words for scripts or for narrow screens.
WORDS_FOR_SCRIPTS = re.compile(r"^data-[a-z-]+$")
#: Elements whose text is typed or pressed, not read: the same in every language.
VERBATIM = frozenset({"code", "script"})
EXPRESSION = re.compile(r"\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
#: Stands for an expression inside a message.
WORKED_OUT = "${?}"
COMMENT = re.compile(r"<!--.*?-->", re.S)
ENTITY = re.compile(r"&#?\w+;")
#: One thing and many things, said by ``layout.many``.
MANY = re.compile(r"\blayout\.many\(\s*'([^']+)',\s*'([^']+)'")
#: What may stand as it is: names and units.
NAMES = re.compile(r"\b(?:CPMS|ORPHA|oid)\b")
LETTERS = re.compile(r"[^\W\d_]{2,}")
BLANKS = re.compile(r"\s+")


@dataclass
class Texts:
    """What one template says: its messages, and the mistakes in how they are marked."""

    messages: list[str | tuple[str, str]] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


def is_words(text: str) -> bool:
    """Say whether a text holds words, once expressions and entities are gone."""
    return bool(LETTERS.search(NAMES.sub("", ENTITY.sub("", EXPRESSION.sub("", text)))))


def _one_line(text: str) -> str:
    return BLANKS.sub(" ", text).strip()


def _translated_attributes(said: str) -> dict[str, str]:
    """Return attribute → message id of its own, or '' when its text is the id."""
    parts = (part.split(None, 1) for part in said.split(";") if part.strip())
    return {part[0]: part[1].strip() if len(part) > 1 else "" for part in parts}


class _Reading:
    """Walks through one template."""

    def __init__(self) -> None:
        self.texts = Texts()

    def walk(self, nodes: Any, marked: bool = False) -> None:
        for kind, arguments in nodes:
            if kind == "element":
                self._element(*arguments, marked=marked)
            elif kind == "text" and not marked and is_words(arguments[0]):
                self.texts.mistakes.append(f"not translatable: {_one_line(arguments[0])[:60]}")

    def _element(self, start: Any, _end: Any, children: Any, *, marked: bool) -> None:
        attributes = start["ns_attrs"]
        marked = marked or start["name"] in VERBATIM
        self._attributes(attributes)
        inside = (I18N_NS, "translate") in attributes
        if inside and not self._is_filled(attributes):
            self._message(attributes[I18N_NS, "translate"], children)
        named = (I18N_NS, "name") in attributes and start["name"] not in VERBATIM
        self.walk(children, marked=inside or (marked and not named))

    @staticmethod
    def _is_filled(attributes: Any) -> bool:
        return (TAL_NS, "content") in attributes or (TAL_NS, "replace") in attributes

    def _message(self, own_id: str, children: Any) -> None:
        text = _one_line("".join(self._parts(children)))
        if text == WORKED_OUT and not own_id:
            return  # the value is looked up; Python marked it
        if own_id or text:
            self.texts.messages.append(own_id or text)
        bare = re.sub(r"\$\{[a-z_]+\}", "", text)
        if "${" in bare or "<" in bare:
            self.texts.mistakes.append(f"an expression or tag without i18n:name: {text[:60]}")

    def _parts(self, children: Any) -> Iterator[str]:
        for kind, arguments in children:
            if kind == "text":
                # An expression in a message is worked out before the message is looked up.
                yield EXPRESSION.sub(WORKED_OUT, arguments[0])
            elif kind == "element":
                name = arguments[0]["ns_attrs"].get((I18N_NS, "name"))
                yield "${" + name + "}" if name else f"<{arguments[0]['name']}>"

    def _attributes(self, attributes: Any) -> None:
        plain = {name: value for (ns, name), value in attributes.items() if ns not in _OURS}
        translated = _translated_attributes(attributes.get((I18N_NS, "attributes"), ""))
        for name, own_id in translated.items():
            if own_id or name in plain:
                self.texts.messages.append(own_id or plain[name])
            if "${" in plain.get(name, ""):
                self.texts.mistakes.append(f"an expression in a translated attribute: {name}")
        for name, value in plain.items():
            if name not in translated and _is_read(name, value):
                self.texts.mistakes.append(f"attribute not translatable: {name}={value[:60]!r}")


_OURS = frozenset({I18N_NS, METAL_NS, TAL_NS, XMLNS_NS})


def _is_read(name: str, value: str) -> bool:
    if name in READ_ATTRIBUTES:
        return is_words(value)
    words = EXPRESSION.sub("", value)
    sentence = words[:1].isupper() and words.upper() != words or " " in words.strip()
    return bool(WORDS_FOR_SCRIPTS.match(name)) and sentence and is_words(words)


def read_template(path: Path) -> Texts:
    """Return the texts of a template."""
    reading = _Reading()
    body = COMMENT.sub("", path.read_text(encoding="utf-8"))
    reading.walk(ElementParser(iter_xml(body), NAMESPACES))
    reading.texts.messages += MANY.findall(body)
    return reading.texts
