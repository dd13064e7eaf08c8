"""The texts of workflow files: titles, descriptions and questions asked before a step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SAID = ("title", "description", "confirm")


def _said(thing: dict[str, Any]) -> Iterator[str]:
    yield from (str(thing[word]) for word in SAID if thing.get(word))


def read_workflow(path: Path) -> list[str]:
    """Return the message ids of a workflow file."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts = list(_said(found))
    for part in ("states", "transitions"):
        for thing in (found.get(part) or {}).values():
            texts += _said(thing)
    return texts
