"""Asking a server of others: not for long, not for much, and never where it leads elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from cpms_portal.identity.sources.said import SourceRefusedError

SECONDS = 10
LARGEST = 256 * 1024


def fetched(url: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    """Return what a server answers; SourceRefusedError when it does not, or too much."""
    try:
        with requests.get(
            url,
            params=dict(query),
            headers=dict(headers or {}),
            timeout=SECONDS,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise SourceRefusedError("unreachable")
            return _read(answer)
    except requests.RequestException as error:
        raise SourceRefusedError("unreachable") from error


def _read(answer: Any) -> bytes:
    text = b""
    for piece in answer.iter_content(16 * 1024):
        text += piece
        if len(text) > LARGEST:
            raise SourceRefusedError("too much")
    return text
