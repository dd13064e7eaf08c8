"""The texts of Python modules: every ``_("…")``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MARK = "_"


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


def read_module(path: Path) -> list[str]:
    """Return the message ids of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    if not _marks_texts(tree):
        return []
    found: list[str] = []
    for call in _calls(tree, MARK):
        text = _literal(call.args[0]) if call.args else None
        if text:
            found.append(text)
    return found
