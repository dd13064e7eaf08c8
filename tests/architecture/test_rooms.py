"""Every domain package has the same rooms."""

from __future__ import annotations

import ast

from cpms_portal.levels import LEVELS, level_of
from tests.architecture.sources import PACKAGE, holds_for_all, sources

ROOMS = {
    "__init__", "interfaces", "resources", "schemas", "queries", "guards", "actions", "effects",
    "exporter", "importer", "subscribers", "indexes", "views", "evolve", "templates", "static",
    "__pycache__",
}  # fmt: skip
DOMAINS = [
    package
    for level in LEVELS[level_of("networks") : level_of("scripts")]
    for package in level
    if (PACKAGE / package).is_dir()
]
#: Rooms of one package only. Each stands with its reason in docs/decisions/.
OWN_ROOMS = {
    "annotations": {"documents"},
    "dicomweb": {"inbox", "listener", "media", "wire"},
    "identity": {"sources"},
    "imaging": {"deidentification", "frames", "held", "ingest", "slides"},
    "presentations": {"store"},
}


@holds_for_all(DOMAINS)
def test_a_domain_package_has_only_the_agreed_rooms(package):
    """Who knows one package finds everything in the next; a new room needs a decision.

    A room whose file would be too long is a folder of the same name.
    """
    found = {path.name.removesuffix(".py") for path in (PACKAGE / package).iterdir()}
    extra = found - ROOMS - OWN_ROOMS.get(package, set())
    assert not extra, f"{package} has {sorted(extra)}"


def _is_docstring_or_import(node: ast.stmt) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or isinstance(node, ast.Import | ast.ImportFrom)


@holds_for_all(
    [s for s in sources() if s.path.name == "__init__.py" and s.path.parent.parent == PACKAGE]
)
def test_the_door_of_a_package_holds_only_includeme(source):
    """Importing a package must cost nothing: what it is, and how it joins, is all it says."""
    extra = [
        f"{source.name}:{node.lineno}"
        for node in source.tree.body
        if not _is_docstring_or_import(node)
        and not (isinstance(node, ast.FunctionDef) and node.name == "includeme")
    ]
    assert not extra, "\n".join(extra)
    assert ast.get_docstring(source.tree), f"{source.name} does not say what the package is"


@holds_for_all([s for s in sources() if s.path.name == "resources.py" and s.package in DOMAINS])
def test_resources_know_no_requests_and_no_views(source):
    """What is stored must not depend on how it is shown."""
    wrong = [
        node.module
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and (
            node.module.startswith(("pyramid.request", "pyramid.response", "pyramid.view"))
            or ".views" in node.module
        )
    ]
    assert not wrong, f"{source.name} imports {wrong}"
