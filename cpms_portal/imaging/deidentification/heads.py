"""Whether an image is of a head: from thin slices of one a face can be drawn (PS3.15 E.3.2)."""

from __future__ import annotations

import re

from cpms_portal.imaging.deidentification.elements import Dataset, Element
from cpms_portal.imaging.deidentification.identity import folded
from cpms_portal.imaging.deidentification.text import ASCII, character_sets, decoded

#: Recognizable Visual Features (0028,0302); four bytes, so that an answer fits in its place.
FEATURES = 0x00280302
SHOWN, NOT_SHOWN = b"YES ", b"NO  "
_VOLUMES = frozenset(("CT", "MR", "PT", "NM"))
_CHARACTER_SET, _MODALITY = 0x00080005, 0x00080060
# Body part, study, series, protocol, acquisition and what was asked for, in words.
_SAID = (0x00180015, 0x00081030, 0x0008103E, 0x00181030, 0x00181400, 0x00321060, 0x00400254)
_CODES = (0x00082218, 0x00081032, 0x00321064)
_MEANING = 0x00080104
# Folded: no capitals, no accents.
_HEAD = re.compile(
    r"head|brain|skull|crani|cerebr|neuro|encephal|\bface|facial|orbit|sinus|mandib|maxill|jaw"
    r"|pituitar|hypophys|sella|schaedel|schadel|kopf|hirn|gesicht|kiefer|cerveau|crane|tete|visage"
    r"|testa|encefal|cervello|cabeza|cerebro|craneo|hoofd|hersenen|schedel|huvud|hjarna|hoved"
    r"|hjerne|glowa|mozg|czaszk|hlava|mozek|glava|mozak|cabeca|\bcct\b|\bnnh\b|\biac\b"
    r"|mprage|\bdvt\b|cbct|dental|голов|мозг|череп|κεφαλ|εγκεφαλ"
)


def _text(element: Element | None, encodings: tuple[str, ...]) -> str:
    if element is None or element.items is not None or element.end - element.value > 1024:
        return ""
    return folded(decoded(element.raw, encodings))


def shows_head(dataset: Dataset) -> bool:
    """Say whether slices are of a head, as far as body part, anatomy and descriptions tell."""
    if dataset.text(_MODALITY) not in _VOLUMES:
        return False
    charset = dataset.find(_CHARACTER_SET)
    encodings = character_sets(charset.raw) if charset and charset.items is None else ASCII
    said = [_text(dataset.find(tag), encodings) for tag in _SAID]
    for tag in _CODES:
        sequence = dataset.find(tag)
        for item in (sequence.items or []) if sequence is not None else []:
            said.append(_text(item.find(_MEANING), encodings))
    return any(_HEAD.search(text) for text in said)
