"""Whether an image is of a head: from thin slices of one a face can be drawn (PS3.15 E.3.2)."""

from __future__ import annotations

import re

from cpms_portal.imaging.deidentification.elements import Dataset

_VOLUMES = frozenset(("CT", "MR", "PT", "NM"))
_MODALITY, _BODY_PART, _ANATOMY = 0x00080060, 0x00180015, 0x00082218
_DESCRIPTIONS = (0x00081030, 0x0008103E, 0x00181030)
_MEANING = 0x00080104
_HEAD = re.compile(
    r"head|brain|skull|cranium|cranial|cerebr|neuro|face|facial|orbit|sinus|mandible|maxilla|jaw"
    r"|schaedel|schädel|kopf|cerveau|crane|crâne|tete|tête|testa|cabeza|cerebro|encephal|pituitary",
    re.IGNORECASE,
)


def shows_head(dataset: Dataset) -> bool:
    """Say whether slices are of a head, as far as body part, anatomy and descriptions tell."""
    if dataset.text(_MODALITY) not in _VOLUMES:
        return False
    said = [dataset.text(tag) for tag in (_BODY_PART, *_DESCRIPTIONS)]
    anatomy = dataset.find(_ANATOMY)
    for item in (anatomy.items or []) if anatomy is not None else []:
        said.append(item.text(_MEANING))
    return any(_HEAD.search(text) for text in said)
