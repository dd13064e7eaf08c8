"""PDFs: refused when something in them would run, and when they cannot be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

from cpms_portal.core.errors import UploadRefusedError
from cpms_portal.core.i18n import _

#: What makes a PDF do something: scripts, programs, files within, forms sent elsewhere.
ACTIVE = {
    *("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/SubmitForm", "/GoToE"),
    *("/XFA", "/ImportData", "/GoToR"),
}
#: Objects in objects: more deeply packed than this is no document.
DEEPEST = 60
#: Where the links of a PDF may lead.
_PLAIN_LINK = re.compile(r"(?:https?://|mailto:|#|(?![a-z][a-z0-9+.-]*:))", re.IGNORECASE)


def check_pdf(source: Path | BinaryIO) -> None:
    """Refuse a PDF in which something would run, and what cannot be read as a PDF."""
    try:
        with pikepdf.open(source) as document:
            active = any(_is_active(one) for one in document.objects)
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise UploadRefusedError(_("This PDF cannot be read.")) from error
    if active:
        raise UploadRefusedError(
            _("This PDF holds scripts or other files. Save it without them and upload it again.")
        )


def _is_active(one: Any, depth: int = 0) -> bool:
    """Say whether an object, or what stands in it without a number of its own, would run."""
    if depth > DEEPEST:
        return True
    if isinstance(one, pikepdf.Array):
        return any(_is_active(part, depth + 1) for part in one if _is_inside(part))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    names = {str(key) for key in one.keys()}  # noqa: SIM118 - a stream is iterated otherwise
    kinds = {str(one.get(key)) for key in ("/S", "/Type") if key in names}
    if "/URI" in names and not _leads_plainly(one.get("/URI")):
        return True
    within = (one.get(key) for key in names)
    return bool((names | kinds) & ACTIVE) or any(
        _is_active(part, depth + 1) for part in within if _is_inside(part)
    )


def _is_inside(part: Any) -> bool:
    return isinstance(part, pikepdf.Object) and not part.is_indirect


def _leads_plainly(address: Any) -> bool:
    """Say whether an address of a link is plain; the base of a document is a mapping."""
    if isinstance(address, pikepdf.Dictionary):
        return True
    return _PLAIN_LINK.match(str(address).strip()) is not None
