"""List the code systems (list) or load one from a file (load FILE)."""

from __future__ import annotations

import argparse
from pathlib import Path

from pyramid.i18n import make_localizer

from cpms_portal.core.errors import CPMSError, ValueRefusedError
from cpms_portal.scripts._opening import configured, take_ini
from cpms_portal.terminology.actions import load_terms
from cpms_portal.terminology.queries import loaded


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take list, or load and a file."""
    take_ini(parser)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("list", help="what is loaded")
    load = steps.add_parser("load", help="a .tsv or .csv file, or either with .gz")
    load.add_argument("file", type=Path)
    load.add_argument("--version", default="", help="of everything in the file")


def run(options: argparse.Namespace) -> int:
    """Load, then list; a running portal sees what is new at its next question."""
    registry = configured(options.ini).registry
    if options.step == "load":
        try:
            load_terms(registry, options.file, options.version)
        except (ValueRefusedError, OSError) as error:
            said = error.message if isinstance(error, ValueRefusedError) else error.strerror
            words = make_localizer("en", []).translate(said)
            raise CPMSError(f"{options.file}: {words}; nothing was changed") from error
    for line in loaded(registry):
        mark = "in use" if line.current else ""
        print(f"{line.system:<8} {line.version:<16} {line.count:>7} terms  {mark}".rstrip())
    return 0
