"""Key object selections (PS3.3 A.35.4): key images, and the manifests of XDS-I and MADO."""

from __future__ import annotations

from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.reader import read_file

#: The SOP class of all of them (PS3.4 B.5); what one is for, its title says.
SELECTION = "1.2.840.10008.5.1.4.1.1.88.59"
_CONTENT, _EVIDENCE, _OTHER = 0x0040A730, 0x0040A375, 0x0040A385
_INSTANCE = 0x00081155


def _named_below(dataset: Dataset, tag: int) -> list[str]:
    """Return the instances named below a sequence, in order, each once."""
    element = dataset.find(tag)
    found = [
        level.text(_INSTANCE)
        for item in (element.items or () if element is not None else ())
        for inner, level in item.everything()
        if inner.tag == _INSTANCE and inner.items is None
    ]
    return [uid for uid in dict.fromkeys(found) if uid]


def selected_in(dataset: Dataset) -> list[str]:
    """Return what a selection shows: what its content names, else all it lists."""
    return _named_below(dataset, _CONTENT) or listed_in(dataset)


def listed_in(dataset: Dataset) -> list[str]:
    """Return every instance a selection lists, of this study and of others."""
    listed = [*_named_below(dataset, _EVIDENCE), *_named_below(dataset, _OTHER)]
    return list(dict.fromkeys(listed or _named_below(dataset, _CONTENT)))


def selected(content: bytes) -> list[str]:
    """Return what a stored selection shows, by UID."""
    return selected_in(read_file(content).dataset)
