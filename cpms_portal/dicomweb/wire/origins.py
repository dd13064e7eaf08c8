"""Origins of pages, as a setting names them (RFC 6454 section 6.2)."""

from __future__ import annotations

import re

_ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?")


def origins_in(text: str) -> frozenset[str]:
    """Return the origins of a text, one a line or word; ValueError when one is not exact.

    Neither ``*`` nor ``null`` is an origin, and none has a path.
    """
    found = text.split()
    for origin in found:
        if _ORIGIN.fullmatch(origin) is None:
            raise ValueError(f"{origin}: an origin is https://host or https://host:port")
    return frozenset(found)
