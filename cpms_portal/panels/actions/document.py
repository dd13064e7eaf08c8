"""Make the document of an outcome: a tagged PDF (PDF/UA-1), sealed like everything clinical.

On a machine without Pango the outcome is final as well, and the page says what is missing; its
document is made when somebody asks for it on a machine that has it.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from babel.dates import format_date
from chameleon import PageTemplateFile
from pyramid.i18n import make_localizer
from pyramid.interfaces import ITranslationDirectories
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import DOMAIN, _, in_language
from cpms_portal.layout.paper import readable_pdf
from cpms_portal.panels.queries.document import document_values
from cpms_portal.panels.queries.progress import outcome_of
from cpms_portal.panels.resources import Outcome, Panel
from cpms_portal.patients.queries import patient_of
from cpms_portal.storage.blobs import SealedBlob

log = logging.getLogger(__name__)
HERE = Path(__file__).parent.parent
TEMPLATE = PageTemplateFile(str(HERE / "templates" / "outcome_document.pt"))
STYLE = HERE / "static" / "outcome_document.css"


class DocumentUnavailableError(CPMSError):
    """The machine lacks what makes PDFs."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _(
                "The PDF cannot be made here: the libraries of WeasyPrint (Pango) are missing. "
                "Nothing is lost; ask the administrator of the portal to install them."
            )
        )


def make_final(panel: Panel, actor: Actor) -> None:
    """Make the outcome of this round final and keep its document."""
    outcome = outcome_of(panel)
    if outcome is None:
        return
    outcome.final = actor.now
    try:
        keep_document(panel, outcome, actor)
    except DocumentUnavailableError:
        log.warning("outcome made final without its PDF: the libraries of WeasyPrint are missing")


def keep_document(panel: Panel, outcome: Outcome, actor: Actor) -> SealedBlob:
    """Make and keep the document of a final outcome, once."""
    patient = patient_of(panel)
    if patient is None:
        raise KeyError("patient")
    if outcome.document is None:
        made = pdf_of(page_of(panel, outcome, actor))
        outcome.document = SealedBlob.write(actor.registry, patient.key_id, [made])
    return outcome.document


def page_of(panel: Panel, outcome: Outcome, actor: Actor) -> str:
    """Return the document as one HTML page."""
    language = getattr(actor.person, "language", None) or "en"
    say = _speaker(actor.registry, language)
    values = document_values(panel, outcome, actor)
    return TEMPLATE(
        lang=language,
        say=say,
        translate=_translator(say),
        day=lambda moment: format_date(moment.date(), "d MMMM y", locale=language),
        **{**values, "area": in_language(values["area"], language)},
    )


def _speaker(registry: Registry, language: str) -> Any:
    directories = registry.queryUtility(ITranslationDirectories, default=[])
    return make_localizer(language, directories).translate


def _translator(say: Any) -> Any:
    def translate(msgid: Any, **about: Any) -> Any:
        if msgid is None:
            return None
        text = about.get("default") or msgid
        return say(text, domain=about.get("domain") or DOMAIN, mapping=about.get("mapping"))

    return translate


def pdf_of(page: str) -> bytes:
    """Return a page as PDF/UA-1; DocumentUnavailableError without the system libraries."""
    # What people wrote loads nothing at all: the page holds no pictures.
    try:
        return readable_pdf(page, STYLE)
    except (ImportError, OSError) as error:
        raise DocumentUnavailableError from error
