"""Names that say what a thing is, words that say what it does."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import PROJECT, Source, holds_for_all, sources

EMPTY_FILES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "data", "info"}
EMPTY_STARTS = ("handle_", "process_", "do_")
EMPTY_CLASS = re.compile(r"(Manager|Helpers?|Utils?|Misc)$")
#: What silences mypy or ruff on a line; the reason follows it.
SILENCED = re.compile(r"#\s*(?:type:\s*ignore(?:\[[\w, -]+\])?|noqa(?::\s*[A-Z0-9, ]+)?)(.*)$")


@holds_for_all(sources())
def test_no_name_is_empty(source):
    """`utils` or `process_it` says nothing: whoever looks for something cannot guess the place."""
    wrong = [source.name] if source.path.stem in EMPTY_FILES else []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith(EMPTY_STARTS):
            wrong.append(f"{source.name}:{node.lineno} {node.name}")
        if isinstance(node, ast.ClassDef) and EMPTY_CLASS.search(node.name):
            wrong.append(f"{source.name}:{node.lineno} {node.name}")
    assert not wrong, "\n".join(wrong)


def _undocumented(source: Source) -> list[str]:
    wrong = [] if ast.get_docstring(source.tree) else [f"{source.name}: the module"]
    classes = (n for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef))
    holders = [source.tree, *(c for c in classes if not c.name.startswith("_"))]
    for holder in holders:
        for node in holder.body:
            named = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if not named or node.name.startswith("_") or _is_setter(node):
                continue
            if not ast.get_docstring(node):
                wrong.append(f"{source.name}:{node.lineno} {node.name}")
    return wrong


def _is_setter(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(d, ast.Attribute) and d.attr == "setter" for d in node.decorator_list)


@holds_for_all(sources())
def test_every_public_name_says_what_it_is(source):
    """One line is enough; none makes the next reader open the body."""
    wrong = _undocumented(source)
    assert not wrong, "\n".join(wrong)


@holds_for_all([*sources(), *sources(PROJECT / "tests"), *sources(PROJECT / "bench")])
def test_a_silenced_check_says_why(source):
    """Without its reason nobody dares to remove it."""
    wrong = [
        f"{source.name}:{number}"
        for number, line in enumerate(source.text.splitlines(), start=1)
        if (found := SILENCED.search(line)) and len(found[1].strip(" #-:")) < 8
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources(PROJECT / "tests"))
def test_no_test_is_left_out(source):
    """A test that is skipped or expected to fail proves nothing and looks as if it did."""
    wrong = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"skip", "skipif", "xfail", "importorskip"}
        and ast.unparse(node.value) in {"pytest", "pytest.mark"}
    ]
    assert not wrong, "\n".join(wrong)
