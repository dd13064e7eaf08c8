"""Open the portal from an ini file, with its database or without."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plaster
from pyramid.config import Configurator
from pyramid.paster import bootstrap, get_appsettings, setup_logging

from cpms_portal import configure
from cpms_portal.scripts._project import project_folder


def take_ini(parser: argparse.ArgumentParser) -> None:
    """Let a verb take ``--ini FILE``; development.ini when it is not said."""
    parser.add_argument(
        "--ini", type=Path, default=project_folder() / "development.ini", help="development.ini"
    )


def make_data_folder(ini: Path) -> None:
    """Make the folder of an embedded database: a FileStorage does not make its own."""
    uri = get_appsettings(str(ini)).get("cpms.zodb", "")
    if uri.startswith("file://"):
        path = Path(uri.removeprefix("file://").partition("?")[0])
        path.parent.mkdir(parents=True, exist_ok=True)


def configured(ini: Path) -> Configurator:
    """Return the configuration without the database: for what only reads code and files."""
    settings = dict(get_appsettings(str(ini)))
    settings["cpms.zodb"] = "memory://"
    return configure(settings)


@contextmanager
def opened(ini: Path) -> Iterator[dict[str, Any]]:
    """Open the portal with its database; the names are those of Pyramid's bootstrap."""
    setup_logging(str(ini))
    make_data_folder(ini)
    with bootstrap(str(ini)) as environment:
        yield environment


def server_settings(ini: Path) -> dict[str, str]:
    """Return what the ini file says of the server, for waitress."""
    found = plaster.get_loader(str(ini)).get_settings("server:main")
    return {name: value for name, value in found.items() if name not in ("use", "__file__", "here")}
