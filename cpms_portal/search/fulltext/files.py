"""The words of files: read once for each content, by a program of its own, kept by digest."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from pathlib import Path

from cpms_portal.core.transactions import turn_given_up
from cpms_portal.search.fulltext.extraction import MOST_TEXT, READ
from cpms_portal.search.fulltext.registration import FileText
from cpms_portal.search.fulltext.store import TextStore

LOG = logging.getLogger(__name__)
PROGRAM = Path(__file__).with_name("extraction.py")
#: A file that takes longer is found by its title alone, in seconds.
LONGEST = 30


def words_of_file(file: FileText, store: TextStore) -> str:
    """Return the words of a file: those kept for its digest, else as they are read now.

    Others may write meanwhile. What cannot be read has no words, and is not read twice.
    """
    if file.media_type not in READ:
        return ""
    kept = store.read("SELECT words FROM file WHERE digest = ?", (file.digest,))
    if kept:
        return str(kept[0][0])
    with turn_given_up():
        words = _read(file)
    with store.writing() as database:
        database.execute("INSERT OR REPLACE INTO file VALUES (?, ?)", (file.digest, words))
    return words


def _read(file: FileText) -> str:
    with tempfile.NamedTemporaryFile() as copy, file.open() as source:
        while piece := source.read(1 << 20):
            copy.write(piece)
        copy.flush()
        command = [sys.executable, "-I", str(PROGRAM), file.media_type, copy.name]
        try:
            done = subprocess.run(  # noqa: S603 - our own program, a media type of a fixed list
                command, capture_output=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            LOG.warning("a file took too long to read; it is found by its title alone")
            return ""
    if done.returncode:
        LOG.warning("a file could not be read to its end; it is found by what was read")
    return done.stdout[: MOST_TEXT * 4].decode("utf-8", "replace")
