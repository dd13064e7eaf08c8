"""From a paper in HTML to a PDF that can be filled in and read aloud (PDF/UA-1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.layout.paper import readable_pdf

STYLE = Path(__file__).parents[1] / "static" / "css" / "paper.css"


class PDFUnavailableError(CPMSError):
    """This machine cannot make PDFs: a library of the system is missing."""

    status = 503


@dataclass(frozen=True)
class Paper:
    """A PDF and the digest of the HTML it was made of."""

    content: bytes
    digest: str


@lru_cache(maxsize=96)
def fillable_pdf(html: str) -> Paper:
    """Return HTML as a tagged PDF with form fields; the same HTML is laid out once.

    The HTML must hold nothing personal: what is made stays in memory.
    """
    return _paper(html, forms=True)


@lru_cache(maxsize=64)
def paper(html: str) -> Paper:
    """Return HTML as a tagged PDF to read; the same HTML is laid out once."""
    return _paper(html, forms=False)


def _paper(html: str, *, forms: bool) -> Paper:
    try:
        content = readable_pdf(html, STYLE, forms=forms)
    except (ImportError, OSError) as error:
        said = _("PDFs cannot be made on this server now. Please read the form as a page instead.")
        raise PDFUnavailableError(said) from error
    return Paper(content, hashlib.sha256(html.encode()).hexdigest()[:32])
