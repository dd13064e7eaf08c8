"""The order of the packages: a package imports only from lower levels.

The same list drives the order of includes, evolution steps and content import,
and ``tests/architecture/test_levels.py`` holds every import against it.
"""

from __future__ import annotations

LEVELS: tuple[tuple[str, ...], ...] = (
    ("core",),
    ("security", "storage", "i18n"),
    ("layout", "forms", "outbox"),
    ("workflow", "audit", "search"),
    ("contentio", "notifications", "terminology"),
    ("networks",),
    ("identity", "cms"),
    ("people", "imaging", "reading"),
    ("patients",),
    ("records",),
    ("panels",),
    ("annotations", "dicomweb", "presentations", "support"),
    ("dashboards",),
    ("scripts",),
)


def level_of(package: str) -> int:
    """Return the level of a package of ``cpms_portal``; KeyError when it has none."""
    for number, packages in enumerate(LEVELS):
        if package in packages:
            return number
    raise KeyError(package)
