"""Check what the portal is born with: ``content check`` imports it, then throws that away."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pyramid.paster import get_appsettings

from cpms_portal import configure
from cpms_portal.contentio.actions import bring_up, import_content
from cpms_portal.core.actor import system_actor
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.scripts._opening import take_ini


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do."""
    take_ini(parser)
    parser.add_argument("what", choices=["check"], help="read every file and import it, twice")


def run(options: argparse.Namespace) -> int:
    """Import everything, and again: the second time must make nothing."""
    with tempfile.TemporaryDirectory(prefix="cpms-content-") as name:
        made_again = _import_twice(options.ini, Path(name))
    if made_again:
        print(f"a second import made {made_again} objects; it must make none")
        return 1
    print("content is good: everything was imported, and a second import changed nothing")
    return 0


def _import_twice(ini: Path, folder: Path) -> int:
    settings = dict(get_appsettings(str(ini)))
    uri = f"file://{folder}/Data.fs?blobstorage_dir={folder}/blobs"
    settings |= {"cpms.zodb": uri, "cpms.var": str(folder)}
    config = configure(settings)
    config.begin()
    connection = config.registry._zodb_databases[""].open()
    try:
        bring_up(config.registry, connection)
        return import_content(connection.root()[ROOT_KEY], system_actor(config.registry))
    finally:
        connection.transaction_manager.abort()
        connection.close()
        config.end()
