"""PDFs that are read aloud as well (PDF/UA-1): laid out by WeasyPrint, then set right.

The library is imported when a PDF is made, for it needs Pango of the system.
"""

from __future__ import annotations

import atexit
import contextlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import pikepdf

from cpms_portal.layout.fields import set_fields_right
from cpms_portal.layout.tagged import DECORATION, set_right

#: The fonts of a process are shared by its threads.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class WeasyPrint:
    """What is used of the library."""

    HTML: Any
    CSS: Any
    FontConfiguration: Any
    URLFetcher: Any


def weasyprint() -> WeasyPrint:
    """Return the library; ImportError or OSError on a machine without Pango."""
    # It prints how to install it before it fails; the page that needs it says so itself.
    with contextlib.redirect_stdout(io.StringIO()):
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    return WeasyPrint(HTML, CSS, FontConfiguration, URLFetcher)


def readable_pdf(html: str, style: Path, *, forms: bool = False) -> bytes:
    """Return a page as PDF/UA-1; ImportError or OSError on a machine without Pango.

    style: its sheet of style. forms: its fields can be filled in. The page loads nothing: pictures
    stand in it as data.
    """
    library = weasyprint()
    with _ONE_AT_A_TIME:
        sheet, fonts = _style(style)
        fetcher = library.URLFetcher(allowed_protocols=("data",))
        page = library.HTML(string=html, url_fetcher=fetcher)
        _mark_decoration(page.etree_element)
        made = page.write_pdf(
            stylesheets=[sheet], font_config=fonts, pdf_forms=forms, pdf_variant="pdf/ua-1"
        )
    with pikepdf.open(io.BytesIO(made)) as pdf:
        set_right(pdf, _links(page.etree_element))
        set_fields_right(pdf, _titles(page.etree_element))
        written = io.BytesIO()
        packed = pikepdf.ObjectStreamMode.generate
        pdf.save(written, deterministic_id=True, object_stream_mode=packed)
    return written.getvalue()


@cache
def _style(path: Path) -> tuple[Any, Any]:
    """Return a sheet of style with its fonts, unpacked once a process."""
    library = weasyprint()
    # The library removes its files when the fonts go; later than this it cannot.
    atexit.register(_style.cache_clear)
    fonts, own_files = library.FontConfiguration(), library.URLFetcher(allowed_protocols=("file",))
    return library.CSS(filename=str(path), font_config=fonts, url_fetcher=own_files), fonts


def _mark_decoration(html: Any) -> None:
    """Give pictures without an alternative one that says that they only decorate."""
    for picture in html.iter("img"):
        if not picture.get("alt", "").strip():
            picture.set("alt", DECORATION)


def _links(html: Any) -> dict[str, str]:
    """Return what the links of a page say, by where they lead."""
    found: dict[str, str] = {}
    for link in html.iter("a"):
        said = " ".join("".join(link.itertext()).split())
        found.setdefault(link.get("href", "").removeprefix("#"), said)
    return found


def _titles(html: Any) -> dict[tuple[str, str], str]:
    """Return what is read aloud at the fields of a page, by name and value."""
    found: dict[tuple[str, str], str] = {}
    for group in html.iter():
        if group.get("role") == "radiogroup":
            found |= {(one.get("name"), ""): group.get("aria-label") for one in group.iter("input")}
    for one in html.iter("input"):
        value = one.get("value", "") if one.get("type") == "radio" else ""
        found[one.get("name", ""), value] = one.get("title", "")
    return found
