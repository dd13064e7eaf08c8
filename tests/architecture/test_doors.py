"""Doors that stand in one place only."""

from __future__ import annotations

import ast

from tests.architecture.sources import holds_for_all, imported_modules, sources

ONLY_DOOR = "cpms_portal/security/acl.py"
#: Read at import they would stop the start of a machine that lacks their system library.
LATE_LIBRARIES = {"weasyprint", "magic"}


@holds_for_all(sources())
def test_access_lists_are_written_in_one_place(source):
    """An access list set elsewhere makes pages and searches answer differently."""
    if source.name == ONLY_DOOR:
        return
    wrong = []
    for node in ast.walk(source.tree):
        name = getattr(node, "attr", None) or getattr(node, "id", None)
        stored = isinstance(getattr(node, "ctx", None), ast.Store) and name == "__acl__"
        imported = isinstance(node, ast.alias) and node.name == "set_acl"
        if name == "set_acl" or imported or (stored and isinstance(node, ast.Attribute)):
            wrong.append(f"{source.name}:{getattr(node, 'lineno', '?')}")
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources())
def test_libraries_that_need_the_system_are_imported_when_used(source):
    """A machine without Pango must start and say in words what it cannot do."""
    wrong = [
        f"{source.name}:{node.lineno} imports {module}"
        for node in source.tree.body
        for _, module in imported_modules(node)
        if isinstance(node, ast.Import | ast.ImportFrom) and module.split(".")[0] in LATE_LIBRARIES
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources())
def test_only_the_clock_knows_the_time(source):
    """What asks the machine for the time cannot be tested at another."""
    if source.name == "cpms_portal/core/clock.py":
        return
    wrong = [
        f"{source.name}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date"}
    ]
    assert not wrong, "\n".join(wrong)
