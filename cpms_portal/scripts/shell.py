"""Open Python with the portal in it: root, registry, request; what is changed is not kept."""

from __future__ import annotations

import argparse
import code

import transaction

from cpms_portal.scripts._opening import opened, take_ini


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the ini file."""
    take_ini(parser)


def run(options: argparse.Namespace) -> int:
    """Read and run lines until the end of input; keep them with ``transaction.commit()``."""
    with opened(options.ini) as environment:
        names = {name: environment[name] for name in ("app", "root", "request", "registry")}
        code.interact(
            banner=f"Names: {', '.join(names)}, transaction",
            local=names | {"transaction": transaction},
        )
        transaction.abort()
    return 0
