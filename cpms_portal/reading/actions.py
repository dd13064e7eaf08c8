"""Count voices, take comments, open and close them."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.queries.reviewing import reviewers_of
from cpms_portal.cms.resources import Library, LibraryItem
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import find_above, oid_of, resource_of
from cpms_portal.notifications.actions import notify
from cpms_portal.reading.queries import COMMENTS, is_open, item_of
from cpms_portal.reading.resources import Comment, Comments, Voices
from cpms_portal.workflow.actions import begin, transition

LONGEST = 4000


def desk_for(item: Any, actor: Actor) -> Comments:
    """Return what is kept of readers in the library of an item; made for the first of them."""
    library = find_above(item, Library)
    if library is None:
        raise ValueRefusedError(_("This stands in no library."))
    if COMMENTS not in library:
        library.add(COMMENTS, Comments("Comments", actor.now))
    desk: Comments = library[COMMENTS]
    return desk


def count_voice(item: LibraryItem, *, helpful: bool, actor: Actor) -> None:
    """Count a voice; nothing says whose it is."""
    desk = desk_for(item, actor)
    oid = oid_of(item)
    if oid not in desk.voices:
        desk.voices[oid] = Voices()
    voices = desk.voices[oid]
    (voices.helpful if helpful else voices.unhelpful).change(1)


def allow_comments(item: LibraryItem, *, allowed: bool, actor: Actor) -> None:
    """Let readers comment on an item, or no longer; what was said before is not thrown away."""
    desk = desk_for(item, actor)
    if allowed:
        desk.open.insert(oid_of(item))
    elif oid_of(item) in desk.open:
        desk.open.remove(oid_of(item))


def add_comment(item: LibraryItem, text: str, actor: Actor) -> Comment:
    """Take what a reader says; it is shown once somebody of the library has looked at it."""
    if not is_open(item) or actor.person is None:
        raise TransitionDeniedError(_("Comments are closed here."))
    if not text.strip():
        raise ValueRefusedError(_("Write something first."), "text")
    comment = Comment(oid_of(item), actor.oid, text.strip()[:LONGEST], actor.now)
    comment.who_name = actor.name
    desk_for(item, actor).add(random_id(), comment)
    begin(comment, actor)
    for person in reviewers_of(item, actor):
        notify(person, "comment.added", item, actor, path=f"/resolve/{oid_of(item)}", once=True)
    return comment


def decide_comment(comment: Comment, step: str, actor: Actor) -> None:
    """Show a comment, refuse it or take it back."""
    transition(comment, step, actor)
    item = item_of(comment)
    if step == "show" and item is not None:
        author = resource_of(comment, comment.person)
        notify(author, "comment.show", item, actor, path=f"/resolve/{oid_of(item)}", once=True)
