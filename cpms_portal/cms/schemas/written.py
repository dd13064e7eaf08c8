"""The file of an item in one language: front matter and body, in one canonical form.

The same item always gives the same bytes, so a file that was read and not changed is written
again as it was, and two files can be compared by their digests. Keys stand in a fixed order; what
has its usual value is left out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import colander
import yaml

from cpms_portal.cms.schemas.kinds import KINDS, schema_of

#: Keys every file has, and those of every type that are only there when they say something.
NEEDED = ("title", "order", "tags", "language")
OPTIONAL = (
    *("kind", "original", "state", "summary", "syntax"),
    *("shown_from", "shown_until", "related", "files", "captions"),
)
#: The file of a library that names what was removed from it.
REMOVED = "removed.yaml"
#: The file of the portal's own library that says where old addresses lead.
MOVED = "moved.yaml"
#: Keys of the schema that front matter says otherwise.
_OTHERWISE = {"title", "text", "tags"}
#: A tag that stands without quotes; words YAML takes for something else are quoted.
_PLAIN_TAG = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[a-z][a-z0-9-]*")

#: What YAML takes for the end of a line, and a mark of an editor: written as a number.
_BREAKS = frozenset("\x85\u2028\u2029\ufeff")


class _Readable(yaml.SafeDumper):
    """Writes a text of several lines as it reads, not between quotes."""


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if _BREAKS.intersection(text):
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Readable.add_representer(str, _lines)


def keys_of(kind: str) -> tuple[str, ...]:
    """Return the keys a file of a type may have, in order; ValueError for an unknown type."""
    if kind not in KINDS:
        raise ValueError(kind)
    own = [node.name for node in schema_of(kind).children if node.name not in _OTHERWISE]
    return (*NEEDED, *dict.fromkeys([*OPTIONAL, *own]))


def written(head: Mapping[str, Any], body: str) -> str:
    """Return a file: the keys that say something, then the body."""
    lines = [
        f"title: {_quoted(head['title'])}",
        f"order: {_number(head['order'])}",
        f"tags: [{', '.join(map(_tag, head['tags']))}]",
        f"language: {head['language']}",
    ]
    kind = head.get("kind") or "page"
    rows = _rows_of(kind)
    for key in keys_of(kind)[len(NEEDED) :]:
        if head.get(key) not in (None, "", (), [], {}, False):
            said = {key: _plain(_in_order(head[key], rows[key]) if key in rows else head[key])}
            lines.append(
                yaml.dump(
                    said, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=10_000
                ).rstrip()
            )
    return "\n".join(["---", *lines, "---", body.strip() + "\n"])


def _rows_of(kind: str) -> dict[str, list[str]]:
    """Return the keys of each kind of row a type has, in the order of its schema."""
    return {
        node.name: [child.name for child in node.children[0]]
        for node in schema_of(kind).children
        if isinstance(node.typ, colander.Sequence)
    }


def _in_order(rows: Any, names: list[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in [*names, *row] if name in row} for row in rows]


def written_removed(names: Iterable[str]) -> str:
    """Return the file that names what a library removed, by paths within it."""
    return yaml.safe_dump({"removed": sorted(names)}, allow_unicode=True, width=10_000)


def written_moved(moved: Mapping[str, str]) -> str:
    """Return the file that says where old addresses lead."""
    return yaml.safe_dump({"moved": dict(moved)}, allow_unicode=True, width=10_000)


def written_form(form: Any) -> str:
    """Return the file of a consent form; what stood at the head of its file before stays there."""
    head = "".join(line for line in form.source.splitlines(True) if line.startswith("#"))
    said = {
        "language": form.language,
        "language_name": form.title,
        "version": form.version,
        "date": form.day,
        "texts": dict(form.texts),
    }
    return head + yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=92)


def digest_of(*parts: str) -> str:
    """Return a digest of texts, to see later whether they changed."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _quoted(text: str) -> str:
    """Return a text between quotes as YAML reads it; what nobody sees is written as a number."""
    said = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in said)


def _tag(tag: str) -> str:
    return tag if _PLAIN_TAG.fullmatch(tag) else _quoted(tag)


def _number(value: float) -> str:
    if float(value).is_integer():
        return str(int(value))
    said = repr(float(value))
    # YAML 1.1 takes 1e-06 for a text.
    return said if "." in said else said.replace("e", ".0e")


def _plain(value: Any) -> Any:
    """Return a value as YAML writes it: tuples as lists, mappings as plain ones."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value
