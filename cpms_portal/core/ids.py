"""Random ids that say nothing: for patients, people and uploads."""

from __future__ import annotations

import secrets

# No vowels (no words), no letters that look like digits.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"


def random_id(length: int = 8) -> str:
    """Return a random id; 8 characters hold about 38 bits, 26 about 123 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
