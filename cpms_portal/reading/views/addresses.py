"""Addresses with what stands after the question mark, and numbers read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request


def path_below(place: Any, name: str, query: Mapping[str, str], request: Request) -> str:
    """Return the path of a view of a place; without a question mark when nothing follows it."""
    return str(request.resource_path(place, name, **({"query": query} if query else {})))


def number_in(text: str) -> int:
    """Return a number of an address, 0 for whatever is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
