"""The document of an outcome."""

from __future__ import annotations

import io
import sys

import pikepdf
import pytest

from cpms_portal.panels.actions.document import (
    DocumentUnavailableError,
    keep_document,
    page_of,
    pdf_of,
)
from cpms_portal.panels.actions.outcome import object_to, sign
from cpms_portal.panels.actions.steering import move
from cpms_portal.panels.queries.progress import final_outcome
from tests.factories.matterhorn import failures
from tests.factories.panels import FAMILY_NAME, MEMBER, QUESTION, REQUESTER, SECOND, SECTIONS
from tests.factories.pdf import is_readable, told_by


@pytest.fixture
def closed(cast):
    """A closed panel with an objection."""
    panel = cast.sign_off()
    sign(panel, cast(REQUESTER))
    sign(panel, cast(MEMBER))
    object_to(panel, "I would transplant now.", cast(SECOND))
    move(panel, "close_without_all", cast(REQUESTER), reason="One member differs.")
    return panel


def _bytes(panel, registry):
    return b"".join(final_outcome(panel).document.read(registry))


def _opened(pdf: bytes) -> bytes:
    """A PDF with nothing packed, so that what it says can be sought."""
    opened = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as read:
        read.save(
            opened,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )
    return opened.getvalue()


def test_the_page_says_who_asked_what_and_what_is_advised(cast, closed):
    page = page_of(closed, final_outcome(closed), cast(REQUESTER))
    patient = closed.__parent__.__parent__
    shown = (
        "RARE-LIVER", patient.nickname, "47 years", "female", QUESTION, *SECTIONS.values(),
        "I would transplant now.", cast.person(MEMBER).title, "Radboud", "22 November 2026",
        "The treating doctor decides", f"{patient.__name__}-1",
    )  # fmt: skip
    for text in shown:
        if text != "majority":
            assert text in page, text
    assert "Majority" in page


def test_neither_page_nor_document_holds_identity(cast, closed, registry):
    page = page_of(closed, final_outcome(closed), cast(REQUESTER))
    raw = _opened(_bytes(closed, registry))
    for text in (FAMILY_NAME, "Vera", "Probestadt", "1979-04", "HN7731"):
        assert text not in page
        assert text.encode() not in raw
        assert text.encode("utf-16-be") not in raw


def test_what_somebody_wrote_is_text_and_never_markup(cast):
    panel = cast.sign_off()
    object_to(panel, "<img src='file:///etc/passwd'> & <b>bold</b>", cast(SECOND))
    outcome = panel["outcomes"]["1"]
    outcome.final = cast(REQUESTER).now
    page = page_of(panel, outcome, cast(REQUESTER))
    assert "&lt;img" in page
    assert "<img" not in page


def test_the_document_is_a_tagged_pdf_with_embedded_fonts(closed, registry):
    pdf = _bytes(closed, registry)
    assert pdf.startswith(b"%PDF-1.7")
    everything = _opened(pdf)
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang", b"pdfuaid", b"/FontFile"):
        assert mark in everything, mark
    assert b"+Paper" in everything


def test_the_document_is_read_aloud_by_its_headings(closed, registry):
    told = told_by(_bytes(closed, registry))
    assert is_readable(told, "en") and failures(_bytes(closed, registry)) == []
    assert len(told.headings) > 4
    assert not told.fields


def test_the_document_is_made_once_and_stays_as_it_was(cast, closed, registry):
    before = _bytes(closed, registry)
    kept = keep_document(closed, final_outcome(closed), cast(REQUESTER))
    assert b"".join(kept.read(registry)) == before


def test_without_the_system_libraries_closing_works_and_the_page_says_so(cast, monkeypatch):
    panel = cast.sign_off()
    for login in (REQUESTER, MEMBER, SECOND):
        sign(panel, cast(login))
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    move(panel, "close", cast(REQUESTER))
    assert panel.state == "closed"
    assert final_outcome(panel).document is None
    with pytest.raises(DocumentUnavailableError, match="Pango"):
        pdf_of("<p>")
