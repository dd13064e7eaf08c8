"""Moving, renaming, ordering, throwing away: addresses lead on, rights follow the place."""

from __future__ import annotations

from datetime import timedelta

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.copies import working_copy_of
from cpms_portal.cms.actions.moving import (
    discard,
    move_item,
    rename_item,
    restore,
)
from cpms_portal.cms.actions.ordering import put_after, put_at, put_between, step_in_order
from cpms_portal.cms.actions.publishing import revert, take_step
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import items_in, pages_of, values_of
from cpms_portal.cms.queries.links import broken_links, what_links_to
from cpms_portal.core.errors import TransitionDeniedError, ValueRefusedError
from cpms_portal.core.resources import modified
from cpms_portal.search.queries import find
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, OUTSIDER, READER, REVIEWER


def titles(found):
    return [item.title for item in found]


def test_an_old_address_leads_to_where_a_page_stands_now(app, made, portal, root):
    folder = made("folder", "Guides here", published=True)
    page = made("page", "Wanderer", published=True)
    move_item(page, folder, portal)
    transaction.commit()
    assert app.get("/library/wanderer", status=301).location.endswith("/guides-here/wanderer/")
    rename_item(folder, "handbooks", portal)
    transaction.commit()
    for old in ("/library/wanderer", "/library/guides-here/wanderer"):
        assert app.get(old, status=301).location.endswith("/library/handbooks/wanderer/")
    move_item(page, root["library"], portal)
    transaction.commit()
    assert app.get("/library/wanderer").status_int == 200


def test_an_old_address_tells_nothing_of_what_its_reader_may_not_see(app, made, portal):
    page = made("page", "Secret plan")
    rename_item(page, "other-plan", portal)
    transaction.commit()
    answer = app.get("/library/secret-plan")
    assert "other-plan" not in answer.location


def test_a_folder_cannot_be_put_into_itself_or_into_what_stands_in_it(made, portal):
    outer = made("folder", "Outer")
    inner = made("folder", "Inner", into=outer)
    for target in (outer, inner):
        with pytest.raises(ValueRefusedError):
            move_item(outer, target, portal)
    assert inner.__parent__ is outer


def test_what_is_published_moves_only_where_the_mover_may_publish(made, root, actor_of):
    here, there = made("folder", "Open here"), made("folder", "Closed there")
    editor = root["people"].person_of_login(EDITOR)
    for place, role in ((here, Role.EDITOR), (here, Role.REVIEWER), (there, Role.EDITOR)):
        grant(editor, role, place)
    page = made("page", "Public page", into=here, published=True)
    draft = made("page", "Draft page", into=here)
    move_item(draft, there, actor_of(EDITOR))
    with pytest.raises(ValueRefusedError):
        move_item(page, there, actor_of(EDITOR))
    assert page.__parent__ is here and draft.__parent__ is there


def test_an_editor_submits_and_a_reviewer_publishes(made, office, actor_of):
    page = made("page", "Through review", text="<p>x</p>")
    with pytest.raises(TransitionDeniedError):
        take_step(page, "publish", actor_of(EDITOR))
    take_step(page, "submit", actor_of(EDITOR), "Please look.")
    with pytest.raises(ValueRefusedError):
        take_step(page, "return", actor_of(REVIEWER))
    take_step(page, "return", actor_of(REVIEWER), "Spell it right.")
    take_step(page, "submit", actor_of(EDITOR))
    take_step(page, "publish", actor_of(REVIEWER), "Good.")
    assert [step.reason for step in page.history[-4:]] == [
        "Please look.",
        "Spell it right.",
        "",
        "Good.",
    ]


@pytest.mark.parametrize(
    "name", ["Ä b", "a/b", "..", "", "edit", "contents", "x" * 81, "فارسی", "🙂"]
)
def test_a_name_that_cannot_stand_in_an_address_is_refused(name, made, portal):
    page = made("folder", "Named")
    inside = made("page", "Inside", into=page)
    with pytest.raises(ValueRefusedError):
        rename_item(inside, name, portal)


@pytest.mark.parametrize(
    "title", ["a/b.c", "🙂🙂", "مرحبا بالعالم", "Ψυχή", "edit", "...", "\u202eevil"]
)
def test_every_title_gets_an_address_of_its_own(title, made, browser_of, office):
    first, second = made("page", title), made("page", title)
    assert first.__name__ != second.__name__
    for one in (first, second):
        assert browser_of(EDITOR).get(resource_path(one)).status_int == 200


def test_order_when_something_is_put_between_moves_nothing_else(made, portal):
    folder = made("folder", "Ordered")
    first, second, third = (made("page", name, into=folder) for name in ("One", "Two", "Three"))
    positions = first.position, second.position
    put_between(third, second, portal)
    assert titles(items_in(folder, portal)) == ["One", "Three", "Two"]
    assert (first.position, second.position) == positions
    for _again in range(80):
        put_between(second, third, portal)
        put_between(third, second, portal)
    assert titles(items_in(folder, portal)) == ["One", "Three", "Two"]
    put_between(first, None, portal)
    assert titles(items_in(folder, portal)) == ["Three", "Two", "One"]


def test_items_step_up_and_down_together_and_stay_at_the_ends(made, portal):
    folder = made("folder", "Steps")
    a, b, c, d = (made("page", name, into=folder) for name in "abcd")
    for items, by, expected in (
        ([b, c], -1, "bcad"), ([b, c], -1, "bcad"), ([b, c], 1, "abcd"), ([c, d], 1, "abcd"),
        ([a, c], 1, "badc"), ([d], 1, "bacd"),
    ):  # fmt: skip
        step_in_order(items, by, portal)
        assert "".join(titles(items_in(folder, portal))) == expected, (items, by)


def test_items_go_to_the_row_said_in_their_order(made, portal):
    folder = made("folder", "Rows")
    a, b, c, d = (made("page", name, into=folder) for name in "abcd")
    for items, row, expected in (([a, c], 3, "bdac"), ([d, a], 1, "dabc"), ([d], 99, "abcd")):
        put_at(items, row, portal)
        assert "".join(titles(items_in(folder, portal))) == expected
    put_after(a, c, portal)
    assert "".join(titles(items_in(folder, portal))) == "bcad"


def test_however_often_something_is_put_in_one_place_few_others_are_written(made, portal):
    folder = made("folder", "Long")
    pages = [made("page", f"Page {number:03}", into=folder) for number in range(120)]
    before = {page: page.position for page in pages}
    for number in range(60):
        put_between(pages[100 + number % 20], pages[50], portal)
    shown = titles(items_in(folder, portal, size=200))
    moved = [page for page in pages[:100] if page.position != before[page]]
    assert len(moved) < 50
    order = [title for title in shown if title in {page.title for page in pages[:100]}]
    assert order == sorted(order)
    last = pages[100 + 59 % 20].title
    assert shown[shown.index(pages[50].title) - 1] == last


def test_items_of_one_position_can_be_put_in_order(made, portal):
    folder = made("folder", "Same")
    pages = [made("page", name, into=folder) for name in "abcde"]
    for page in pages:
        page.position = 1000.0
        modified(page, portal.registry)
    put_between(pages[0], pages[3], portal)
    shown = titles(items_in(folder, portal, size=200))
    assert shown.index("a") == shown.index("d") - 1
    for page in pages:
        page.position = 1000.0
        modified(page, portal.registry)
    put_at([pages[4]], 2, portal)
    assert titles(items_in(folder, portal))[1] == "e"


def test_what_is_thrown_away_is_found_by_nobody_and_comes_back_as_it_was(
    made, portal, app, actor_of, office, root
):
    folder = made("folder", "Going", published=True)
    page = made("page", "Gone", into=folder, published=True)
    discard(folder, actor_of(EDITOR))
    transaction.commit()
    app.get("/library/going/gone", status=303)
    assert "Gone" not in titles(pages_of(root["library"], actor_of(EDITOR), size=1000))
    assert not actor_of(None).may("page:view", page)
    trash = root["library"]["trash"]
    assert app.get(resource_path(trash), status="*").status_int != 200
    restore(folder, actor_of(EDITOR))
    transaction.commit()
    assert app.get("/library/going/gone").status_int == 200
    assert (folder.state, page.state) == ("published", "published")
    assert "Gone" in titles(pages_of(root["library"], actor_of(None), size=1000))


def test_removing_what_others_link_to_is_told_and_not_forbidden(
    made, office, browser_of, root, actor_of, portal
):
    target = made("page", "Linked to", published=True)
    made(
        "page", "Linking", text=f'<p><a href="/resolve/{target.__oid__}">x</a></p>', published=True
    )
    assert titles(what_links_to(target, actor_of(EDITOR))) == ["Linking"]
    editor = browser_of(EDITOR)
    batch = editor.get("/library/contents").forms["batch"]
    ticked = [("name", target.__name__), ("act", "discard")]
    token = batch["csrf_token"].value
    asked = editor.post("/library/contents", [*ticked, ("csrf_token", token)])
    assert "Linking" in asked
    sure = next(form for form in asked.forms.values() if "sure" in form.fields)
    sure.submit().follow()
    transaction.abort()
    assert target.discarded is not None
    broken = broken_links(root["library"], portal, actor_of(None))
    assert ("Linking", "trash") in [(one.item.title, one.reason) for one in broken]
    assert "Linking" in editor.get("/library/broken-links")


def test_a_link_to_what_readers_cannot_see_is_in_the_report(made, portal, root, actor_of):
    hidden = made("page", "Hidden target")
    text = f'<p><a href="/resolve/{hidden.__oid__}">x</a> <a href="/library/nowhere">y</a></p>'
    made("page", "Pointing", text=text, published=True)
    found = broken_links(root["library"], portal, actor_of(None))
    reasons = {one.reason for one in found if one.item.title == "Pointing"}
    assert reasons == {"hidden", "gone"}


def test_every_save_is_a_version_and_an_earlier_one_can_be_brought_back(
    made, portal, office, browser_of
):
    page = made("page", "Versioned", text="<p>The first words.</p>")
    save_item(page, "en", {**values_of(page, "en"), "text": "<p>The second words.</p>"}, portal)
    transaction.commit()
    shown = browser_of(EDITOR).get(resource_path(page, "history"), {"old": 1, "new": 2})
    assert shown.html.select_one(".changes del").text == "first"
    assert shown.html.select_one(".changes ins").text == "second"
    revert(page, 1, portal)
    assert page.texts["en"].text == "<p>The first words.</p>" and page.version == 3
    assert "As in version 1" in page.versions[3].note


def test_the_history_offers_to_compare_the_last_two_of_a_language(made, portal, office, browser_of):
    page = made("page", "Versioned", text="<p>First.</p>")
    for language, text in (("de", "<p>Erstens.</p>"), ("en", "<p>Second.</p>")):
        save_item(page, language, {**values_of(page, language), "text": text}, portal)
    transaction.commit()

    def ticked(**asked):
        shown = browser_of(EDITOR).get(resource_path(page, "history"), asked)
        return [one["value"] for one in shown.html.select(".compare-cell input[checked]")]

    assert sorted(ticked()) == ["1", "3"]
    assert sorted(ticked(old=1, new=2)) == ["1", "2"]


def test_a_working_copy_when_published_replaces_its_original(made, office, actor_of, app, root):
    page = made("page", "Steady", text="<p>Old words.</p>", published=True)
    copy = working_copy_of(page, actor_of(EDITOR))
    save_item(copy, "en", {**values_of(copy, "en"), "text": "<p>New words.</p>"}, actor_of(EDITOR))
    transaction.commit()
    assert "Old words." in app.get("/library/steady")
    take_step(copy, "submit", actor_of(EDITOR))
    assert take_step(copy, "publish", actor_of(REVIEWER)) is page
    transaction.commit()
    assert "New words." in app.get("/library/steady")
    assert copy.discarded is not None and page.state == "published"
    assert page.versions[page.version - 1].text.text == "<p>Old words.</p>"


def test_a_page_is_gone_the_second_it_expires(made, app, clock, actor_of, root, office):
    begins, ends = clock.time, clock.time
    page = made(
        "news",
        "For an hour",
        published=True,
        shown_from=begins + timedelta(hours=1),
        shown_until=ends + timedelta(hours=2),
    )

    def seen():
        listed = find(actor_of(None), "page", within=root, where={"kind": "news"}, sort="title")
        direct = app.get(resource_path(page), status="*").status_int == 200
        in_library = "For an hour" in app.get("/library")
        assert direct == in_library == ("For an hour" in titles(listed))
        return direct

    assert not seen()
    clock.advance(minutes=59, seconds=59)
    assert not seen()
    clock.advance(seconds=1)
    assert seen()
    clock.advance(minutes=59, seconds=59)
    assert seen()
    clock.advance(seconds=1)
    assert not seen()
    assert actor_of(EDITOR).may("page:view", page)
    assert "For an hour" in titles(pages_of(root["library"], actor_of(EDITOR), size=1000))


def test_a_right_given_at_a_folder_counts_below_it_and_nowhere_else(
    made, root, browser_of, actor_of, office
):
    folder = made("folder", "Shared folder")
    inside, beside = made("page", "Inside it", into=folder), made("page", "Beside it")
    reviewer = browser_of(REVIEWER)
    form = next(
        form
        for form in reviewer.get(resource_path(folder, "sharing")).forms.values()
        if "person.typed" in form.fields
    )
    form["person.typed"], form["role"] = root["people"].person_of_login(READER).mail, "reader"
    shown = form.submit().follow()
    row = next(row for row in shown.html.select("tbody tr") if "Reader" in row.text)
    assert "this place" in row.text
    transaction.abort()
    assert actor_of(READER).may("page:view", inside)
    assert not actor_of(READER).may("page:edit", inside)
    assert not actor_of(READER).may("page:view", beside)
    below = reviewer.get(resource_path(inside, "sharing"))
    row = next(row for row in below.html.select("tbody tr") if "Reader" in row.text)
    assert row.a["href"] == resource_path(folder) + "/"
    take = next(
        form
        for form in shown.forms.values()
        if "act" in form.fields and form["role"].value == "reader"
    )
    take.submit()
    transaction.abort()
    assert not actor_of(READER).may("page:view", inside)


def test_a_right_given_to_a_group_counts_for_who_belongs_to_it(
    made, root, browser_of, actor_of, office
):
    page = made("page", "For coordinators")
    network = root["networks"]["rare-liver"]
    reviewer = browser_of(REVIEWER)
    form = next(
        form
        for form in reviewer.get(resource_path(page, "sharing")).forms.values()
        if "person.typed" in form.fields
    )
    form["group"], form["role"] = f"coordinator@{network.__oid__}", "reader"
    form.submit().follow()
    transaction.abort()
    assert actor_of("rarelivercoordinator").may("page:view", page)
    assert not actor_of("vascerncoordinator").may("page:view", page)
    found = find(actor_of("rarelivercoordinator"), "page", within=root["library"], sort="title")
    assert "For coordinators" in titles(found)


def test_an_editor_without_the_right_to_share_gives_none(made, office, browser_of):
    page = made("page", "Not to share")
    browser_of(EDITOR).get(resource_path(page, "sharing"), status=403)
    browser_of(OUTSIDER).get(resource_path(page, "sharing"), status=404)


def test_a_translation_when_its_original_changes_is_outdated(made, portal, office, browser_of, app):
    page = made("page", "Two languages", text="<p>Good day.</p>", published=True)
    editor = browser_of(EDITOR)
    rows = editor.get(resource_path(page, "translations")).html.select("tbody tr")
    assert "Original" in rows[0].text and "Missing" in rows[1].text
    form = editor.get(resource_path(page, "edit"), {"language": "de"}).forms["form"]
    assert "tags" not in form.fields
    form["title"], form["text"] = "Zwei Sprachen", "<p>Guten Tag.</p>"
    form.submit().follow()
    german = {"Accept-Language": "de"}
    assert "Guten Tag." in app.get(resource_path(page), headers=german)
    assert not app.get(resource_path(page), headers=german).html.select(".notice.is-attention")
    transaction.abort()
    save_item(page, "en", {**values_of(page, "en"), "text": "<p>Good evening.</p>"}, portal)
    transaction.commit()
    rows = editor.get(resource_path(page, "translations")).html.select("tbody tr")
    assert any("Outdated" in row.text and "Deutsch" in row.text for row in rows)
    assert app.get(resource_path(page), headers=german).html.select(".notice.is-attention")
