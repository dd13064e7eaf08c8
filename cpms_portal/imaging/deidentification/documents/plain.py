"""Text, tables as text, and XML: read in whatever encoding, kept byte for byte."""

from __future__ import annotations

import re
from collections import Counter

from cpms_portal.imaging.deidentification.documents.packages import parsed, texts_of

_REMARKS = re.compile(rb"<!--.*?-->|<\?(?!xml[ \t\r\n]).*?\?>", re.DOTALL)


def text_of(content: bytes) -> str:
    """Return the words of a text: UTF-16 with its mark, UTF-8, else Latin-1."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def clean_xml(content: bytes, counts: Counter[str]) -> tuple[bytes, list[str]]:
    """Return XML without remarks and instructions, otherwise byte for byte, and its words."""
    cleaned, found = _REMARKS.subn(b"", content)
    counts["removed"] += found
    return cleaned, texts_of(parsed(cleaned))
