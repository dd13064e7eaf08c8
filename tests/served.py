"""What a portal or listener in a process of its own needs: a free port, and where it logs."""

from __future__ import annotations

import socket

_LOGGING = """
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = {level}
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(asctime)s %(levelname)s %(name)s %(message)s
"""


def logging_at(level: str) -> str:
    """Return the part of an ini file by which everything from a level on goes to stderr."""
    return _LOGGING.format(level=level)


def free_port() -> int:
    """Return a port of loopback nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
