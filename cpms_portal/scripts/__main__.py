"""Where ``./cpms VERB`` comes in: finds the verb, reads its arguments, runs it."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from cpms_portal.core.errors import CPMSError
from cpms_portal.scripts import _verbs


def run_verb(verb: str, arguments: Sequence[str]) -> int:
    """Run one verb with its arguments and return its exit status."""
    # Only the module of the verb is imported: help and test must not wait for the portal.
    module = importlib.import_module(f"cpms_portal.scripts.{verb}")
    parser = argparse.ArgumentParser(
        prog=f"./cpms {verb}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    if getattr(module, "HANDED_ON", False) and not {"-h", "--help"} & set(arguments):
        arguments = ["--", *arguments]
    status: int = module.run(parser.parse_args(arguments))
    return status


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    verb = words.pop(0) if words else "help"
    if verb in ("-h", "--help"):
        verb = "help"
    if verb not in _verbs.verb_names():
        print(f"cpms: there is no verb {verb!r}. ./cpms help lists them.", file=sys.stderr)
        return 2
    try:
        return run_verb(verb, words)
    except KeyboardInterrupt:
        return 130
    except CPMSError as error:
        # What is wrong is with the files or the words given, and the message says what.
        print(f"cpms: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
