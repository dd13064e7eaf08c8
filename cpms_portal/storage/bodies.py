"""What is sent and answered waits, when it is large, in a temporary file nobody can read.

The web server keeps large requests and answers in temporary files. They hold originals, so
they are encrypted with a key that lies in memory alone. The file has no name and dies with its
process, unless an upload takes it over as it is (``uploads.Spool.take_over``).
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import waitress.buffers
import webob.request
from pyramid.config import Configurator

from cpms_portal.core.settings import setting
from cpms_portal.storage.turned import TurnedFile

_make_seekable = webob.request.BaseRequest.make_body_seekable


class BodyFile(TurnedFile):
    """A file without a name that is read and written at any place."""

    #: Where the files lie: beside the spool, so that an upload can take one over.
    folder: ClassVar[Path | None] = None

    def __init__(self) -> None:
        super().__init__(_nameless(self.folder), secrets.token_bytes(32))


def _nameless(folder: Path | None) -> int:
    """Open a new file that has no name and may be given one; else one that never has a name."""
    if folder is not None:
        try:
            return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError:
            # Not every file system can; such a body is copied when an upload wants it.
            pass
    with tempfile.TemporaryFile("w+b", buffering=0) as made:
        return os.dup(made.fileno())


class _BodyBuffer(waitress.buffers.FileBasedBuffer):
    """A buffer of the web server over such a file."""

    def __init__(self, from_buffer: Any = None) -> None:
        super().__init__(self.newfile(), from_buffer)

    def newfile(self) -> BodyFile:
        """Return an empty file."""
        return BodyFile()


def _seekable(request: webob.request.BaseRequest) -> None:
    """Let a body be read again; one that can be read at any place is not copied for that."""
    if isinstance(request.body_file_raw, BodyFile):
        request.is_body_seekable = True
    _make_seekable(request)


def includeme(config: Configurator) -> None:
    """Let the web server and WebOb keep large bodies so."""
    BodyFile.folder = Path(setting(config.registry, "cpms.var")) / "spool"
    waitress.buffers.TempfileBasedBuffer = _BodyBuffer
    webob.request.BaseRequest.make_tempfile = lambda _request: BodyFile()
    webob.request.BaseRequest.make_body_seekable = _seekable
