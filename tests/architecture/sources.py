"""What the architecture tests read: the project's own files, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

Thing = TypeVar("Thing")
PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "cpms_portal"
#: Folders that are made, not written, at the top of the project.
MADE = {".git", ".venv", ".hypothesis", "var", "build", "node_modules"}
TEXT = {
    ".py", ".pt", ".md", ".txt", ".in", ".toml", ".ini", ".yaml", ".yml", ".js", ".css", ".svg",
    ".html", ".po", ".pot", ".json", ".tsv", ".csv", "",
}  # fmt: skip

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: where it is and what it says."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path inside the project, for messages."""
        return self.path.relative_to(PROJECT).as_posix()

    @property
    def package(self) -> str:
        """The package of ``cpms_portal`` it belongs to, or '' at the top."""
        parts = self.path.relative_to(PACKAGE).parts
        return parts[0] if len(parts) > 1 else ""

    def functions(self) -> Iterator[FunctionNode]:
        """Every function in it, nested ones and methods too."""
        for node in ast.walk(self.tree):
            if isinstance(node, FunctionNode):
                yield node


@cache
def sources(folder: Path = PACKAGE) -> tuple[Source, ...]:
    """Return the Python files under a folder, in order."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, text, ast.parse(text, str(path))))
    return tuple(found)


def written_files() -> Iterator[Path]:
    """Every text file people wrote, anywhere in the project."""
    for top in sorted(PROJECT.iterdir()):
        if top.name in MADE or top.name.endswith(("_cache", ".egg-info")):
            continue
        files = [top] if top.is_file() else sorted(top.rglob("*"))
        for path in files:
            if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
                yield path


def imported_modules(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module imported at or below a node: (line, dotted name)."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield child.lineno, alias.name
        elif isinstance(child, ast.ImportFrom):
            module = "." * child.level + (child.module or "")
            if module == "cpms_portal":
                for alias in child.names:
                    yield child.lineno, f"cpms_portal.{alias.name}"
            else:
                yield child.lineno, module


def holds_for_all(things: Iterable[Thing]) -> Callable[[Callable[[Thing], None]], Callable]:
    """Make one test of a rule: it is held against every thing, and names all that break it."""

    def decorate(rule: Callable[[Thing], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for thing in things:
                try:
                    rule(thing)
                except AssertionError as error:
                    broken.append(str(error).partition("\nassert ")[0])
            assert not broken, "\n".join(["", *broken])

        test.__name__, test.__doc__, test.__module__ = rule.__name__, rule.__doc__, rule.__module__
        return test

    return decorate


def names_used(source: Source, module: str) -> set[str]:
    """Return the names a file imports from a module."""
    return {
        alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }
