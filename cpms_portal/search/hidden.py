"""What readers see for some time only: asked at each question, so that no job can be late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from BTrees import family64

from cpms_portal.core.actor import Actor, SystemActor
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.indexes import seconds
from cpms_portal.search.matching import viewed_by

#: Nouns that readers may see for some time only.
TIMED = frozenset({"page"})


def hidden_now(actor: Actor, noun: str, anywhere: Any) -> Any:
    """Return the oids of a noun that are out of their time and that the actor does not work on."""
    nothing = family64.IF.Set()
    catalog = catalog_of(anywhere)
    if noun not in TIMED or isinstance(actor, SystemActor) or catalog is None:
        return nothing
    at = seconds(actor.now) or 0
    begins, ends, keepers = (catalog[one] for one in ("shown_from", "shown_until", "keepers"))
    if not ends._fwd_index and not begins._fwd_index:
        return nothing
    out = family64.IF.union(ends.applyLe(at), begins.applyGt(at))
    for token in viewed_by(actor, noun) if out else ():
        kept = keepers._fwd_index.get(token)
        out = out if kept is None else family64.IF.difference(out, kept)
    return out


def next_moment(anywhere: Any, at: datetime) -> datetime:
    """Return the first moment after another at which anything may begin or end to be shown.

    The index knows whole seconds: within the second of a beginning or an end, that is its end.
    """
    second, found = seconds(at) or 0, [datetime.max.replace(tzinfo=UTC)]
    for name in ("shown_from", "shown_until"):
        index = catalog_of(anywhere)[name]
        for key in index._fwd_index.keys(second):
            moment = datetime.fromtimestamp(key, UTC)
            found.append(moment if moment > at else moment + timedelta(seconds=1))
            break
    return min(found)
