"""Decide on held images: black out and release into the study, or destroy."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.settings import setting
from cpms_portal.imaging.actions import store
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.masking import masked
from cpms_portal.imaging.deidentification.reasons import STORED, TEXTS, WithheldError
from cpms_portal.imaging.held.keeping import destroy_series
from cpms_portal.imaging.held.queries import held_content, images_of
from cpms_portal.imaging.held.resources import FIELD, HeldSeries
from cpms_portal.imaging.ingest.packing import write_pack
from cpms_portal.imaging.ingest.receipts import StudyReceipt
from cpms_portal.imaging.ingest.work import Outcome
from cpms_portal.imaging.queries import holder_of
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import seal_json

Boxes = Sequence[Sequence[int]]


def release(series: HeldSeries, chosen: Mapping[str, Boxes], actor: Actor) -> StudyReceipt:
    """Black out the boxes of images and store them; ValueRefusedError when one cannot be masked.

    chosen: the number of an image → its boxes; none means: looked at, no text found.
    """
    registry, holder = actor.registry, holder_of(series)
    folder = Path(setting(registry, "cpms.var")) / "staging"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder) as staging:
        outcome = Outcome()
        key = keyring(registry).key(series.key_id)
        decisions = _masked(series, chosen, outcome, actor)
        pack = write_pack(key, series.key_id, Path(staging) / "pack", decisions)
        outcome.packs.append(pack)
        announce(registry, Changed(series, actor, "study.held_released"))
        receipt = store(holder, outcome, actor)
        _forget(series, chosen, actor)
    return receipt


def _masked(
    series: HeldSeries, chosen: Mapping[str, Boxes], outcome: Outcome, actor: Actor
) -> Iterator[Decision]:
    for number, boxes in chosen.items():
        try:
            content = masked(held_content(actor.registry, series, number), boxes)
        except WithheldError as error:
            raise ValueRefusedError(TEXTS[error.code]) from error
        outcome.counts["stored"] += 1
        outcome.counts["masked"] += bool(boxes)
        yield Decision(STORED, chunks=[content])


def destroy(series: HeldSeries, numbers: Iterable[str], actor: Actor) -> None:
    """Destroy images for good."""
    announce(actor.registry, Changed(series, actor, "study.held_destroyed"))
    _forget(series, numbers, actor)


def _forget(series: HeldSeries, numbers: Iterable[str], actor: Actor) -> None:
    gone = set(numbers)
    left = {image.number: {"facts": image.facts, "boxes": image.boxes, "read": image.read}
            for image in images_of(actor.registry, series) if image.number not in gone}  # fmt: skip
    if not left:
        destroy_series(series, actor)
        return
    series.sealed = seal_json(actor.registry, series.key_id, FIELD, left)
    series.blobs = {number: blob for number, blob in series.blobs.items() if number in left}
