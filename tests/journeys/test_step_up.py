"""Delicate pages ask for a second factor again when the last proof is old: all of them."""

from __future__ import annotations

import pytest
from pyramid.traversal import resource_path
from webtest import TestApp

from cpms_portal.scripts.views import views_of
from cpms_portal.security.grants import holds
from cpms_portal.security.permissions import Permission as P
from cpms_portal.security.roles import Role
from tests.architecture.sources import PACKAGE, names_used, sources
from tests.factories.people import code_for

pytestmark = pytest.mark.storages("filestorage")  # what is asked does not depend on the storage

#: Permissions behind which roles are given and taken, and powers that give them; what is posted
#: needs a fresh proof.
ROLES = {
    P.DELEGATION_CONFIRM, P.DELEGATION_END, P.INSTITUTION_EDIT, P.INSTITUTION_HAND_OVER,
    P.INSTITUTION_VISIBILITY, P.MEMBERSHIP_DECIDE, P.NETWORK_EDIT, P.PAGE_SHARE,
    P.PATIENT_BREAK_GLASS, P.PATIENT_TEAM, P.PERSON_ADMINISTER,
}  # fmt: skip
ERASING = {P.PATIENT_REMOVE, P.DOCUMENT_REMOVE, P.STUDY_REMOVE}
FACTORS = {P.ACCOUNT_EDIT}
#: Reading needs it as well: the identity of a patient, and what leaves the portal.
EVEN_TO_READ = {P.PATIENT_IDENTITY_VIEW, P.PATIENT_EDIT, P.PATIENT_REMOVE, P.OUTCOME_DOWNLOAD}
#: What asks for none all the same, and why.
WITHOUT = {
    "language": "an account's language opens nothing",
    "panic": "who needs it may have lost the phone; it only takes away",
    "end-session": "it only takes away, and must not wait",
    "end-other-sessions": "it only takes away, and must not wait",
    "forget-browser": "it only takes away, and must not wait",
    "end-program": "it only takes away, and must not wait",
    "ask-to-assist": "it asks; the clinician grants",
}
#: Who calls the door through which roles are given and taken: behind which permissions it
#: stands. The roles of a panel come with its work: see docs/decisions/0060.
DOORS = {
    "cms/actions/sharing.py": {P.PAGE_SHARE},
    "dashboards/actions.py": {P.INSTITUTION_HAND_OVER},
    "networks/actions/__init__.py": {P.MEMBERSHIP_DECIDE, P.NETWORK_EDIT},
    "networks/effects.py": {P.MEMBERSHIP_DECIDE},
    "panels/actions/invitations.py": set(),
    "panels/actions/steering.py": set(),
    "panels/effects.py": set(),
    "patients/actions/emergency.py": {P.PATIENT_BREAK_GLASS},
    "people/effects.py": {P.DELEGATION_CONFIRM, P.DELEGATION_END},
    "people/importer.py": set(),
    "scripts/account.py": set(),
}


def test_every_view_that_grants_erases_exports_or_changes_factors_asks_again(registry):
    wrong = []
    for view in views_of(registry):
        permission, reading = view["permission"], view["methods"] in (["GET"], ["HEAD"])
        wanted = permission in EVEN_TO_READ or (
            not reading and permission in ROLES | ERASING | FACTORS and view["name"] not in WITHOUT
        )
        if wanted and not view["fresh_proof"]:
            wrong.append(f"{view['context']} {view['name']} {view['methods']}")
    assert not wrong, "without a fresh proof:\n" + "\n".join(wrong)


def test_what_is_said_to_ask_for_none_exists_and_asks_for_none(registry):
    views = [v for v in views_of(registry) if v["name"] in WITHOUT and v["permission"] in FACTORS]
    assert {view["name"] for view in views} == set(WITHOUT)
    assert not [view["name"] for view in views if view["fresh_proof"]]


def test_roles_are_given_and_taken_behind_these_permissions_alone():
    """A new place that grants a role must say behind which permission, and is walked above."""
    found = {
        source.path.relative_to(PACKAGE).as_posix()
        for source in sources()
        if names_used(source, "cpms_portal.security.grants") & {"grant", "revoke"}
    }
    assert found == set(DOORS)
    assert set.union(*DOORS.values()) <= ROLES


def first_patient(root):
    patients = root["networks"]["rare-liver"]["germany"]["de40"]["patients"]
    return next(one for one in patients.values() if one.state == "enrolled")


@pytest.mark.parametrize("view", ["identity", "remove", "edit"])
def test_identity_and_removal_ask_again_after_a_while(view, browser_of, root, clock):
    browser = browser_of("rareliverhpuser1")
    patient = first_patient(root)
    address = f"{resource_path(patient)}/{view}"
    assert browser.get(address).status_int == 200
    clock.advance(minutes=11)
    asked = browser.get(address)
    assert asked.status_int == 303
    assert "/prove" in asked.location


def test_roles_are_granted_only_after_a_fresh_proof(browser_of, clock):
    browser = browser_of("rarelivercoordinator")
    page = browser.get("/networks/rare-liver/memberships")
    token = page.html.select_one("input[name=csrf_token]")["value"]
    clock.advance(minutes=11)
    posted = browser.post("/networks/rare-liver/memberships", {"csrf_token": token})
    assert posted.status_int == 303
    assert "/prove" in posted.location
    assert browser.get("/networks/rare-liver/memberships").status_int == 200, "reading needs none"


@pytest.fixture
def late(browser_of, registry, clock):
    """Return how somebody posts a form with an old proof, and proves it then."""

    def send(login, address, fields):
        browser = browser_of(login)
        page = browser.get(address)
        token = page.html.select_one("input[name=csrf_token]")["value"]
        clock.advance(minutes=11)
        asked = browser.post(
            address, [("csrf_token", token), *fields], {"Referer": f"http://localhost{address}"}
        )
        assert "/prove?next=" in asked.location
        form = asked.follow().forms["form"]
        form["code"] = code_for(registry, login)
        return form.submit()

    return send


def test_what_was_typed_is_kept_over_the_proof_and_nothing_is_done_before(late, root, clock):
    library = root["library"]
    reader = root["people"].person_of_login("rareliverhpuser2")
    fields = [("role", Role.READER.value), ("person", reader.mail), ("act", "give")]
    proven = late("siteadmin", "/library/sharing", fields)
    assert proven.location == "http://localhost/send-again"
    page = proven.follow()
    assert reader.mail not in page.html.get_text(), "it is kept, not shown"
    root._p_jar.sync()
    assert not holds(reader, Role.READER, library, clock())
    done = page.forms["form"].submit()
    assert done.location.endswith("/library/sharing")
    root._p_jar.sync()
    assert holds(reader, Role.READER, library, clock())
    assert "Nothing waits" in done.test_app.get("/send-again").text, "it is forgotten once sent"


def test_what_was_typed_is_sealed_and_only_the_browser_it_came_from_has_the_key(late, root, site):
    proven = late(
        "rarelivercoordinator", "/networks/rare-liver/memberships", [("step", "a typed word")]
    )
    kept = [
        record.values["unsent"]
        for record in root._p_jar.root()["sessions"].values()
        if getattr(record, "values", None) and "unsent" in record.values
    ]
    assert kept
    assert not [sealed for sealed in kept if b"typed word" in sealed]
    assert "What you typed was kept" in proven.follow().text
    without_key = TestApp(site.wsgi)
    without_key.set_cookie("cpms", proven.test_app.cookies["cpms"])
    assert "Nothing waits" in without_key.get("/send-again").text


@pytest.mark.parametrize(
    ("network", "fields"),
    [("vascern", [("code", "123456")]), ("ithaca", [("step", "x" * 40_000)]), ("rita", [])],
)
def test_what_cannot_be_kept_leads_back_to_the_page_that_says_so(late, network, fields):
    address = f"/networks/{network}/memberships"
    proven = late(f"{network}coordinator", address, fields)
    assert proven.location == f"http://localhost{address}"
    assert "Nothing is done yet" in proven.follow().text
