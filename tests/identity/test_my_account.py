"""My account: mine alone, and what is delicate asks for a fresh proof."""

from __future__ import annotations

import pytest
import transaction
from pyramid_mailer.interfaces import IMailer

from cpms_portal.identity.schemas import StrongEnough
from tests.factories.people import PASSWORD, code_for, code_now

PAGES = ("account", "language", "password", "add-device", "remove-device", "recovery-codes")
NEW = "violet kettle harbour nine"


def own(root, login):
    """Return the address of somebody's person."""
    return f"/people/{root['people'].person_of_login(login).__name__}"


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["rareliverhpuser1", "rarelivercoordinator", "siteadmin"])
def test_the_account_of_somebody_else_is_not_there(browser_of, root, page, who):
    app = browser_of(who)
    answer = app.get(f"{own(root, 'rareliverguest')}/{page}", expect_errors=True)
    assert answer.status_int == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in_first(app, root, page):
    answer = app.get(f"{own(root, 'rareliverguest')}/{page}")
    assert "/sign-in?" in answer.location


@pytest.mark.parametrize("page", ["password", "add-device", "remove-device", "recovery-codes"])
def test_a_delicate_page_asks_for_a_code_when_the_proof_is_old(
    visitor, login, root, registry, clock, page
):
    visitor.sign_in(login)
    clock.advance(minutes=11)
    path = f"{own(root, login)}/{page}"
    asked = visitor.app.get(path)
    assert "/prove?next=" in asked.location
    answer = visitor.give_code(code_for(registry, login), path=asked.location)
    assert answer.location == f"http://localhost{path}"


def test_a_proof_counts_for_ten_minutes(visitor, login, root, clock):
    visitor.sign_in(login)
    clock.advance(minutes=10)
    assert visitor.app.get(f"{own(root, login)}/add-device").status_int == 200
    clock.advance(seconds=1)
    assert visitor.app.get(f"{own(root, login)}/add-device").status_int == 303


def test_what_is_sent_with_an_old_proof_is_not_done(visitor, login, root, clock):
    visitor.sign_in(login)
    page = f"{own(root, login)}/recovery-codes"
    form = next(f for f in visitor.app.get(page).forms.values() if f.action == page)
    clock.advance(minutes=11)
    answer = form.submit(headers={"Referer": f"http://localhost{page}"})
    assert "/prove?next=%2Fpeople" in answer.location
    root._p_jar.sync()
    assert root["people"].person_of_login(login).account.recovery_codes_left == 0


def test_a_wrong_code_proves_nothing_and_counts(visitor, login, root, clock):
    visitor.sign_in(login)
    clock.advance(minutes=11)
    for _number in range(6):
        assert visitor.give_code("000000", path="/prove").status_int == 422
    good = code_for(visitor.site.registry, login)
    assert visitor.give_code(good, path="/prove").status_int == 422
    assert visitor.app.get(f"{own(root, login)}/add-device").status_int == 303


def test_the_proof_page_never_leads_elsewhere(visitor, login, clock):
    visitor.sign_in(login)
    clock.advance(minutes=1)
    code = code_for(visitor.site.registry, login)
    answer = visitor.give_code(code, path="/prove?next=https://elsewhere.invalid/")
    assert answer.location == "http://localhost/"


def test_a_second_device_signs_in_as_well_as_the_first(visitor, another, login, root, clock):
    visitor.sign_in(login)
    page = visitor.app.get(f"{own(root, login)}/add-device")
    secret = page.html.select_one(".device-setup-secret").text.replace(" ", "")
    form = page.forms["form"]
    form["name"], form["code"] = "Tablet", code_now(clock, secret)
    assert "Tablet" in form.submit().follow().text
    clock.advance(seconds=30)
    another.give_password(login)
    assert another.give_code(code_now(clock, secret)).status_int == 303


def removal(visitor, root, login):
    """Press the button that removes the first device."""
    person = root["people"].person_of_login(login)
    path = f"{own(root, login)}/remove-device"
    page = visitor.app.get(path, {"device": person.account.devices[0].device_id})
    form = next(one for one in page.forms.values() if one.action == path)
    return form.submit(expect_errors=True)


def test_the_last_device_stays_while_there_is_no_other_way_in(visitor, login, root):
    visitor.sign_in(login)
    assert "only way in" in removal(visitor, root, login).text
    root._p_jar.sync()
    assert len(root["people"].person_of_login(login).account.devices) == 1


def test_without_a_device_a_recovery_code_leads_to_setting_up_a_new_one(visitor, login, root):
    visitor.sign_in(login)
    path = f"{own(root, login)}/recovery-codes"
    form = next(f for f in visitor.app.get(path).forms.values() if f.action == path)
    codes = [code.text for code in form.submit().html.select(".recovery-codes-list code")]
    assert removal(visitor, root, login).status_int == 303
    visitor.app.reset()
    visitor.give_password(login)
    assert visitor.app.get("/sign-in/device").location.endswith("/sign-in/code")
    form = visitor.app.get("/sign-in/recovery").forms["form"]
    form["recovery_code"] = codes[3]
    answer = form.submit()
    assert answer.location == "http://localhost/sign-in/device"
    assert answer.follow().status_int == 200
    assert not visitor.is_in()


def test_the_language_of_the_pages_follows_the_choice(visitor, login, root):
    visitor.sign_in(login)
    form = visitor.app.get(f"{own(root, login)}/language").forms["form"]
    form["language"] = "de"
    assert 'lang="de"' in form.submit().follow().text


def test_the_history_shows_what_happened_and_from_where(visitor, login):
    visitor.give_password(login, "not the password")
    visitor.sign_in(login)
    table = visitor.app.get("/account").follow().html.find("table").text
    for words in ("Signed in", "Code accepted", "Sign-in refused", "192.0.2.7"):
        assert words in table


def test_the_owner_gets_a_mail_when_the_password_changes(visitor, person, registry, clock):
    visitor.enter(person, clock)
    form = visitor.app.get(f"/people/{person.__name__}/password").forms["form"]
    form["old"], form["new"], form["again"] = PASSWORD, NEW, NEW
    form.submit()
    mail = registry.getUtility(IMailer).outbox[-1]
    assert mail.recipients == [person.mail]
    assert "password" in mail.body
    assert NEW not in mail.body


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("not it at all", NEW, NEW, "old"),
        (PASSWORD, "short", "short", "new"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "new"),
        (PASSWORD, "Maren Talweide 1", "Maren Talweide 1", "new"),
        (PASSWORD, "x" * 257, "x" * 257, "new"),
        (PASSWORD, NEW, NEW + "!", "again"),
    ],
)
def test_a_password_that_cannot_be_taken_is_said_at_its_field(
    visitor, person, clock, old, new, again, field
):
    visitor.enter(person, clock)
    form = visitor.app.get(f"/people/{person.__name__}/password").forms["form"]
    form["old"], form["new"], form["again"] = old, new, again
    answer = form.submit(expect_errors=True)
    assert answer.status_int == 422
    assert answer.html.find(id=f"form-{field}-error") is not None
    for typed in (old, new):
        assert typed not in answer.text
    transaction.abort()


def test_long_and_accented_passwords_are_welcome():
    for good in (
        "żółw ćma gęś słoń 7",
        "correct horse battery staple hill",
        "🦉 lamp 🦔 quartz tin",
    ):
        assert StrongEnough().problem(good) is None


def test_words_of_the_field_make_no_password():
    assert StrongEnough().problem("hospital patient network") is not None
    assert StrongEnough().problem("kettle hospital violet moss") is None
