"""Keep images that wait, and destroy those whose last day is over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cpms_portal.core.actor import Actor, system_actor
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import root_of
from cpms_portal.core.settings import setting
from cpms_portal.imaging.held.resources import FIELD, HELD_IMAGES, HeldImages, HeldSeries
from cpms_portal.imaging.ingest.holding import HeldInstance
from cpms_portal.search.queries import find
from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.sealing import seal_json

_SWEPT_AT_ONCE = 20


def keep_held(holder: Any, held: Iterable[HeldInstance], actor: Actor) -> int:
    """Keep images that wait, series by series; return how many."""
    by_series: dict[str, list[HeldInstance]] = {}
    for one in held:
        by_series.setdefault(one.facts["series_uid"], []).append(one)
    for instances in by_series.values():
        _keep_series(holder, instances, actor)
    return sum(map(len, by_series.values()))


def _keep_series(holder: Any, instances: list[HeldInstance], actor: Actor) -> None:
    registry = actor.registry
    days = setting(registry, "cpms.imaging.held_days")
    series = HeldSeries(holder.key_id, actor.now + timedelta(days=days), actor.now)
    series.owner = actor.answers_oid
    kept = {}
    for number, one in enumerate(instances):
        # A link is taken over, so that a transaction that is tried again finds its file.
        link = one.path.with_name(f"{one.path.name}-{os.urandom(4).hex()}")
        os.link(one.path, link)
        series.blobs[str(number)] = SealedBlob.take_over(series.key_id, link, one.size)
        kept[str(number)] = {"facts": one.facts, "boxes": one.boxes, "read": one.read}
    series.sealed = seal_json(registry, series.key_id, FIELD, kept)
    if HELD_IMAGES not in holder:
        holder.add(HELD_IMAGES, HeldImages("Held images", actor.now))
    holder[HELD_IMAGES].add(random_id(10), series)
    announce(registry, Changed(series, actor, "study.held"))


def destroy_expired(anywhere: Any, actor: Actor) -> int:
    """Destroy held images whose last day is over, wherever they are; return how many series."""
    everywhere = system_actor(actor.registry)
    oldest = find(everywhere, "held_series", within=root_of(anywhere), size=_SWEPT_AT_ONCE)
    expired = [series for series in oldest if series.until <= actor.now]
    for series in expired:
        destroy_series(series, everywhere)
    return len(expired)


def destroy_series(series: HeldSeries, actor: Actor) -> None:
    """Destroy a held series."""
    announce(actor.registry, Changed(series, actor, "study.held_destroyed"))
    series.__parent__.remove(series.__name__)
