"""What is sent and answered waits, when it is large, in a temporary file nobody can read.

The web server keeps large requests and answers in temporary files. They hold originals, so
they are encrypted with a key that lies in memory alone. The file has no name and dies with its
process, unless an upload takes it over as it is (``uploads.Spool.take_over``).

The files of a form lie in memory while they are small, and then in such a file.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from pathlib import Path
from typing import IO, Any, ClassVar, cast

import waitress.buffers
import webob.request
from pyramid.config import Configurator
from webob.compat import cgi_FieldStorage

from cpms_portal.core.settings import setting
from cpms_portal.storage.turned import TurnedFile

#: So much of a file of a form, or of a body that is read by lines, lies in memory.
IN_MEMORY = 1024 * 1024
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


class _FormFile(tempfile.SpooledTemporaryFile[bytes]):
    """A file of a form: in memory while it is small."""

    def __init__(self) -> None:
        super().__init__(IN_MEMORY)

    def rollover(self) -> None:
        """Go on in a file nobody else can read."""
        held: Any = self._file
        if isinstance(held, BodyFile):
            return
        place, body = held.tell(), BodyFile()
        body.write(held.getvalue())
        body.seek(place)
        self._file = cast(IO[bytes], body)
        self._rolled = True


class _Lines(io.BufferedReader):
    """Reads a body by lines; who opened the body closes it."""

    def close(self) -> None:
        """Leave the body open."""


class _Form(cgi_FieldStorage):
    """A form, or a part of one: what is large in it is kept where nobody can read it."""

    def __init__(self, fp: Any = None, *rest: Any, **more: Any) -> None:
        super().__init__(_Lines(fp, IN_MEMORY) if isinstance(fp, BodyFile) else fp, *rest, **more)

    def make_file(self) -> IO[Any]:
        """Return where a part is kept."""
        if self._binary_file or self.length >= 0:
            return _FormFile()
        return io.StringIO(newline="\n")


def _seekable(request: webob.request.BaseRequest) -> None:
    """Let a body be read again; one that can be read at any place is not copied for that."""
    if isinstance(request.body_file_raw, BodyFile):
        request.is_body_seekable = True
    _make_seekable(request)


def includeme(config: Configurator) -> None:
    """Let the web server and WebOb keep large bodies so."""
    BodyFile.folder = Path(setting(config.registry, "cpms.var")) / "spool"
    waitress.buffers.TempfileBasedBuffer = _BodyBuffer
    webob.request.cgi_FieldStorage = _Form
    webob.request.BaseRequest.make_tempfile = lambda _request: BodyFile()
    webob.request.BaseRequest.make_body_seekable = _seekable
