"""Panels and what belongs to one: invitations, contributions, requests for information, outcomes.

Everything clinical is sealed with the patient's key. What many people write is one object each
in a BTree under a random name, so that writers do not collide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from BTrees.OOBTree import OOBTree
from persistent import Persistent
from pyramid.registry import Registry
from zope.interface import implementer

from cpms_portal.core.i18n import _
from cpms_portal.core.ids import random_id
from cpms_portal.core.resources import Container, Content, content_type, find_above, oid_of
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.networks.resources import Network
from cpms_portal.patients.resources import Patient
from cpms_portal.security.roles import PANEL_ROLES, Role
from cpms_portal.storage.sealing import open_json, seal_json

#: States in which nobody outside the centre reads anything of a panel.
STOPPED = frozenset({"cancelled", "frozen", "closed_frozen"})
#: States in which a panel is at work.
RUNNING = ("awaiting_lead", "selection", "data_completion", "assessment", "outcome", "sign_off")
CLOSED = ("closed", "archived")
#: A reason in a history is such a word; the text is sealed on the object under it.
REASON = "reason-"


class Sealed:
    """Keeps texts sealed with the patient's key. ``texts``: field → sealed bytes."""

    texts: Mapping[str, bytes] = MappingProxyType({})

    def sealed(self, registry: Registry, field: str, value: Any) -> bytes:
        """Return a JSON value sealed for a field of this object alone."""
        return seal_json(registry, self._key(), self._bound(field), value)

    def opened(self, registry: Registry, field: str, sealed: bytes | None) -> Any:
        """Return what was sealed for a field; None for nothing."""
        return open_json(registry, self._key(), self._bound(field), sealed) if sealed else None

    def keep(self, registry: Registry, field: str, value: Any) -> None:
        """Keep a value on the object."""
        self.texts = {**self.texts, field: self.sealed(registry, field, value)}

    def read(self, registry: Registry, field: str) -> Any:
        """Return a kept value, or None."""
        return self.opened(registry, field, self.texts.get(field))

    def keep_reason(self, registry: Registry, reason: str) -> str:
        """Keep a reason and return the word that stands for it in the history."""
        if not reason.strip():
            return ""
        word = REASON + random_id()
        self.keep(registry, word, reason.strip())
        return word

    def reason_of(self, registry: Registry, word: str) -> str:
        """Return the reason a word of the history stands for."""
        return str(self.read(registry, word) or "") if word.startswith(REASON) else word

    def _key(self) -> str:
        patient = find_above(self, Patient)
        if patient is None:
            raise KeyError("patient")
        return str(patient.key_id)

    def _bound(self, field: str) -> str:
        return f"{type(self).__name__}/{oid_of(self)}/{field}"


@content_type("Panels")
@implementer(IPassage)
class Panels(Container):
    """The panels of a patient, numbered from 1."""

    noun = "panels"


@content_type("Panel")
class Panel(Sealed, Container):
    """A question to a network about one patient, and everybody's answers.

    sealed: question. area: id of the thematic area. lead, requester: oids of persons, lead 0
    while there is none. members: oids of who accepted. round: 1, then one more at each restart.
    countable: whether it counts in monitoring; kept when the outcome is written and never lowered.
    """

    noun = "panel"
    state: str = ""
    history: tuple[Any, ...] = ()
    due: datetime | None = None
    lead: int = 0
    members: tuple[int, ...] = ()
    round: int = 1
    countable: bool = False
    #: The assistant who opened it in the requester's name (oid), or 0.
    opened_by: int = 0

    def __init__(
        self, number: int, area: str, *, urgent: bool, requester: int, created: datetime
    ) -> None:
        super().__init__(f"Panel {number}", created)
        self.number = number
        self.area = area
        self.urgent = urgent
        self.requester = requester
        self.drafts: OOBTree = OOBTree()

    @property
    def stopped(self) -> bool:
        """Whether nobody outside the centre reads anything of it now."""
        return self.state in STOPPED

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A panel bears its requester, lead, members and those invited; none when it is stopped."""
        if role not in PANEL_ROLES:
            return None
        outside = role != Role.REQUESTER
        return () if outside and self.stopped else (oid_of(self),)

    def index_facets(self) -> dict[str, Any]:
        """Panels are found by area, urgency and the people who work in them."""
        network = find_above(self, Network)
        return {
            "area": self.area,
            "urgent": "yes" if self.urgent else "no",
            "network": None if network is None else network.__name__,
            "requester": self.requester,
            "lead": self.lead or None,
            "worker": {oid for oid in (self.lead, *self.members) if oid},
            "countable": "yes" if self.countable else "no",
        }

    def index_sorts(self) -> dict[str, Any]:
        """Panels are listed by their last step and by when they are due."""
        return {"changed": self.history[-1].at if self.history else self.created, "due": self.due}


class Part(Sealed, Content):
    """Something one person added to a panel. person: whose it is. round: of the panel.

    by: the assistant who added it in that person's name (oid), or 0.
    """

    state: str = ""
    history: tuple[Any, ...] = ()
    own_role: ClassVar[str] = Role.AUTHOR
    by: int = 0

    def __init__(self, person: int, round_: int, created: datetime) -> None:
        super().__init__("", created)
        del self.title  # the class says it, for all, in the language of the reader
        self.person = person
        self.round = round_

    @property
    def panel(self) -> Panel:
        """The panel it belongs to."""
        found = find_above(self, Panel)
        if found is None:
            raise KeyError("panel")
        return found

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A part is its person's own, as long as the panel is not stopped."""
        if role != self.own_role:
            return None
        return () if self.panel.stopped else (self.person,)


@content_type("Invitations")
@implementer(IPassage)
class Invitations(Container):
    """The invitations of a panel."""

    noun = "invitations"


@content_type("Invitation")
class Invitation(Part):
    """Somebody asked to join a panel. person: the invitee. sealed: note, reason of the answer."""

    noun = "invitation"
    title: str = _("Invitation")
    own_role = Role.INVITEE
    due: datetime | None = None

    def __init__(self, person: int, inviter: int, round_: int, created: datetime) -> None:
        super().__init__(person, round_, created)
        self.inviter = inviter

    def index_facets(self) -> dict[str, Any]:
        """Invitations are found by the person invited."""
        return {"person": self.person}

    def index_sorts(self) -> dict[str, Any]:
        """Invitations are listed by when an answer is due."""
        return {"due": self.due}


@content_type("Contributions")
@implementer(IPassage)
class Contributions(Container):
    """The contributions of a panel."""

    noun = "contributions"


@content_type("Contribution")
class Contribution(Part):
    """Advice of a member. sealed: text. edited: when the author last changed it, or None."""

    noun = "contribution"
    title: str = _("Contribution")
    edited: datetime | None = None

    def index_facets(self) -> dict[str, Any]:
        """Contributions are found by their author."""
        return {"author": self.person}


@content_type("InformationRequests")
@implementer(IPassage)
class InformationRequests(Container):
    """The requests for information of a panel."""

    noun = "information_requests"


@content_type("InformationRequest")
class InformationRequest(Part):
    """Something a member needs to know. sealed: text, answer.

    answered_by: oid, 0 before. answered_through: the assistant who answered in that name, or 0.
    """

    noun = "information_request"
    title: str = _("Request for information")
    due: datetime | None = None
    answered_by: int = 0
    answered_through: int = 0
    answered: datetime | None = None

    def index_facets(self) -> dict[str, Any]:
        """Requests are found by who asked and who is asked."""
        return {"author": self.person, "requester": self.panel.requester}

    def index_sorts(self) -> dict[str, Any]:
        """Requests are listed by when the answer is due."""
        return {"due": self.due}


@content_type("Outcomes")
@implementer(IPassage)
class Outcomes(Container):
    """The outcomes of a panel, one a round."""

    noun = "outcomes"


class Signature(Persistent):
    """A member's word on an outcome: signed, or objected with a reason (sealed)."""

    def __init__(self, person: int, at: datetime, objection: bytes | None = None) -> None:
        self.person = person
        self.at = at
        self.objection = objection

    @property
    def objected(self) -> bool:
        """Whether the member does not agree."""
        return self.objection is not None


@content_type("Outcome")
class Outcome(Sealed, Content):
    """What a panel advises, in one round.

    sealed: sections. signatures: oid of the person as text → Signature. revision: counts the
    writings, so that nobody overwrites what they have not seen.
    final: when the panel was closed. document: the PDF, a sealed blob, or None.
    """

    noun = "outcome"
    edited: datetime | None = None
    revision: int = 0
    final: datetime | None = None
    document: Any = None

    def __init__(self, round_: int, created: datetime) -> None:
        super().__init__("", created)
        self.round = round_
        self.signatures: OOBTree = OOBTree()
