"""Who may import whom."""

from __future__ import annotations

import ast

from cpms_portal.levels import LEVELS, level_of
from tests.architecture.sources import PACKAGE, Source, holds_for_all, imported_modules, sources

SEAM = {"core", "security", "storage", "forms", "workflow", "search"}
#: Where modules are found by name: the entry of the command, which imports only the verb asked for.
BY_NAME = {"cpms_portal/scripts/__main__.py"}


def _level(name: str) -> int:
    """The level of a package; what stands at the top (main, configure) is for scripts only."""
    named = {package for level in LEVELS for package in level}
    return level_of(name) if name in named else level_of("scripts") - 1


def _own_imports(source: Source) -> list[tuple[int, str]]:
    """Packages of ours that a file imports: (line, package)."""
    found = []
    for line, module in imported_modules(source.tree):
        parts = module.split(".")
        if parts[0] == "cpms_portal" and len(parts) > 1 and parts[1] != "levels":
            found.append((line, parts[1]))
    return found


def test_every_package_has_a_level_and_every_name_a_package():
    """A package without a level would be held against no rule and included by nobody."""
    folders = {path.parent.name for path in PACKAGE.glob("*/*.py")}
    named = {package for level in LEVELS for package in level}
    assert folders == named, f"not in both: {sorted(folders ^ named)}"


@holds_for_all(sources())
def test_a_package_imports_only_from_lower_levels(source):
    """One direction: what is below can be read, tested and replaced without what is above."""
    if not source.package:
        return
    level = level_of(source.package)
    wrong = [
        f"{source.name}:{line} imports {package}"
        for line, package in _own_imports(source)
        if package != source.package and _level(package) >= level
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources())
def test_no_import_hides_in_a_function(source):
    """An import inside a function hides a cycle; relative ones and import by name hide as well."""
    wrong = [
        f"{source.name}:{line} imports {module} inside {function.name}"
        for function in source.functions()
        for line, module in imported_modules(function)
        if module.startswith(("cpms_portal", "."))
    ]
    wrong += [
        f"{source.name}:{line} imports {module}"
        for line, module in imported_modules(source.tree)
        if module.startswith(".") or (module == "importlib" and source.name not in BY_NAME)
    ]
    wrong += [
        f"{source.name}:{node.lineno} calls __import__"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and node.id == "__import__"
    ]
    assert not wrong, "\n".join(wrong)


@holds_for_all(sources())
def test_only_the_seam_knows_substance_d(source):
    """The framework is old; few files know it, so that it can be moved or replaced."""
    if source.package in SEAM:
        return
    wrong = [
        f"{source.name}:{line} imports {module}"
        for line, module in imported_modules(source.tree)
        if module.split(".")[0] == "substanced"
    ]
    assert not wrong, "\n".join(wrong)
