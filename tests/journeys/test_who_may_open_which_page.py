"""Every view, as every role of its own and of a foreign network: as the workflow files say.

What is expected is worked out from the workflow files and the tree alone; stored access lists,
the policy and the catalog are not asked. The training site gives the people and the objects, in
every state that it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pyramid.location import lineage
from pyramid.traversal import resource_path
from webtest import TestApp

from cpms_portal.core.events import Refused
from cpms_portal.core.resources import Content, oid_of
from cpms_portal.networks.resources import Institution
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.resources import Patient
from cpms_portal.scripts.views import views_of
from cpms_portal.security.roles import PANEL_ROLES
from cpms_portal.workflow.queries import workflow_of

pytestmark = [
    pytest.mark.storages("filestorage"),  # what is asked does not depend on the storage
    pytest.mark.timeout(900),
]

OWN, FOREIGN = "rare-liver", "vascern"
PEOPLE = (
    *(f"rareliverhpuser{number}" for number in range(1, 6)),
    "rarelivercoordinator",
    "rareliverguest",
    "rareliverresearcher",
    "vascernhpuser1",
    "vascerncoordinator",
    "vascernresearcher",
    "siteadmin",
    None,
)
#: How many objects of one type and state are looked at.
EACH = 2
#: Pages that answer everybody signed in with what is theirs alone, or only redirect.
CLOSED = {403, 404}
#: View → what of an item it shows; an item that has none yet is "not found" for everybody.
SHOWS = {"file": "files", "captions": "captions"}
#: The panel's roles count at the patient only while the panel shares it.
NOT_SHARING = {"draft", "awaiting_lead", "cancelled", "frozen", "closed_frozen"}


@dataclass(frozen=True)
class Case:
    """One view of one object."""

    path: str
    name: str
    method: str
    permission: str
    resource: Any

    @property
    def address(self) -> str:
        return f"{self.path.rstrip('/')}/{self.name}"


def interesting(root: Any) -> Iterator[Any]:
    """Yield objects of the own network and what stands beside the networks."""
    yield root
    for name in ("networks", "library", "people", "support"):
        if name in root:
            yield root[name]
    for start in (root["networks"][OWN], root.get("library")):
        if start is not None:
            yield from below(start)
    for login in PEOPLE:
        if login:
            yield root["people"].person_of_login(login)


def below(node: Any) -> Iterator[Any]:
    yield node
    if hasattr(node, "values"):
        for child in node.values():
            if isinstance(child, Content):
                yield from below(child)


def samples(root: Any) -> dict[type, list[Any]]:
    """Return a few objects of each class, in each of its states, inhabited centres first."""
    found: dict[tuple[type, str], list[Any]] = defaultdict(list)
    for node in interesting(root):
        if node is not None:
            found[type(node), getattr(node, "state", "")].append(node)
    by_class: dict[type, list[Any]] = defaultdict(list)
    for (kind, _state), nodes in found.items():
        if kind is Institution:
            nodes = sorted(nodes, key=lambda centre: "patients" not in centre)
        by_class[kind] += nodes[: len(nodes) if kind.__name__ == "Person" else EACH]
    return by_class


def matches(view: dict[str, Any], kind: type) -> bool:
    dotted = {f"{one.__module__}.{one.__qualname__}" for one in kind.__mro__}
    provided = {f"{i.__module__}.{i.__name__}" for i in implemented(kind)}
    return view["context"] in dotted | provided


def implemented(kind: type) -> list[Any]:
    from zope.interface import implementedBy

    return [one for one in implementedBy(kind).flattened()]


def cases(registry: Any, root: Any) -> Iterator[Case]:
    """Yield every view of ours on every sample."""
    by_class = samples(root)
    for view in views_of(registry):
        if view["permission"] is None or view["route"] or view["permission"].startswith("sdi."):
            continue
        for kind, nodes in by_class.items():
            if matches(view, kind):
                method = "POST" if view["methods"] == ["POST"] else "GET"
                for node in nodes:
                    if view["name"] in SHOWS and not getattr(node, SHOWS[view["name"]], True):
                        continue
                    yield Case(resource_path(node), view["name"], method, view["permission"], node)


def holds(person: Any, role: str, resource: Any, now: Any) -> bool:
    """Say whether a person has a role in relation to a resource, by grants and authorship."""
    if role == "everyone":
        return True
    if person is None:
        return False
    if role == "authenticated":
        return True
    if role in ("author", "invitee"):
        if any(isinstance(node, Panel) and node.stopped for node in lineage(resource)):
            return False
        return getattr(resource, "person", None) == oid_of(person)
    if role == "holder":
        return resource is person or getattr(resource, "person", None) == oid_of(person)
    grants = {(held.role, held.node) for held in person.grants.held if held.active(now)}
    nodes = [oid_of(node) for node in lineage(resource)]
    if role == "owner":
        patient = next(node for node in lineage(resource) if isinstance(node, Patient))
        return patient.owner == oid_of(person)
    if role in PANEL_ROLES and not any(isinstance(node, Panel) for node in lineage(resource)):
        nodes = [oid_of(panel) for panel in sharing(resource)]
    outside = role in PANEL_ROLES and role != "requester"
    if outside and any(isinstance(node, Panel) and node.stopped for node in lineage(resource)):
        return False
    return any((role, node) in grants for node in nodes)


def sharing(resource: Any) -> list[Any]:
    patient = next((node for node in lineage(resource) if isinstance(node, Patient)), None)
    panels = [] if patient is None or "panels" not in patient else patient["panels"].values()
    return [panel for panel in panels if panel.state not in NOT_SHARING]


def expected(person: Any, case: Case, registry: Any, now: Any) -> bool:
    """Say what the nearest workflow file says."""
    for node in lineage(case.resource):
        workflow = workflow_of(node, registry)
        if workflow is not None:
            roles = workflow.states[node.state].permissions.get(case.permission, ())
            return any(holds(person, role, case.resource, now) for role in roles)
    raise AssertionError(f"nothing decides about {case.path}")


class Asking:
    """Asks for pages and notes whether the policy refused; a missing parameter is no refusal."""

    def __init__(self, registry: Any) -> None:
        self.refused: list[Refused] = []
        registry.registerHandler(self.refused.append, (Refused,))

    def allowed(self, browser: TestApp, case: Case, *, signed_in: bool) -> bool:
        """Say whether a view was reached; a form is posted without its token: nothing is done."""
        self.refused.clear()
        if case.method == "GET":
            status = browser.get(case.address, status="*").status_int
        else:
            status = browser.post(case.address, {}, status="*").status_int
        if signed_in:
            assert not self.refused or status in CLOSED, (case, status)
            return not self.refused
        # Who is not signed in is asked to do so, wherever there is something and wherever not.
        return status not in {302, 303, 401, *CLOSED}


def test_every_view_opens_for_exactly_those_the_workflow_files_name(site, browser_of, clock):
    """The sweep: one wrong answer names the view, the object and the person."""
    wrong, asked, asking = [], 0, Asking(site.registry)
    browsers = {login: browser_of(login) for login in PEOPLE}
    with site.connection() as connection:
        root = connection.root()["app_root"]
        people = {
            login: root["people"].person_of_login(login) if login else None for login in PEOPLE
        }
        for case in cases(site.registry, root):
            for login, browser in browsers.items():
                asked += 1
                allowed = asking.allowed(browser, case, signed_in=login is not None)
                if allowed != expected(people[login], case, site.registry, clock()):
                    verb = "opened" if allowed else "was refused"
                    state = getattr(case.resource, "state", "")
                    wrong.append(
                        f"{login} {verb}: {case.method} {case.address} of "
                        f"{type(case.resource).__name__} {state} {case.permission}"
                    )
    assert not wrong, f"{len(wrong)} of {asked}:\n" + "\n".join(sorted(set(wrong)))
    assert asked > 1000


def test_no_view_is_left_without_a_permission_by_oversight(site):
    """A view that says nothing belongs to nobody."""
    forgotten = [
        view
        for view in views_of(site.registry)
        if view["permission"] == "nobody:at_all"
        and not view["route"]
        and "WSGIHTTPException" not in view["context"]
    ]
    assert forgotten == []


def test_public_views_are_the_few_that_must_be(site):
    """Everything else needs both factors."""
    public = {
        (view["context"].rpartition(".")[2], view["name"])
        for view in views_of(site.registry)
        if not view["second_factor"] and not view["route"]
    }
    assert {name for _context, name in public} <= PUBLIC, public


#: What may be seen before signing in; who has no account yet cannot sign in to ask for one.
ACCOUNTLESS = {"create-account", "forgotten-password"}
#: Who has no account asks the helpdesk; their ticket opens with the key of its link alone.
HELPDESK = {"ask", "visit"}
PUBLIC = {"", "sign-in", "code", "sign-out", "theme", "language", "pdf"} | ACCOUNTLESS | HELPDESK
#: Files of the library; whether they are published is asked of each.
PUBLIC |= {"file", "scale", "captions", "calendar", "resolve"}
#: What readers of the library use; each shows what its reader may view.
PUBLIC |= {"search", "suggest", "feed", "sitemap", "sitemap.xml", "changes", "tags"}
#: Voices are counted without a name; a comment is taken of who is signed in, and decided about
#: by whom its workflow names.
PUBLIC |= {"helpful", "comment", "decide"}
PUBLIC |= {"contacts-section", "helpful-section", "related-section", "comments-section"}
PUBLIC |= {"ways-section", "networks-section", "feed-section", "feed-link", "robots.txt"}
