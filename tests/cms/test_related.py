"""Related items: picked by the editor, shown on both sides, found again after a move."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.moving import discard, move_item
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import collected, values_of
from cpms_portal.cms.queries.links import broken_links, what_links_to
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.resources import oid_of
from tests.cms.conftest import EDITOR, OUTSIDER

pytestmark = pytest.mark.storages("filestorage")  # what is named does not depend on the storage


def related(app, item):
    return [one.text for one in app.get(resource_path(item)).html.select(".related a")]


@pytest.fixture
def pair(office, browser_of, made):
    """Two published pages; the first names the second in its form."""
    first, second = (made("page", title, published=True) for title in ("Reading", "Listening"))
    form = browser_of(EDITOR).get(resource_path(first, "edit")).forms["form"]
    form["related"] = f"{resource_path(second)}\n{resource_path(first)}"
    assert form.submit().status_int == 303
    transaction.abort()
    return first, second


def test_what_an_editor_names_is_shown_here_and_there_and_never_itself(pair, app):
    first, second = pair
    assert related(app, first) == ["Listening"]
    assert related(app, second) == ["Reading"]


def test_it_is_found_again_after_a_move(pair, app, made, portal, browser_of):
    first, second = pair
    move_item(second, made("folder", "Elsewhere", published=True), portal)
    transaction.commit()
    assert related(app, first) == ["Listening"]
    form = browser_of(EDITOR).get(resource_path(first, "edit")).forms["form"]
    assert form["related"].value == resource_path(second).rstrip("/")


def test_what_is_in_the_trash_or_hidden_is_not_shown_and_told_to_its_editor(
    pair, app, portal, root, actor_of
):
    first, second = pair
    assert what_links_to(second, portal) == [first]
    discard(second, portal)
    transaction.commit()
    assert related(app, first) == []
    found = broken_links(root["library"], portal, actor_of(None))
    assert [(one.item, one.reason) for one in found] == [(first, "trash")]


@pytest.mark.parametrize("address", ["/library/nowhere", "/networks/rare-liver", "/people"])
def test_what_is_no_item_is_refused_at_the_field(address, made, office, browser_of):
    form = browser_of(EDITOR).get(resource_path(made("page", "Here"), "edit")).forms["form"]
    form["related"] = address
    page = form.submit(status=422)
    assert address in page.html.select_one(".field-problem").text
    assert page.forms["form"]["related"].value == address


@pytest.mark.parametrize("address", ["https://elsewhere.invalid/", "//elsewhere.invalid", "faq"])
def test_an_address_elsewhere_is_refused(address, made, office, browser_of):
    form = browser_of(EDITOR).get(resource_path(made("page", "Here"), "edit")).forms["form"]
    form["related"] = address
    assert form.submit(status=422).html.select(".field-problem")


def test_an_item_its_editor_cannot_see_is_refused_like_one_that_is_not_there(
    made, root, actor_of, office
):
    hidden = made("page", "Hidden", into=root["networks"]["vascern"]["library"])
    page = made("page", "Open")
    with pytest.raises(ValueRefusedError):
        save_item(
            page,
            "en",
            {**values_of(page, "en"), "related": [resource_path(hidden)]},
            actor_of(EDITOR),
        )


def test_a_version_brought_back_names_what_it_named(pair, browser_of, app):
    first, second = pair
    editor = browser_of(EDITOR)
    form = editor.get(resource_path(first, "edit")).forms["form"]
    form["related"] = ""
    form.submit()
    assert related(app, first) == []
    transaction.abort()
    assert first.versions[2].about["related"] == [oid_of(second)]


def test_a_step_names_its_picture_by_address(office, browser_of, made, root, app):
    guide = made(
        "guide",
        "By address",
        published=True,
        steps=[{"title": "S", "text": "<p>a</p>", "picture": None, "alternative": ""}],
    )
    editor = browser_of(EDITOR)
    form = editor.get(resource_path(guide, "edit")).forms["form"]
    form["picture"] = "/library/faq"
    assert form.submit(status=422).html.select(".field-problem")
    form["picture"] = "/library/pictures/enrol"
    form.submit()
    transaction.abort()
    picture = root["library"]["pictures"]["enrol"]
    assert guide.texts["en"].more["steps"][0]["picture"] == oid_of(picture)
    shown = app.get(resource_path(guide)).html.select_one(".step img")
    assert shown["alt"] == picture.texts["en"].more["alternative"]
    assert editor.get(resource_path(guide, "edit")).forms["form"]["picture"].value == (
        "/library/pictures/enrol"
    )


def test_a_collection_looks_where_its_editor_says(office, browser_of, made, actor_of):
    folder = made("folder", "Shelf", published=True)
    made("news", "On the shelf", into=folder, published=True)
    made("news", "Beside it", published=True)
    collection = made("collection", "News of the shelf", kinds=["news"], published=True)
    form = browser_of(EDITOR).get(resource_path(collection, "edit")).forms["form"]
    form["within"] = "/library/faq"
    assert form.submit(status=422).html.select(".field-problem")
    form["within"] = resource_path(folder)
    form.submit()
    transaction.abort()
    assert [one.title for one in collected(collection, actor_of(None))] == ["On the shelf"]


def test_the_tree_is_walked_from_the_place_of_an_item_up_to_all_libraries(
    office, browser_of, made, root
):
    inside = made("page", "Deep down", into=made("folder", "Depth"))
    editor = browser_of(EDITOR)
    here = editor.get(resource_path(inside, "pick")).json
    assert [one["title"] for one in here["items"]] == ["Deep down"]
    above = editor.get(resource_path(inside, "pick"), {"in": here["up"], "kind": "folder"}).json
    assert {one["kind"] for one in above["items"]} == {"folder"}
    top = editor.get(resource_path(inside, "pick"), {"in": above["up"]}).json
    assert top["up"] is None and top["items"][0]["title"] == "The portal"
    assert "RARE-LIVER" in [one["title"] for one in top["items"]]
    named = editor.get(resource_path(inside, "pick"), {"address": "/library/faq"}).json["items"]
    assert [one["title"] for one in named] == ["Questions and answers"]


def test_nothing_is_picked_from_by_those_who_may_not_edit_and_nothing_hidden_is_shown(
    browser_of, made, office, root
):
    hidden = made("page", "Hidden thing", into=root["networks"]["vascern"]["library"])
    place = resource_path(made("page", "Open"), "pick")
    assert browser_of(OUTSIDER).get(place, status="*").status_int in (403, 404)
    editor = browser_of(EDITOR)
    seen = editor.get(place, {"q": "Hidden"}).json["items"]
    assert "Hidden thing" not in [one["title"] for one in seen]
    named = editor.get(place, {"address": resource_path(hidden)}).json["items"]
    assert [one["title"] for one in named] == [""]
    for odd in ("-1", "9" * 30, "x", str(oid_of(root["people"])), "٣"):
        assert editor.get(place, {"in": odd}).json["here"] == "The portal"
