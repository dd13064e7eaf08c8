"""Questions about visitors: is it a person, which account did they ask for.

A script shows that a person's browser worked for a moment (a number whose digest begins with
zeros); who has no script answers a question in plain words. Neither needs sight or another site.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pyramid.registry import Registry

from cpms_portal.core.clock import now
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import root_of
from cpms_portal.identity.queries import link_digest
from cpms_portal.identity.resources import FrontDesk, Wanted
from cpms_portal.security.secret import sign, signature_holds

STORE = "front-desk"
#: So many bits of the digest must be zero: a second of work on a telephone.
BITS = 16
CHALLENGE_COUNTS = timedelta(hours=2)
PURPOSE = "person"
#: What is asked for → the words that fit.
KINDS: dict[str, tuple[str, ...]] = {
    _("an animal"): (_("otter"), _("horse"), _("spider"), _("goose")),
    _("something to eat"): (_("bread"), _("cheese"), _("apple"), _("soup")),
    _("a part of the body"): (_("elbow"), _("knee"), _("nose"), _("shoulder")),
    _("a piece of furniture"): (_("chair"), _("table"), _("bed"), _("shelf")),
    _("a kind of weather"): (_("rain"), _("snow"), _("fog"), _("storm")),
}


@dataclass(frozen=True)
class Question:
    """Four words of which one names what is asked for."""

    kind: str
    words: tuple[str, ...]
    answer: str


def desk_of(anywhere: Any) -> FrontDesk | None:
    """Return what is remembered of visitors, or None before the first of them."""
    found: FrontDesk | None = root_of(anywhere)._p_jar.root().get(STORE)
    return found


def new_challenge(registry: Registry) -> str:
    """Return something to work on; signed, so that only ours count."""
    until = int((now(registry) + CHALLENGE_COUNTS).timestamp())
    text = f"{secrets.token_hex(12)}.{until}"
    return f"{text}.{sign(registry, PURPOSE, text)}"


def challenge_counts(registry: Registry, challenge: str) -> bool:
    """Say whether a challenge was given out here and is not too old."""
    text, _dot, signature = challenge.rpartition(".")
    until = text.rpartition(".")[2]
    if not signature_holds(registry, PURPOSE, text, signature) or not until.isdigit():
        return False
    return now(registry).timestamp() < int(until)


def is_worked_out(challenge: str, number: str) -> bool:
    """Say whether a number makes the digest of a challenge begin with enough zeros."""
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        return False
    digest = hashlib.sha256(f"{challenge}.{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - BITS) == 0


def question_of(registry: Registry, challenge: str) -> Question:
    """Return the question that belongs to a challenge; always the same for the same."""
    lot = bytes.fromhex(sign(registry, "question", challenge))
    kinds = list(KINDS)
    first = kinds.pop(lot[0] % len(kinds))
    answer = KINDS[first][lot[1] % 4]
    others = [KINDS[kind][lot[2 + place] % 4] for place, kind in enumerate(kinds[:3])]
    others.insert(lot[9] % 4, answer)
    return Question(first, tuple(others), answer)


def is_answered(question: Question, typed: str, translate: Any) -> bool:
    """Say whether what was typed names the right word, in the language shown or in English."""
    right = {str(question.answer).casefold(), str(translate(question.answer)).casefold()}
    return typed.strip(" .\"'").casefold() in right


def wanted_of(anywhere: Any, token: str, registry: Registry) -> Wanted | None:
    """Return the account a link stands for; None when it is used, too old or altered."""
    found = _kept_wanted(anywhere, token, registry)
    return None if found is None or found.taken or found.identity else found


def connection_of(anywhere: Any, token: str, registry: Registry) -> Wanted | None:
    """Return the outside identity a link from a mail leads to; None when it leads nowhere."""
    found = _kept_wanted(anywhere, token, registry)
    return None if found is None or found.identity is None else found


def _kept_wanted(anywhere: Any, token: str, registry: Registry) -> Wanted | None:
    desk = desk_of(anywhere)
    found: Wanted | None = None if desk is None else desk.wanted.get(link_digest(token))
    return None if found is None or now(registry) >= found.until else found
