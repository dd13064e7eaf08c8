"""The nodes everybody walks, and memberships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cpms_portal.core.i18n import Words
from cpms_portal.core.resources import (
    Container,
    Content,
    content_type,
    find_above,
    oid_of,
    resource_of,
)
from cpms_portal.security.roles import Role

NETWORK_ROLES = frozenset({Role.COORDINATOR, Role.DEPUTY, Role.DISPATCHER, Role.RESEARCHER})
INSTITUTION_ROLES = frozenset(
    {Role.ASSISTANT, Role.DPO, Role.ENROLLER, Role.GUEST, Role.HP, Role.REPRESENTATIVE}
)
#: Memberships a representative of a centre does not decide about.
ABOVE_THE_CENTRE = NETWORK_ROLES | {Role.REPRESENTATIVE}
GUEST_CODE = "0000"
#: Kinds of centres whose people come as guests.
GUEST_KINDS = frozenset({"guest", "collaborative_partner", "external_expert"})
#: Roles that end by themselves.
TIMED_ROLES = frozenset({Role.ENROLLER.value, Role.GUEST.value})


@dataclass(frozen=True)
class Area:
    """A thematic area of a network. ``source`` says where it is known from.

    title: in English; titles: language and title for each other language it is there in.
    """

    area_id: str
    title: str
    description: str = ""
    orpha: tuple[str, ...] = ()
    source: str = "recalled"
    retired: bool = False
    titles: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> Words:
        """The title, to be shown in the language of who reads it."""
        return Words(self.title, dict(self.titles))


@content_type("Networks")
class Networks(Container):
    """The container of all networks."""

    noun = "networks"


@content_type("Network")
class Network(Container):
    """A European Reference Network.

    acronym: "RARE-LIVER". display: the name in lists. areas: in the order of the network.
    membership_days: within how many days a request for access is answered. dispatchers_decide:
    whether dispatchers decide about memberships too. representatives_decide: whether a centre's
    representative decides about its own people. guest_days_after: how many days a guest
    stays after the last panel closed.
    """

    noun = "network"
    website: str = ""
    summary: str = ""
    areas: tuple[Area, ...] = ()
    countable_contributions: int = 2
    response_days_urgent: int = 3
    response_days_normal: int = 21
    membership_days: int = 3
    dispatchers_decide: bool = False
    representatives_decide: bool = False
    guest_days_after: int = 14

    def __init__(
        self, title: str, acronym: str, display: str, created: datetime | None = None
    ) -> None:
        super().__init__(title, created)
        self.acronym = acronym
        self.display = display

    @property
    def short_title(self) -> str:
        """The name among the nodes above a page."""
        return self.acronym

    def area(self, area_id: str) -> Area | None:
        """Return a thematic area by its id, or None."""
        return next((area for area in self.areas if area.area_id == area_id), None)

    def area_title(self, area_id: str) -> str:
        """Return the name of a thematic area, its id when it is not known any more."""
        found = self.area(area_id)
        return area_id if found is None else found.words

    def countries(self) -> Iterator[Country]:
        """Yield the countries of the network."""
        return (node for node in self.values() if isinstance(node, Country))

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A network bears its coordinators, their deputies, dispatchers and researchers."""
        return (oid_of(self),) if role in NETWORK_ROLES else None

    def index_sorts(self) -> dict[str, Any]:
        """Networks are listed by acronym."""
        return {"title": self.acronym}

    def index_words(self) -> str:
        """Networks are looked up by acronym and name."""
        return f"{self.acronym} {self.display} {self.title}"


@content_type("Country")
class Country(Container):
    """A country of a network. code: ISO 3166-1 alpha-2 in lower case."""

    noun = "country"

    def __init__(self, title: str, code: str, created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.code = code

    def institutions(self) -> Iterator[Institution]:
        """Yield the centres of the country, guest access first."""
        found = [node for node in self.values() if isinstance(node, Institution)]
        return iter(sorted(found, key=lambda centre: (centre.code, centre.title)))


@content_type("Institution")
class Institution(Container):
    """A healthcare provider in one network, shown as "Centre".

    code: the centre's code, the same in every network. membership: full_member,
    affiliated_partner, collaborative_partner or guest. visibility: who of the centre sees
    its patients: ``centre`` (every HP), ``team`` or ``owner``. mail_domains: who has a mail
    address there is let in at once.
    """

    noun = "institution"
    city: str = ""
    membership: str = "full_member"
    visibility: str = "centre"
    code_source: str = "invented"
    mail_domains: tuple[str, ...] = ()

    def __init__(self, title: str, code: str, created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.code = code

    @property
    def display(self) -> str:
        """The name as everybody knows it: code and title."""
        if self.code == GUEST_CODE:
            return f"{self.code} {self.title}"
        return f"{self.code} - {self.title}"

    @property
    def is_for_guests(self) -> bool:
        """Whether its people come as guests, with an end."""
        return self.membership in GUEST_KINDS

    @property
    def is_guest_access(self) -> bool:
        """Whether this is the guest access of a country."""
        return self.code == GUEST_CODE

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A centre bears its people; deputies of the coordinator are its own and the network's."""
        if role == Role.DEPUTY:
            network = find_above(self, Network)
            return (oid_of(self),) if network is None else (oid_of(self), oid_of(network))
        return (oid_of(self),) if role in INSTITUTION_ROLES else None

    def index_facets(self) -> dict[str, Any]:
        """Centres are found by code."""
        return {"code": self.code}

    def index_sorts(self) -> dict[str, Any]:
        """Centres are listed by code."""
        return {"title": self.display}

    def index_words(self) -> str:
        """Centres are looked up by code, name and city."""
        return f"{self.display} {self.city}"


@content_type("Members")
class Members(Container):
    """The memberships of an institution."""

    noun = "members"


@content_type("Membership")
class Membership(Content):
    """A person, a profile and an institution.

    role: the profile that is granted. comment: what the person wrote. asked: whether they asked
    themselves. due: by when somebody looks at it. Of guests: until, the end the coordinator
    chose; until_panels: whether their panels alone decide; ends: when it ends as things stand,
    None while a panel runs.
    """

    noun = "membership"
    state: str = ""
    history: tuple[Any, ...] = ()
    comment: str = ""
    asked: bool = False
    due: datetime | None = None
    #: The moment people were last reminded of: of the due date, or before the end.
    reminded: datetime | None = None
    until: datetime | None = None
    until_panels: bool = False
    ends: datetime | None = None

    def __init__(self, title: str, person: int, role: str, created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.person = person
        self.role = role

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A membership is its person's own; some are for deputies of the network alone."""
        if role == Role.DEPUTY and self.role in ABOVE_THE_CENTRE:
            network = find_above(self, Network)
            return () if network is None else (oid_of(network),)
        return (self.person,) if role == Role.HOLDER else None

    def node(self) -> Any:
        """Return the node the role is held at: the network or the institution."""
        kind = Network if self.role in NETWORK_ROLES else Institution
        return find_above(self, kind)

    def person_resource(self) -> Any:
        """Return the person."""
        return resource_of(self, self.person)

    def index_facets(self) -> dict[str, Any]:
        """Memberships are found by person and role."""
        return {"person": self.person, "role": self.role}

    @property
    def is_timed(self) -> bool:
        """Whether it ends by itself."""
        return self.role in TIMED_ROLES

    def index_sorts(self) -> dict[str, Any]:
        """Memberships are listed by name, and by when somebody should look at them."""
        return {"title": self.title, "due": self.due}

    def index_words(self) -> str:
        """Memberships are looked up by the name of the person."""
        return self.title
