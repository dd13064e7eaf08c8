"""Build the index of texts anew (rebuild): it was lost, or what is read from pages changed."""

from __future__ import annotations

import argparse

from cpms_portal.scripts._opening import opened, take_ini
from cpms_portal.search.fulltext.upkeep import rebuild


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    take_ini(parser)
    parser.add_argument("what", choices=["rebuild"], help="read everything published again")


def run(options: argparse.Namespace) -> int:
    """Rebuild while the portal runs: what is saved meanwhile waits a moment."""
    with opened(options.ini) as environment:
        made = rebuild(environment["registry"])
    print(f"{made} resources can be found by their text")
    return 0
