"""Read the words of a PDF or Office file. Run as a program of its own, it trusts no file.

``python extraction.py MEDIA_TYPE FILE`` writes the words as UTF-8. It gives itself little memory
and little time first: a file made to break a reader breaks this one alone. It imports nothing of
the portal, so that it starts fast.
"""

from __future__ import annotations

import re
import resource
import sys
import zipfile
from collections.abc import Iterator

from defusedxml.ElementTree import iterparse
from pypdf import PdfReader
from pypdf.errors import PyPdfError

MEMORY, SECONDS = 1 << 30, 20
#: So many characters are kept, and so many bytes of one part of an Office file are read.
MOST_TEXT, MOST_PART = 1_000_000, 64 << 20
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
#: Media type → which parts of the archive hold words.
PARTS = {
    f"{_OPEN_XML}wordprocessingml.document": r"word/(?:document|header\d*|footnotes)\.xml",
    f"{_OPEN_XML}presentationml.presentation": r"ppt/(?:slides|notesSlides)/[^/]+\.xml",
    f"{_OPEN_XML}spreadsheetml.sheet": r"xl/sharedStrings\.xml",
    f"{_ODF}text": r"content\.xml",
    f"{_ODF}spreadsheet": r"content\.xml",
    f"{_ODF}presentation": r"content\.xml",
}
PDF = "application/pdf"
PLAIN = {"text/plain", "text/vtt", "text/csv"}
#: Every media type whose words can be read.
READ = frozenset({PDF, *PLAIN, *PARTS})


def words_of_pdf(path: str) -> Iterator[str]:
    """Yield the words of a PDF, page by page; a page that cannot be read is left out."""
    for page in PdfReader(path).pages:
        try:
            yield page.extract_text()
        except (PyPdfError, ValueError, KeyError, TypeError, RecursionError):
            continue


def words_of_parts(path: str, wanted: str) -> Iterator[str]:
    """Yield the words of the parts of an Office file, as they stand in its XML."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if re.fullmatch(wanted, part.filename) and part.file_size <= MOST_PART:
                with archive.open(part) as source:
                    for _event, element in iterparse(source):
                        yield from filter(None, (element.text, element.tail))
                        if element.tag.rpartition("}")[2] in {"p", "h", "tr", "si"}:
                            yield " "
                        element.clear()


def words_of(media_type: str, path: str) -> Iterator[str]:
    """Yield the words of a file of a known type."""
    if media_type == PDF:
        yield from words_of_pdf(path)
    elif media_type in PLAIN:
        with open(path, encoding="utf-8", errors="replace") as source:
            yield source.read(MOST_TEXT)
    else:
        yield from words_of_parts(path, PARTS[media_type])


def run(media_type: str, path: str) -> None:
    """Write the words of a file, as far as they go."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    left = MOST_TEXT
    for words in words_of(media_type, path):
        sys.stdout.buffer.write(words[:left].encode("utf-8", "replace"))
        left -= len(words)
        if left <= 0:
            return


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
