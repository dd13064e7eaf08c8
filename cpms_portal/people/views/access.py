"""Request access: four steps, each at an address of its own, so Back and reload just work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import Portal, oid_of
from cpms_portal.networks.queries import (
    OVER,
    memberships_of,
    name_of,
    network_of,
    places_found,
    places_in,
)
from cpms_portal.networks.resources import Country, Institution, Network
from cpms_portal.people.actions import request_access
from cpms_portal.people.queries import profiles_offered, profiles_wanted
from cpms_portal.search.queries import BATCH, Found
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.queries import state_title

STEPS = {
    "application": _("Select application"),
    "organisation": _("Select organisation"),
    "profile": _("Select access profile"),
    "recap": _("Recap and submit"),
}
#: What the profiles are called, and what they are for.
PROFILES: dict[Role, tuple[Any, Any]] = {
    Role.COORDINATOR: (
        _("Coordinator"),
        _("Decides about access, answers centres that ask for help, and sees the key figures."),
    ),
    Role.DISPATCHER: (
        _("Dispatcher"),
        _("Answers centres that ask for help, in place of the coordinator; no key figures."),
    ),
    Role.HP: (
        _("HP (healthcare professional)"),
        _("Enrols patients, asks panels for advice, leads panels and takes part in them."),
    ),
    Role.RESEARCHER: (
        _("Researcher"),
        _("Makes queries and reports on the anonymised data of the network; no panels."),
    ),
    Role.ASSISTANT: (
        _("Assistant"),
        _("Works on behalf of clinicians of the same centre, once a clinician confirms it."),
    ),
    Role.REPRESENTATIVE: (
        _("Representative of the centre"),
        _("Decides about access for the centre's own people, where the network allows it."),
    ),
    Role.DPO: (
        _("Data protection officer"),
        _("Sees who read what at the centre and reviews break-glass; no clinical content."),
    ),
    Role.GUEST: (
        _("Guest (healthcare professional)"),
        _("Takes part in panels for a limited time, without being a member of the network."),
    ),
}
KINDS = {
    "full_member": _("Full member"),
    "affiliated_partner": _("Affiliated partner"),
    "collaborative_partner": _("Collaborative partner: its people come as guests"),
    "external_expert": _("External expert: comes as a guest"),
    "guest": _("For healthcare professionals of hospitals that are no members"),
}
COMMENT_LENGTH = 2000


@dataclass(frozen=True)
class Phase:
    """One of the four steps, as the bar shows it."""

    title: Any
    is_done: bool
    is_current: bool


@dataclass(frozen=True)
class Entry:
    """A line of the choice of an organisation. value: set where it can be chosen."""

    name: str
    value: str
    url: str
    about: tuple[Any, ...]
    taken: tuple[Any, ...] = ()
    network: str = ""


class Wizard:
    """What was chosen so far, read from the address; whatever does not fit falls back a step."""

    def __init__(self, context: Portal, request: Request) -> None:
        self.context = context
        self.request = request
        sent = request.POST if request.method == "POST" else request.GET
        self.institution = self._institution(sent.get("organisation", ""))
        offered = profiles_offered(self.institution) if self.institution else ()
        self.roles = [role for role in offered if role.value in sent.getall("profile")]
        self.problem: Any = ""
        self.comment = sent.get("comment", "")[:COMMENT_LENGTH]
        self.step = self._step("recap" if request.method == "POST" else sent.get("step", ""))

    def _institution(self, path: str) -> Institution | None:
        found = self._place(path)
        return found if isinstance(found, Institution) else None

    def _place(self, path: str) -> Any:
        """Return the node of "rare-liver/germany/de40"; the networks for what does not exist."""
        node: Any = self.request.root["networks"]
        for name in [part for part in path.split("/")[:3] if part]:
            below = {str(one.__name__): one for one in places_in(node)}
            if name not in below:
                return self.request.root["networks"]
            node = below[name]
        return node

    def _step(self, asked: str) -> str:
        if asked in ("profile", "recap") and self.institution is None:
            self.problem = _("Choose the organisation you work for.")
            return "organisation"
        if asked == "recap" and not self.roles:
            self.problem = _("Choose at least one profile.")
            return "profile"
        return asked if asked in STEPS else "application"

    def address(self, step: str, **more: Any) -> str:
        """Return the address of a step with what was chosen."""
        query = [("step", step)]
        if self.institution is not None and step in ("profile", "recap"):
            query.append(("organisation", value_of(self.institution)))
        if step in ("profile", "recap"):
            query += [("profile", role.value) for role in self.roles]
        query += [(name, value) for name, value in more.items() if value]
        return str(self.request.resource_path(self.context, "request-access", query=query))

    def show(self) -> dict[str, Any]:
        """Show the step the address names."""
        order = list(STEPS)
        now = order.index(self.step)
        network = network_of(self.institution) if self.institution else None
        return {
            "title": _("Request access"),
            "phases": [
                Phase(title, index < now, index == now)
                for index, title in enumerate(STEPS.values())
            ],
            "step": self.step,
            "step_title": STEPS[self.step],
            "problem": self.problem,
            "institution": self.institution,
            "network": network,
            "network_name": name_of(network) if network else "",
            "address": self.address,
            "path": self.request.resource_path(self.context, "request-access"),
            "comment": self.comment,
            "chosen_value": value_of(self.institution) if self.institution else "",
            **self._parts(),
        }

    def _parts(self) -> dict[str, Any]:
        if self.step == "organisation":
            return self._organisation()
        if self.step == "profile" and self.institution is not None:
            return {"profiles": self._profiles(self.institution)}
        if self.step == "recap" and self.institution is not None:
            wanted = profiles_wanted(self.institution, self.request.person, self.roles)
            return {
                "wanted": [(role.value, PROFILES[role][0]) for role in wanted],
                "added": len(wanted) > len(self.roles),
            }
        return {}

    def _organisation(self) -> dict[str, Any]:
        if self.institution is not None:
            place: Any = self.institution.__parent__
        else:
            place = self._place(self.request.GET.get("place", ""))
        sought = self.request.GET.get("q", "").strip()[:100]
        every = places_found(place, sought, self.request.actor)
        start = _number(self.request.GET.get("start", ""))
        taken = self._taken()
        lines = [self._entry(one, taken) for one in every[start : start + BATCH]]
        inside = isinstance(place, (Network, Country))
        return {
            "place": value_of(place) if inside else "",
            "trail": [
                {"title": name_of(node), "url": self.address("organisation", place=value_of(node))}
                for node in reversed(_above(place))
            ],
            "up": self._up(place) if inside else None,
            "sought": sought,
            "entries": lines,
            "found": Found(len(every), lines, start, BATCH),
            "choosing": any(line.value for line in lines),
            "chosen": value_of(self.institution) if self.institution else "",
            "page_address": lambda begin: self.address(
                "organisation", place=value_of(place) if inside else "", q=sought, start=begin
            ),
        }

    def _up(self, place: Any) -> str:
        above = place.__parent__
        return self.address(
            "organisation", place=value_of(above) if isinstance(above, Network) else ""
        )

    def _entry(self, one: Any, taken: dict[int, tuple[Any, ...]]) -> Entry:
        if isinstance(one, Institution):
            network, place = network_of(one), KINDS.get(one.membership, "")
            acronym = "" if network is None else network.acronym
            about = tuple(part for part in (one.city, place) if part)
            mine = taken.get(oid_of(one), ())
            return Entry(name_of(one), value_of(one), "", about, mine, acronym)
        url = self.address("organisation", place=value_of(one))
        about = (one.title, one.website) if isinstance(one, Network) else _centres(one)
        return Entry(name_of(one), "", url, tuple(part for part in about if part))

    def _taken(self) -> dict[int, tuple[Any, ...]]:
        """Return the centres of this person, with profiles and their states."""
        taken: dict[int, tuple[Any, ...]] = {}
        for one in memberships_of(self.request.person, self.request.actor):
            centre = one.__parent__.__parent__
            if one.state not in OVER:
                title = PROFILES.get(Role(one.role), (one.role, ""))[0]
                state = state_title(one, self.request.registry)
                taken[oid_of(centre)] = (*taken.get(oid_of(centre), ()), (title, state))
        return taken

    def _profiles(self, institution: Institution) -> Sequence[dict[str, Any]]:
        held = {
            one.role: state_title(one, self.request.registry)
            for one in memberships_of(self.request.person, self.request.actor)
            if one.__parent__.__parent__ is institution and one.state not in OVER
        }
        offered = profiles_offered(institution)
        return [
            {
                "value": role.value,
                "title": PROFILES[role][0],
                "text": PROFILES[role][1],
                "held": held.get(role),
                "checked": role not in held and (role in self.roles or len(offered) == 1),
            }
            for role in offered
        ]

    def submit(self) -> dict[str, Any] | Response:
        """Send the request."""
        if self.step != "recap" or self.institution is None:
            self.request.response.status_int = 422
            return self.show()
        person = self.request.person
        made = request_access(
            self.institution, person, self.roles, comment=self.comment, actor=self.request.actor
        )
        if not made:
            error = ValueRefusedError(_("You have asked for this already."))
            self.request.tell(error.message, "attention")
        elif all(one.state == "active" for one in made):
            self.request.tell(_("You are let in: your centre trusts your mail address."))
        else:
            self.request.tell(_("Your request was sent. You get a mail when it is decided."))
        return HTTPSeeOther(self.request.resource_path(person, "access"))


def value_of(place: Any) -> str:
    """Return how the address names a place: "rare-liver/germany/de40"; "" for the networks."""
    nodes = _above(place)
    return "/".join(str(node.__name__) for node in reversed(nodes))


def _above(place: Any) -> list[Any]:
    """Return a place and the places above it, as far as one can choose them."""
    found = []
    while isinstance(place, (Network, Country, Institution)):
        found.append(place)
        place = place.__parent__
    return found


def _centres(country: Country) -> tuple[Any, ...]:
    number = len(list(country.institutions()))
    return (_("${number} organisations", mapping={"number": number}),)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("100000") else 0


def includeme(config: Configurator) -> None:
    """Register the wizard."""
    for attr, method in (("show", "GET"), ("submit", "POST")):
        config.add_view(
            Wizard,
            attr=attr,
            context=Portal,
            name="request-access",
            permission=Permission.PORTAL_ENTER,
            request_method=method,
            renderer="cpms_portal.people:templates/request_access.pt",
        )
