"""WeasyPrint, which lays out PDFs: imported when one is made, for it needs Pango of the system."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import Any


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
