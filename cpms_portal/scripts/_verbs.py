"""The verbs that are there: found by the names of the modules, read without importing them."""

from __future__ import annotations

import ast
from pathlib import Path

FOLDER = Path(__file__).parent


def verb_names() -> list[str]:
    """Return the names of the verbs, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def summary_of(verb: str) -> str:
    """Return what a verb does, in one line: the first line of its module's docstring."""
    source = (FOLDER / f"{verb}.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(source)) or ""
    return docstring.partition("\n")[0]
