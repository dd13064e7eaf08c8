"""A clinical document (CDA) as lines of text, in reading order."""

from __future__ import annotations

from cpms_portal.imaging.deidentification.documents.clinical import words_of_clinical
from cpms_portal.imaging.deidentification.encapsulated import document_of
from cpms_portal.imaging.deidentification.reader import read_file
from cpms_portal.imaging.deidentification.reasons import RefusedError
from cpms_portal.imaging.frames.decoding import FrameError
from cpms_portal.imaging.frames.reports import MOST_LINES, Line


def clinical_lines(content: bytes) -> list[Line]:
    """Return the lines of a stored clinical document; FrameError when it cannot be read."""
    try:
        words = words_of_clinical(document_of(read_file(content).dataset))
    except RefusedError as error:
        raise FrameError from error
    return [Line(*line) for line in words[:MOST_LINES]]
