"""Start the portal; the first start makes the database and imports content/."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import Any

import plaster
import waitress
import yaml
from pyramid.registry import Registry
from zc.lockfile import LockError

from cpms_portal.core.settings import setting
from cpms_portal.scripts._opening import make_data_folder, server_settings, take_ini
from cpms_portal.scripts._system import left_out

#: The network whose accounts are named at the start; every other has the same eight.
SHOWN = "rare-liver"
#: So many new objects are made before those that refer to each other in a circle are looked for.
CIRCLES_LOOKED_FOR = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the ini file and where to listen."""
    take_ini(parser)
    parser.add_argument("--listen", help="host:port, instead of what the ini file says")


def _account_names(registry: Registry) -> list[str]:
    """Return the training accounts of one network, as ``content/training_site`` names them."""
    path = Path(setting(registry, "cpms.content")) / "training_site" / "accounts.yaml"
    if not path.exists():
        return []
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    prefix = found["prefixes"][SHOWN]
    return [slot["name"].format(prefix=prefix) for slot in found["slots"]]


def welcome(registry: Registry) -> str:
    """Return where to go and, on the training site, whom to sign in as."""
    lines = [f"The portal stands at {setting(registry, 'cpms.url')}"]
    names = _account_names(registry) if setting(registry, "cpms.site") == "training" else []
    if names:
        password = setting(registry, "cpms.training.password")
        lines.append(f"Sign in as {', '.join(names)}")
        if password:
            lines.append(f"Password: {password}")
        lines.append(f"Code of the second factor: ./cpms account {names[0]} --code")
        lines.append("The 23 other networks have the same eight; all persons are invented.")
    return "\n".join(lines)


def _server(app: Any, options: argparse.Namespace) -> Any:
    chosen = server_settings(options.ini)
    if options.listen:
        chosen["listen"] = options.listen
    try:
        return waitress.create_server(app, **chosen)
    except OSError as error:
        print(f"cpms: cannot listen on {chosen.get('listen')}: {error.strerror}", file=sys.stderr)
        return None


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    loader = plaster.get_loader(str(options.ini), protocols=["wsgi"])
    loader.setup_logging()
    make_data_folder(options.ini)
    try:
        app = loader.get_wsgi_app()
    except LockError:
        print("cpms: another process has this database open; stop it first", file=sys.stderr)
        return 1
    server = _server(app, options)
    if server is None:
        return 1
    print("\n".join(filter(None, (welcome(app.registry), left_out()))), flush=True)
    # What the start made stays: it need not be looked through for circles at every page.
    gc.collect()
    gc.freeze()
    gc.set_threshold(CIRCLES_LOOKED_FOR)
    server.run()
    return 0
