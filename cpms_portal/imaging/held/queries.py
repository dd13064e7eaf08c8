"""Questions about held images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyramid.registry import Registry

from cpms_portal.imaging.held.resources import FIELD, HELD_IMAGES, HeldSeries
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.storage.sealing import open_json


@dataclass(frozen=True)
class HeldImage:
    """An image that waits, opened. boxes: left, top, width, height in its own pixels."""

    number: str
    facts: Facts
    boxes: list[list[int]]
    read: bool

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self.facts.get("columns") or 0, self.facts.get("rows") or 0


def held_series_of(holder: Any, now: datetime) -> list[HeldSeries]:
    """Return what is held for a holder, the oldest first; what is past its last day is gone."""
    found = [one for one in holder.get(HELD_IMAGES, {}).values() if isinstance(one, HeldSeries)]
    return sorted((one for one in found if one.until > now), key=lambda one: one.until)


def images_of(registry: Registry, series: HeldSeries) -> list[HeldImage]:
    """Return the images of a held series in the order they came."""
    kept = open_json(registry, series.key_id, FIELD, series.sealed) or {}
    return [HeldImage(number, one["facts"], one["boxes"], one["read"])
            for number, one in sorted(kept.items(), key=lambda entry: int(entry[0]))]  # fmt: skip


def held_content(registry: Registry, series: HeldSeries, number: str) -> bytes:
    """Return the file of a held image; KeyError when it does not wait any more."""
    return b"".join(series.blobs[number].read(registry))


def held_uids(registry: Registry, holder: Any, now: datetime) -> frozenset[str]:
    """Return the mapped UIDs of the instances that wait: sent again they are no news."""
    return frozenset(
        image.facts["uid"]
        for series in held_series_of(holder, now)
        for image in images_of(registry, series)
    )
