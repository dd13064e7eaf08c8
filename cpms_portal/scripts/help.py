"""List the verbs, one line each."""

from __future__ import annotations

import argparse

from cpms_portal.scripts import _verbs


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the name of a verb, if one is wanted."""
    parser.add_argument("verb", nargs="?", choices=_verbs.verb_names(), help="only this one")


def run(options: argparse.Namespace) -> int:
    """Print the verbs with what each does."""
    verbs = [options.verb] if options.verb else _verbs.verb_names()
    width = max(len(verb) for verb in verbs)
    print("Usage: ./cpms VERB [ARGUMENTS]; ./cpms VERB --help says more.\n")
    for verb in verbs:
        print(f"  {verb:<{width}}  {_verbs.summary_of(verb)}")
    return 0
