"""Numbers read from addresses."""

from __future__ import annotations


def number_in(text: str) -> int:
    """Return a number of an address, 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
