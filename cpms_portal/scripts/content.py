"""Content as files: check them (check), write them (export), read them (import), compare (diff)."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import transaction
from pyramid.paster import get_appsettings

from cpms_portal import configure
from cpms_portal.contentio.actions import bring_up, import_content
from cpms_portal.contentio.exporting import differences, export_content, remember, remove_gone
from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.settings import setting
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.scripts._opening import opened, take_ini


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and with which folder."""
    take_ini(parser)
    steps = parser.add_subparsers(dest="what", required=True)
    steps.add_parser("check", help="read every file and import it, twice; nothing is kept")
    for name, help_text in (
        ("export", "write what the portal says as files"),
        ("import", "read files; what was changed on the site is left alone"),
        ("diff", "say what was changed here, in the files, or in both"),
    ):
        step = steps.add_parser(name, help=help_text)
        step.add_argument("folder", type=Path, nargs="?", help="that of the settings")


def run(options: argparse.Namespace) -> int:
    """Do what was asked."""
    if options.what == "check":
        return _check(options.ini)
    with opened(options.ini) as environment:
        registry, root = environment["registry"], environment["root"]
        folder = options.folder or Path(setting(registry, "cpms.content"))
        return STEPS[options.what](root, folder, system_actor(registry))


def _check(ini: Path) -> int:
    """Import everything, and again: the second time must make nothing."""
    with tempfile.TemporaryDirectory(prefix="cpms-content-") as name:
        made_again = _import_twice(ini, Path(name))
    if made_again:
        print(f"a second import made {made_again} objects; it must make none")
        return 1
    print("content is good: everything was imported, and a second import changed nothing")
    return 0


def _export(root: Any, folder: Path, actor: Actor) -> int:
    top = root._p_jar.root()
    print(f"{export_content(root, folder, actor)} files written below {folder}")
    gone = remove_gone(top, root, folder, actor)
    if gone:
        print(f"{gone} files removed: what they said was moved or removed here")
    remember(top, root, folder, actor)
    transaction.commit()
    return 0


def _import(root: Any, folder: Path, actor: Actor) -> int:
    print(f"{import_content(root, actor, folder)} objects made from {folder}")
    remember(root._p_jar.root(), root, folder, actor)
    transaction.commit()
    return _diff(root, folder, actor)


def _diff(root: Any, folder: Path, actor: Actor) -> int:
    found = differences(root._p_jar.root(), root, folder, actor)
    for one in found:
        print(f"{one.change:<22} {one.path}")
    if not found:
        print(f"{folder} says the same as the portal")
    return 1 if found else 0


STEPS = {"export": _export, "import": _import, "diff": _diff}


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
