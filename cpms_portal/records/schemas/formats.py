"""Names of files, freed of what they say about a patient."""

from __future__ import annotations

import re
import unicodedata

from cpms_portal.imaging.deidentification.identity import KnownIdentity, Traces

LONGEST_NAME = 120
_UNFIT = re.compile(r'[\\/:*?"<>|]+')


def clean_name(name: str, known: KnownIdentity) -> str:
    """Return a name without folders, odd characters and traces of a known identity."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    traces = Traces()
    traces.add_known(known)
    stem = _UNFIT.sub(" ", stem)
    for start, end in reversed(traces.finder().spans(stem)):
        stem = f"{stem[:start]} {stem[end:]}"
    stem = re.sub(r"\s+", " ", stem).strip(" ._-,")[:LONGEST_NAME] or "document"
    return f"{stem}.{extension.lower()}" if extension else stem
