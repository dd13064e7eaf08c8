"""Identifiers of SNOMED CT: numbers as long as a telephone's that say what is meant, not who.

Their form tells them apart (SNOMED CT Release File Specification, SCTID): a partition of two
digits and a check digit after Verhoeff end them. Of other numbers one in 500 looks like one.
"""

from __future__ import annotations

import re

_CONCEPT = re.compile(r"[1-9]\d{2,14}(?:00|10)\d")
#: Verhoeff's permutation, applied to itself once more for each place.
_PERMUTED = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def is_concept(text: str) -> bool:
    """Say whether a text is an identifier of a concept of SNOMED CT."""
    return bool(_CONCEPT.fullmatch(text)) and _remainder(text) == 0


def _remainder(digits: str) -> int:
    """Return what is left of digits in the dihedral group of order 10; 0 when they are whole."""
    left = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _PERMUTED[value]
        left = _joined(left, value)
    return left


def _joined(first: int, second: int) -> int:
    """Return the product of two elements of the group: turns are 0 to 4, mirrors 5 to 9."""
    turn = first + second if first < 5 else first - second
    return turn % 5 + (0 if (first < 5) == (second < 5) else 5)
