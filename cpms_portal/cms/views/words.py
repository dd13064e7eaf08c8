"""Words and headers that several pages of the library share."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from cpms_portal.core.i18n import _

#: What tags of the content read like; others are shown as they are written.
TAG_TITLES = {
    "faq": _("Questions and answers"),
    "imaging": _("Images"),
    "start": _("Getting started"),
}


def tag_title(tag: str) -> Any:
    """Return the words of a tag."""
    return TAG_TITLES.get(tag) or tag.replace("-", " ").capitalize()


#: Said of a page that holds something for this once only.
ONCE = "cpms.once"


def may_be_kept(request: Request) -> None:
    """Let the reader's own browser keep a public page, asking again each time."""
    if request.person is None:
        request.response.headers["Cache-Control"] = "private, no-cache"


def for_once(request: Request) -> None:
    """Say that the page of this request holds something that is true now only."""
    request.environ[ONCE] = True


def number_in(text: str) -> int:
    """Return a number of an address, 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def size_of(size: int) -> str:
    """Return a size in bytes as people read it."""
    units = ("B", "kB", "MB", "GB")
    value, at = float(size), 0
    while value >= 1000 and at < len(units) - 1:
        value, at = value / 1000, at + 1
    return f"{value:.0f} {units[at]}" if at == 0 or value >= 10 else f"{value:.1f} {units[at]}"
