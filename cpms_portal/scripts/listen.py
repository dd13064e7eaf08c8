"""Listen for studies hospitals send by DICOM, and empty the drop folders.

Runs beside the portal. What comes waits, sealed, in the inbox of its centre.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from pyramid.paster import setup_logging
from pyramid.registry import Registry

from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.inbox.parcels import inbox_of
from cpms_portal.dicomweb.listener.folders import empty_folder
from cpms_portal.dicomweb.listener.service import Listener, tls_of
from cpms_portal.dicomweb.listener.settings import Title
from cpms_portal.scripts._opening import configured, take_ini

PAUSE = 10.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the ini file, and whether to look into the drop folders once only."""
    take_ini(parser)
    parser.add_argument("--once", action="store_true", help="empty the drop folders and end")


def _round(registry: Registry) -> None:
    """Empty the drop folders, and destroy what waited too long."""
    folders = setting(registry, "cpms.dicomweb.drop_folders")
    for drop in folders:
        empty_folder(registry, drop)
    titles = setting(registry, "cpms.dicomweb.titles")
    centres = {drop.centre for drop in folders} | {title.centre for title in titles.values()}
    for centre in centres:
        inbox_of(registry, centre).sweep()


def run(options: argparse.Namespace) -> int:
    """Listen until interrupted or told to end (SIGTERM)."""
    setup_logging(str(options.ini))
    registry = configured(Path(options.ini)).registry
    titles = setting(registry, "cpms.dicomweb.titles")
    if not titles and not setting(registry, "cpms.dicomweb.drop_folders"):
        print("cpms: no title and no drop folder is set; see production.ini", file=sys.stderr)
        return 2
    if options.once:
        _round(registry)
        return 0
    # The end comes the same way by a key and by a service manager: what is open is closed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _listening(registry, titles)
    except OSError as error:
        print(f"cpms: cannot listen: {error}", file=sys.stderr)
        return 1


def _listening(registry: Registry, titles: Mapping[str, Title]) -> int:
    listener = Listener(registry, titles)
    try:
        if titles:
            port = listener.start(setting(registry, "cpms.dicomweb.listen"), tls_of(registry))
            print(f"Listening on port {port} as {', '.join(sorted(titles))}", flush=True)
        while True:
            _round(registry)
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0
    finally:
        listener.stop()
