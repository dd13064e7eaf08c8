"""Site administrators look after accounts, and see nothing else."""

from __future__ import annotations

import re

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.audit.trail import trail_of
from cpms_portal.core.actor import system_actor
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.resources import oid_of
from cpms_portal.identity.actions.resets import confirm_reset
from cpms_portal.people.actions import refresh_facets
from cpms_portal.scripts.account import administrator_link
from cpms_portal.scripts.views import views_of
from cpms_portal.security.attempts import begin_try, locked_accounts
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from tests.factories.people import PASSWORD, make_person

NEW = "violet kettle harbour nine"


@pytest.fixture
def administrator(browser_of):
    """The browser of the site administrator."""
    return browser_of("siteadmin")


def path_of(root, login, name):
    """Return the address of a step for somebody's account."""
    return f"/people/{root['people'].person_of_login(login).__name__}/{name}"


def give_reason(app, path, reason="Recognised by video with the coordinator."):
    """Fill in the form of a step."""
    form = app.get(path).forms["form"]
    form["reason"] = reason
    return form.submit(expect_errors=True)


@pytest.mark.parametrize("who", ["rareliverhpuser1", "rarelivercoordinator", "rareliverguest"])
@pytest.mark.parametrize(
    "path",
    ["/people/", "/manage", "/manage/@@contents", "/manage/networks", "/manage/people/@@contents"],
)
def test_for_everybody_else_there_is_nothing(browser_of, who, path):
    assert browser_of(who).get(path, expect_errors=True).status_int == 404


@pytest.mark.parametrize("name", ["administer", "reset-factors", "disable", "enable"])
def test_nobody_else_administers_an_account(browser_of, root, name):
    app = browser_of("rarelivercoordinator")
    path = path_of(root, "rareliverguest", name)
    assert app.get(path, expect_errors=True).status_int == 404


def test_people_are_listed_by_state(administrator, root, login):
    person = root["people"].person_of_login(login)
    assert give_reason(administrator, path_of(root, login, "disable")).status_int == 303
    listed = administrator.get("/people/?state=disabled")
    assert person.title in listed.text
    assert give_reason(administrator, path_of(root, login, "enable")).status_int == 303
    assert person.title not in administrator.get("/people/?state=disabled").text


def test_closing_an_account_ends_its_sessions_at_once(administrator, visitor, login, root):
    visitor.sign_in(login)
    give_reason(administrator, path_of(root, login, "disable"))
    assert not visitor.is_in()
    give_reason(administrator, path_of(root, login, "enable"))
    assert not visitor.is_in()


@pytest.fixture
def second(root, registry, browser_of):
    """The browser of another site administrator."""
    person = make_person(root, registry, name="Olga Zweit", role=Role.ADMINISTRATOR, node=root)
    refresh_facets(person, system_actor(registry))
    transaction.commit()
    return browser_of(person.mail)


def test_two_administrators_reset_factors_and_it_stands_in_the_trail(
    administrator, second, visitor, login, root, registry
):
    visitor.sign_in(login)
    path = path_of(root, login, "reset-factors")
    assert give_reason(administrator, path).status_int == 303
    assert visitor.is_in()
    title = root["people"].person_of_login(login).title
    assert title in second.get("/people/").html.find(id="resets").parent.text
    assert "Recognised by video" in second.get(path).text
    assert give_reason(second, path, "Recognised by telephone, too.").status_int == 303
    assert not visitor.is_in()
    assert visitor.give_password(login).location.endswith("/sign-in/device")
    who = oid_of(root["people"].person_of_login("siteadmin"))
    last = trail_of(registry).rows("who", who, 1)[0].entry
    assert last.action == "account.reset_asked"
    assert "Recognised" in last.detail


def test_one_administrator_alone_resets_nothing_however_often(
    administrator, visitor, login, root, registry
):
    visitor.sign_in(login)
    path = path_of(root, login, "reset-factors")
    for _number in range(2):
        give_reason(administrator, path)
    assert visitor.is_in()
    admin, person = (root["people"].person_of_login(name) for name in ("siteadmin", login))
    actor = actor_for(registry, admin)
    with pytest.raises(ValueRefusedError):
        confirm_reset(person, "I again", actor)


def test_a_reset_nobody_agreed_to_ends_after_three_days(
    administrator, second, login, root, clock, sign_in_as
):
    path = path_of(root, login, "reset-factors")
    give_reason(administrator, path)
    clock.advance(hours=72)
    sign_in_as(second, "siteadmin")
    assert "when a second administrator" in second.get(path).text.replace("\n", " ")


def test_an_administrator_ends_all_sessions_of_somebody(administrator, visitor, login, root):
    visitor.sign_in(login)
    page = administrator.get(path_of(root, login, "administer"))
    next(one for one in page.forms.values() if one.action.endswith("/end-sessions")).submit()
    assert not visitor.is_in()


def test_nobody_resets_their_own_factors(administrator, root):
    answer = give_reason(administrator, path_of(root, "siteadmin", "reset-factors"))
    assert answer.status_int == 422


def test_there_is_no_way_to_become_somebody_else(registry, administrator, root, login):
    """No view opens a session for anybody but whoever proved it; administrators own no session."""
    names = {view["name"] for view in views_of(registry)}
    assert not {name for name in names if re.search("imperson|switch|become|login-as|sudo", name)}
    own = path_of(root, login, "account")
    for name in ("account", "my-data", "password", "add-key", "recovery-codes"):
        path = own.replace("/account", f"/{name}")
        assert administrator.get(path, status="*").status_int == 404
    # The link to a password, which is all an administrator can make, leaves the factors.
    page = administrator.get(path_of(root, login, "administer"))
    form = next(one for one in page.forms.values() if one.action.endswith("/make-link"))
    link = re.search(r"/set-password/[\w.-]+", form.submit().text)[0]
    thief = administrator.__class__(administrator.app, extra_environ={"REMOTE_ADDR": "192.0.2.9"})
    form = thief.get(link).forms["form"]
    form["new"], form["again"] = NEW, NEW
    form.submit()
    form = thief.get("/sign-in").forms["form"]
    form["login"], form["password"] = login, NEW
    assert form.submit().location.endswith("/sign-in/code")
    assert "/sign-in" in thief.get("/account").location


def test_administrators_see_no_clinical_content(administrator, root):
    """Every patient, panel and record of the training site is closed to them."""
    for network in root["networks"].values():
        for country in network.countries():
            for centre in country.institutions():
                for patient in list(centre.get("patients", {}).values())[:2]:
                    path = f"{resource_path(patient)}/"
                    assert administrator.get(path, status="*").status_int in (403, 404), path


def test_a_step_without_a_reason_is_not_taken(administrator, root, login):
    answer = give_reason(administrator, path_of(root, login, "reset-factors"), "")
    assert answer.status_int == 422
    root._p_jar.sync()
    assert root["people"].person_of_login(login).account.devices


def test_a_step_needs_a_fresh_proof(administrator, root, login, clock):
    clock.advance(minutes=11)
    for name in ("reset-factors", "disable", "enable"):
        assert "/prove" in administrator.get(path_of(root, login, name)).location


def test_a_waiting_account_is_shown_and_let_try_again(administrator, root, login, registry):
    person = root["people"].person_of_login(login)
    for number in range(7):
        begin_try(registry, oid_of(person), f"10.{number}.0.1")
    assert "Waiting after too many failures" in administrator.get("/people/").text
    page = administrator.get(path_of(root, login, "administer"))
    form = next(one for one in page.forms.values() if one.action.endswith("/unlock"))
    assert form.submit().status_int == 303
    assert locked_accounts(registry) == []


def test_the_management_interface_opens_and_shows_no_patient(administrator, root):
    page = administrator.get("/manage").maybe_follow()
    assert page.status_int == 200
    assert "networks" in page.text
    for network in root["networks"].values():
        for country in network.countries():
            for centre in country.institutions():
                for patient in centre.get("patients", {}):
                    here = f"/manage/networks/{network.__name__}/{country.__name__}"
                    listed = administrator.get(f"{here}/{centre.__name__}/patients/@@contents")
                    assert patient not in listed.text
                    inside = f"{here}/{centre.__name__}/patients/{patient}/@@contents"
                    assert administrator.get(inside, expect_errors=True).status_int == 404


@pytest.mark.parametrize("name", ["@@acl_edit", "@@undo_recent", "@@rename", "@@upload", "@@add"])
def test_the_management_interface_does_not_pass_by_workflows(administrator, name):
    assert administrator.get(f"/manage/{name}", expect_errors=True).status_int == 404


def test_the_first_administrator_sets_a_password_by_a_link_that_works_once(
    visitor, root, registry, clock
):
    actor = system_actor(registry)
    link = administrator_link(root, "Ada Moor", "ada@clinic.invalid", actor=actor)
    transaction.commit()
    path = link[link.index("/set-password") :]
    form = visitor.app.get(path).forms["form"]
    form["new"], form["again"] = NEW, NEW
    assert form.submit().location == "http://localhost/sign-in"
    assert "/sign-in" in visitor.app.get(path).location
    answer = visitor.give_password("ada@clinic.invalid", NEW)
    assert answer.location == "http://localhost/sign-in/device"


@pytest.mark.parametrize("change", [str.upper, lambda path: path[:-1], lambda path: path + "x"])
def test_an_altered_link_opens_nothing(visitor, root, registry, change):
    actor = system_actor(registry)
    link = administrator_link(root, "Bea Moor", "bea@clinic.invalid", actor=actor)
    transaction.commit()
    token = link.rpartition("/")[2]
    assert "/sign-in" in visitor.app.get(f"/set-password/{change(token)}").location


def test_a_link_ends_after_a_day(visitor, root, registry, clock):
    actor = system_actor(registry)
    link = administrator_link(root, "Cia Moor", "cia@clinic.invalid", actor=actor)
    transaction.commit()
    clock.advance(hours=24)
    path = link[link.index("/set-password") :]
    assert "/sign-in" in visitor.app.get(path).location


def test_no_link_and_no_token_stand_in_the_trail(root, registry):
    actor = system_actor(registry)
    link = administrator_link(root, "Dea Moor", "dea@clinic.invalid", actor=actor)
    transaction.commit()
    secret = link.rpartition(".")[2]
    assert all(secret not in str(row) for row in trail_of(registry).all_rows())
    assert all(PASSWORD not in str(row) for row in trail_of(registry).all_rows())


def test_an_administrator_signs_everybody_out_but_themselves(
    administrator, visitor, another, login, clock, root, registry
):
    visitor.sign_in(login)
    another.sign_in("vascernhpuser4")
    page = administrator.get("/people/")
    form = next(one for one in page.forms.values() if one.action.endswith("/people/end-sessions"))
    assert "Ended:" in form.submit().follow().text
    assert not visitor.is_in()
    assert not another.is_in()
    who = oid_of(root["people"].person_of_login("siteadmin"))
    assert trail_of(registry).rows("who", who, 1)[0].entry.action == "account.everybody_signed_out"
