"""What the fields and pages of identity promise to browsers, password managers and people."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.identity.actions import set_password
from tests.factories.people import PASSWORD, make_person
from tests.identity.conftest import Visitor

pytestmark = pytest.mark.storages("filestorage")  # what is asked does not depend on the storage
OWN = ("account", "password", "preferences", "assistants", "access")


@pytest.fixture
def elsewhere(site):
    """Somebody of a network whose failures count against nobody else."""
    return Visitor(site, "203.0.113.77")


def password_fields(page):
    asked = {"password", "old", "new", "again"}
    return [field for field in page.html.find_all("input") if field.get("name") in asked]


def test_passwords_are_hidden_may_be_pasted_and_name_their_purpose(visitor, login, root):
    visitor.sign_in(login)
    own = f"/people/{root['people'].person_of_login(login).__name__}"
    changing = password_fields(visitor.app.get(f"{own}/password"))
    visitor.app.reset()
    entering = password_fields(visitor.app.get("/sign-in"))
    assert len(changing) == 3
    assert len(entering) == 1
    assert [one["autocomplete"] for one in entering] == ["current-password"]
    assert {one["autocomplete"] for one in changing} <= {"current-password", "new-password"}
    for field in (*changing, *entering):
        assert field["type"] == "password"
        assert not {"readonly", "disabled", "onpaste", "maxlength"} & set(field.attrs)


@pytest.mark.parametrize(
    "typed",
    [f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper(), PASSWORD.title(), PASSWORD[:-1],
     PASSWORD.replace(" ", "")],
)  # fmt: skip
def test_a_password_counts_as_it_was_typed_and_nothing_near_it(elsewhere, root, registry, typed):
    person = make_person(root, registry)
    assert elsewhere.give_password(person.mail, typed).status_int == 422


def test_blanks_around_a_password_are_part_of_it(elsewhere, root, registry):
    person = make_person(root, registry)
    set_password(person, f"  {PASSWORD} ", system_actor(registry))
    transaction.commit()
    assert elsewhere.give_password(person.mail).status_int == 422
    assert elsewhere.give_password(person.mail, f"  {PASSWORD} ").status_int == 303


def test_every_page_has_the_way_out(visitor, login, root):
    visitor.sign_in(login)
    own = f"/people/{root['people'].person_of_login(login).__name__}"
    for path in ("/my-work", "/networks/", "/library/", *(f"{own}/{name}" for name in OWN)):
        forms = visitor.app.get(path).forms.values()
        assert [one for one in forms if one.action == "/sign-out"], path
    visitor.sign_out()
    assert not visitor.is_in()


def test_fields_that_no_page_asks_for_change_nothing(visitor, login, root):
    visitor.sign_in(login)
    person = root["people"].person_of_login(login)
    before = (person.mail, person.state, person.grants.held, person.title)
    form = visitor.app.get(f"/people/{person.__name__}/edit-profile").forms["form"]
    more = {"mail": "other@clinic.invalid", "state": "closed", "grants": "administrator",
            "title": "Somebody Else", "account": "none"}  # fmt: skip
    sent = [(name, form[name].value) for name in ("csrf_token", "professional_role")]
    visitor.app.post(form.action or f"/people/{person.__name__}/edit-profile",
                     [*sent, *more.items()], status="*")  # fmt: skip
    root._p_jar.sync()
    assert (person.mail, person.state, person.grants.held, person.title) == before
