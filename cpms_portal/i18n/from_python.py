"""The texts of Python modules: every ``_("…")``, with how many-forms where two are given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MARK = "_"
MANY = "many"


def _calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _literal(node: ast.expr) -> str | None:
    text = node.value if isinstance(node, ast.Constant) else None
    return text if isinstance(text, str) else None


def _marks_texts(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "cpms_portal.core.i18n"
        for node in ast.walk(tree)
    )


def read_module(path: Path) -> list[str | tuple[str, str]]:
    """Return the message ids of a module; a pair is one thing and many things."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    if not _marks_texts(tree):
        return []
    found: list[str | tuple[str, str]] = []
    for call in _calls(tree, MARK):
        text = _literal(call.args[0]) if call.args else None
        if text:
            found.append(text)
    for call in _calls(tree, MANY):
        forms = [text for text in map(_literal, call.args[:2]) if text]
        if len(forms) == 2:
            found.append((forms[0], forms[1]))
    return found
