"""Sessions on the server: listed, revoked, idle and absolute limits.

The browser holds an id (whose it is, and a random part), the time of its last use and a
signature; the server holds the record under the digest of the id, all of one person
together. Idle time is read from the signed cookie, so a page view writes nothing.

Opening a session and ending those of the same person write one common object, so that of two at
once the second collides and looks again: nobody signs in past a revocation.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent import Persistent
from persistent.mapping import PersistentMapping
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid_zodbconn import get_connection

from cpms_portal.core.clock import now
from cpms_portal.core.resources import root_of
from cpms_portal.core.settings import setting
from cpms_portal.security.attempts import network_of_address
from cpms_portal.security.cookies import cookie_of, keep_cookie
from cpms_portal.security.last_use import last_uses
from cpms_portal.security.secret import sign, signature_holds

STORE = "sessions"
PURPOSE = "session"
COOKIE = "cpms"
#: Levels of proof: password only, or both factors.
PARTIAL, FULL = 1, 2
#: The cookie is renewed when its time is older than this.
RENEW_SECONDS = 120
#: Where a request keeps what its cookie says.
PARTS = "cpms.session_parts"
#: Where a session keeps for whom an assistant acts.
ACTS_FOR = "acts_for"


class SessionRecord(Persistent):
    """One session: whose, how far proven, when and where it was opened.

    proven_from: from which network and browser, hashed; empty when that is not known.
    """

    proven_from = ""

    def __init__(self, person: int, level: int, opened: datetime, device: str) -> None:
        self.person = person
        self.level = level
        self.opened = opened
        self.proven = opened
        self.device = device
        self.used = opened
        self.values: PersistentMapping = PersistentMapping()


class SessionChanges(Persistent):
    """How often sessions of a person were opened, and how often more than one were ended; when."""

    opened = 0
    ended = 0
    ended_at: datetime | None = None


def digest(session_id: str) -> str:
    """Return what the server stores instead of the id: whose it is, and a hash."""
    whose = session_id.partition("~")[0]
    return f"{whose}~{hashlib.sha256(session_id.encode()).hexdigest()}"


def store_of(request: Request) -> OOBTree:
    """Return the sessions by digest; made when the portal is brought up."""
    return get_connection(request).root()[STORE]


def of_person(store: OOBTree, person_oid: int) -> list[tuple[str, SessionRecord]]:
    """Return the sessions of a person with their keys, newest first; only theirs are read."""
    found = store.items(min=f"{person_oid}~", max=f"{person_oid}~~")
    return sorted(found, key=lambda pair: pair[1].opened, reverse=True)


def _changes_of(store: OOBTree, person_oid: int) -> SessionChanges:
    """Return what a person's sessions collide on; it stands outside what ``of_person`` reads."""
    key = str(person_oid)
    if key not in store:
        store[key] = SessionChanges()
    found: SessionChanges = store[key]
    return found


def times_ended(anywhere: Any, person_oid: int) -> int:
    """Return how often the sessions of a person were ended; a proof shown before counts no more."""
    found = root_of(anywhere)._p_jar.root()[STORE].get(str(person_oid))
    return 0 if found is None else int(found.ended)


def ended_since(anywhere: Any, person_oid: int, moment: datetime) -> bool:
    """Say whether the sessions of a person were ended after a moment."""
    found = root_of(anywhere)._p_jar.root()[STORE].get(str(person_oid))
    last = None if found is None else found.ended_at
    return last is not None and last > moment


def _parts(request: Request) -> tuple[str, int] | None:
    """Return id and last use of the cookie, or None when it is missing, altered or too old.

    Looked at once a request: every form of a page asks for its token.
    """
    sent = cookie_of(request, COOKIE)
    kept: tuple[str, tuple[str, int] | None] | None = request.environ.get(PARTS)
    if kept is None or kept[0] != sent:
        kept = request.environ[PARTS] = (sent, _read_parts(request, sent))
    return kept[1]


def _read_parts(request: Request, sent: str) -> tuple[str, int] | None:
    pieces = sent.split(".")
    if len(pieces) != 3 or not pieces[1].isdigit():
        return None
    session_id, used, signature = pieces
    if not signature_holds(request.registry, PURPOSE, f"{session_id}.{used}", signature):
        return None
    idle = now(request.registry).timestamp() - int(used)
    if idle > setting(request.registry, "cpms.session.idle_minutes") * 60:
        return None
    return session_id, int(used)


def record_of(request: Request) -> SessionRecord | None:
    """Return the session of this request, or None."""
    parts = _parts(request)
    if parts is None:
        return None
    record = store_of(request).get(digest(parts[0]))
    if record is None or _is_over(request, record):
        return None
    if now(request.registry).timestamp() - parts[1] > RENEW_SECONDS:
        last_uses(request.registry).note(digest(parts[0]), now(request.registry))
        _keep_cookie(request, parts[0])
    return record


def session_key(request: Request) -> str:
    """Return the digest of the session of this request, or an empty string."""
    parts = _parts(request)
    return digest(parts[0]) if parts else ""


def _keep_cookie(request: Request, session_id: str) -> None:
    """Let the browser keep the id of its session and the time of this use."""
    used = f"{session_id}.{int(now(request.registry).timestamp())}"
    keep_cookie(request, COOKIE, f"{used}.{sign(request.registry, PURPOSE, used)}")


def open_session(
    request: Request, person_oid: int, level: int, *, opened: datetime | None = None
) -> SessionRecord:
    """Open a session under a new id and end the one this browser had.

    opened: when the session that goes on was opened, so that it ends no later than before.
    """
    parts, store, before = _parts(request), store_of(request), None
    if parts is not None:
        before = store.pop(digest(parts[0]), None)
    _forget_ended(request, person_oid)
    _changes_of(store, person_oid).opened += 1
    session_id = f"{person_oid}~{secrets.token_urlsafe(24)}"
    record = SessionRecord(
        person_oid, level, now(request.registry), (request.user_agent or "")[:200]
    )
    record.opened = opened or record.opened
    record.proven_from = _place(request)
    if before is not None and before.person == person_oid and ACTS_FOR in before.values:
        record.values[ACTS_FOR] = before.values[ACTS_FOR]
    store[digest(session_id)] = record
    _keep_cookie(request, session_id)
    return record


def close_session(request: Request) -> None:
    """End the session of this browser."""
    parts = _parts(request)
    if parts is not None:
        store_of(request).pop(digest(parts[0]), None)
        keep_cookie(request, COOKIE, "", 0)


def _is_over(request: Request, record: SessionRecord) -> bool:
    limit = timedelta(hours=setting(request.registry, "cpms.session.hours"))
    return bool(now(request.registry) - record.opened > limit)


def _forget_ended(request: Request, person_oid: int) -> None:
    """Drop the sessions of a person that are over, so that they do not heap up."""
    store = store_of(request)
    for key, record in of_person(store, person_oid):
        if _is_over(request, record):
            del store[key]


def sessions_of(request: Request, person_oid: int) -> list[tuple[str, SessionRecord]]:
    """Return the sessions of a person that still count, with their keys, newest first."""
    found = of_person(store_of(request), person_oid)
    return [(key, record) for key, record in found if not _is_over(request, record)]


def end_sessions(anywhere: Any, person_oid: int, at: datetime, *, but: str = "") -> int:
    """End the sessions of a person, all or all but one, and return how many.

    anywhere: any seated resource. at: now; what was shown elsewhere before counts no more. but: key
    of a session.
    """
    store = root_of(anywhere)._p_jar.root()[STORE]
    keys = [key for key, _record in of_person(store, person_oid)]
    ended = [key for key in keys if key != but]
    for key in ended:
        del store[key]
    changes = _changes_of(store, person_oid)
    changes.ended, changes.ended_at = changes.ended + 1, at
    return len(ended)


def end_one_session(anywhere: Any, person_oid: int, key: str) -> int:
    """End one session of a person, and return how many that were."""
    store = root_of(anywhere)._p_jar.root()[STORE]
    mine = key in {known for known, _record in of_person(store, person_oid)}
    if mine:
        del store[key]
    return int(mine)


def end_all_sessions(anywhere: Any, at: datetime, *, but: str = "") -> int:
    """End the sessions of everybody, all or all but one, and return how many. but: its key."""
    store = root_of(anywhere)._p_jar.root()[STORE]
    people = {int(key.partition("~")[0]) for key in store}
    return sum(end_sessions(anywhere, oid, at, but=but) for oid in people)


def values_of_sessions(anywhere: Any, person_oid: int) -> list[tuple[str, PersistentMapping]]:
    """Return what the sessions of a person keep, with their keys."""
    store = root_of(anywhere)._p_jar.root()[STORE]
    return [(key, record.values) for key, record in of_person(store, person_oid)]


def _place(request: Request) -> str:
    """Return from which network and browser a request comes, hashed; empty when that is unknown."""
    if not request.remote_addr:
        return ""
    by_network = setting(request.registry, "cpms.step_up_place") == "network"
    network = network_of_address(request.remote_addr) if by_network else ""
    return hashlib.sha256(f"{network} {request.user_agent}".encode()).hexdigest()


def freshly_proven(request: Request) -> bool:
    """Say whether the second factor was proven lately for a delicate step, and from here."""
    record: Any = request.session_record
    if record is None or record.level < FULL:
        return False
    fresh = timedelta(minutes=setting(request.registry, "cpms.step_up_minutes"))
    here = record.proven_from in ("", _place(request))
    return bool(here and now(request.registry) - record.proven <= fresh)


def includeme(config: Configurator) -> None:
    """Offer ``request.session_record``."""
    config.add_request_method(record_of, "session_record", reify=True)
