"""Everything that changes something in a library, asked for by everybody: who may not, does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.copies import copy_item, working_copy_of
from cpms_portal.cms.actions.moving import discard, move_item
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.resources import TRASH
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.resources import oid_of, root_of
from cpms_portal.reading.actions import add_comment, allow_comments
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role

# Who may what does not depend on the storage.
pytestmark = pytest.mark.storages("filestorage")

EDITOR, REVIEWER, READER, NOBODY = (f"rareliverhpuser{number}" for number in (1, 2, 3, 4))
FOREIGN, GUEST = "vascernhpuser1", "rareliverguest"
EVERYBODY = (EDITOR, REVIEWER, READER, NOBODY, GUEST, FOREIGN, None)


@dataclass(frozen=True)
class Case:
    """Something that is posted to a page, to its library or to the trash. by: who may."""

    to: str
    by: str
    sent: dict[str, str] = field(default_factory=dict)
    #: Where the page is at first: a draft in the library, or thrown away.
    thrown: bool = False


BATCH = {"name": "target"}
CASES = {
    "save": Case("page/edit", EDITOR, {"title": "Mine now", "based_on": "99"}),
    "submit": Case("page/step", EDITOR, {"step": "submit"}),
    "publish": Case("page/step", REVIEWER, {"step": "publish"}),
    "revert": Case("page/revert", EDITOR, {"version": "1"}),
    "working copy": Case("page/working-copy", EDITOR),
    "keep a draft": Case("page/draft", EDITOR, {"title": "Typed"}),
    "take over": Case("page/take-over", EDITOR),
    "share": Case("page/sharing", REVIEWER, {"role": "reader", "group": "system.Authenticated"}),
    "comments": Case("page/allow-comments", EDITOR, {"allowed": "yes"}),
    "add": Case("library/add?kind=page", EDITOR, {"title": "Added", "in_language": "en"}),
    "draft of a new page": Case("library/new-draft?kind=page", EDITOR, {"title": "Typed"}),
    "upload": Case("library/upload", EDITOR),
    "order": Case("library/order", EDITOR, {**BATCH, "before": "getting-started"}),
    "batch: tags": Case("library/contents", EDITOR, {**BATCH, "act": "tags", "add_tags": "x"}),
    "batch: dates": Case(
        "library/contents", EDITOR, {**BATCH, "act": "dates", "shown_from": "2030-01-01T10:00"}
    ),
    "batch: rename": Case(
        "library/contents", EDITOR, {**BATCH, "act": "rename", "new_name": "renamed"}
    ),
    "batch: remove": Case("library/contents", EDITOR, {**BATCH, "act": "discard", "sure": "yes"}),
    "batch: state": Case("library/contents", EDITOR, {**BATCH, "act": "state", "step": "submit"}),
    "batch: row": Case("library/contents", EDITOR, {**BATCH, "act": "place", "row": "1"}),
    "restore": Case("trash", EDITOR, {"act": "restore"}, thrown=True),
    "remove for good": Case("trash", EDITOR, {"act": "remove"}, thrown=True),
}


@pytest.fixture(scope="module")
def browsers():
    return {}


@pytest.fixture
def library(root):
    """The library of a network, with people of its own; a foreign one has an editor, too."""
    networks = root["networks"]
    own, foreign = networks["rare-liver"]["library"], networks["vascern"]["library"]
    for login, role, place in (
        (EDITOR, Role.EDITOR, own), (REVIEWER, Role.REVIEWER, own), (READER, Role.READER, own),
        (FOREIGN, Role.EDITOR, foreign), (FOREIGN, Role.REVIEWER, foreign),
    ):  # fmt: skip
        grant(root["people"].person_of_login(login), role, place)
    transaction.commit()
    return own


def said(library: Any, page: Any) -> Any:
    """Return everything the cases may change."""
    transaction.abort()
    editing = page.editing
    desk = library.get("comments")
    return (
        page.__parent__ and resource_path(page), page.state, page.title, page.version, page.tags,
        page.position, page.shown_from, page.shares, page.discarded is None, sorted(library),
        editing and (sorted(editing.drafts), [one.person for one in editing.locks.values()]),
        desk is not None and oid_of(page) in desk.open,
        library.editing and sorted(library.editing.drafts),
    )  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_changes_something_is_done_by_those_who_may_and_by_nobody_else(
    name, library, made, portal, browser_of, browsers
):
    case = CASES[name]
    page = made("page", "Target", into=library)
    values = {**values_of(page, "en"), "title": "Second"}
    save_item(page, "en", values, portal)
    if case.thrown:
        discard(page, portal)
    transaction.commit()
    try:
        for login in sorted(EVERYBODY, key=lambda one: one == case.by):
            before = said(library, page)
            status = post(case, page, browsers.setdefault(login, browser_of(login)))
            done = said(library, page) != before
            assert done == (login == case.by), (login, status)
            assert done or status in (302, 303, 400, 403, 404, 422), (login, status)
    finally:
        transaction.abort()
        for place in (library, library.get(TRASH, {})):
            for child in list(place):
                if child.startswith(("target", "renamed", "added")) or place is not library:
                    place.remove(child)
        transaction.commit()


def post(case: Case, page: Any, browser: Any) -> int:
    """Send it as a form does, with the token of the browser."""
    token = browser.get("/library").html.select_one("input[name=csrf_token]")["value"]
    where, _slash, view = case.to.partition("/")
    place = "/networks/rare-liver/library"
    paths = {"page": resource_path(page), "library": place, "trash": f"{place}/trash"}
    address = f"{paths[where]}/{view}".rstrip("/")
    sent = {"csrf_token": token, **case.sent}
    if where == "trash":
        sent["name"] = page.__name__
    if view == "upload":
        files = [("files", "added.txt", b"Words.")]
        return browser.post(address, sent, upload_files=files, status="*").status_int
    return browser.post(address, sent, status="*").status_int


def test_a_copy_of_a_folder_holds_what_who_copies_it_sees(library, made, root, actor_of):
    shelf = made("folder", "Public shelf", into=library, published=True)
    made("page", "Public page", into=shelf, published=True)
    made("page", "Secret draft", into=shelf)
    target = root["networks"]["vascern"]["library"]
    copied = copy_item(shelf, target, actor_of(FOREIGN))
    assert list(copied) == ["public-page"]
    assert sorted(copy_item(shelf, target, actor_of(EDITOR))) == ["public-page", "secret-draft"]


def test_nothing_is_moved_into_or_out_of_a_library_of_others(library, made, root, actor_of):
    foreign = root["networks"]["vascern"]["library"]
    page, theirs = made("page", "Mine", into=library), made("page", "Theirs", into=foreign)
    for item, place, login in (
        (page, foreign, EDITOR), (page, foreign, FOREIGN), (theirs, library, FOREIGN),
        (theirs, library, EDITOR),
    ):  # fmt: skip
        with pytest.raises(ValueRefusedError):
            move_item(item, place, actor_of(login))


def test_what_was_cut_elsewhere_is_not_pasted_by_who_may_not_add(library, made, root, browser_of):
    foreign = root["networks"]["vascern"]["library"]
    made("page", "Cut there", into=foreign)
    browser = browser_of(FOREIGN)
    form = browser.get("/networks/vascern/library/contents").forms["batch"]
    next(box for box in form.fields["name"] if box._value == "cut-there").checked = True
    form.submit("act", value="cut").follow()
    token = form["csrf_token"].value
    browser.post("/networks/rare-liver/library/paste", {"csrf_token": token}, status=403)
    transaction.abort()
    assert "cut-there" in foreign and "cut-there" not in library


def test_a_right_at_a_page_alone_makes_no_copy_beside_it(library, made, root, actor_of):
    page = made("page", "Only this", into=library)
    grant(root["people"].person_of_login(NOBODY), Role.EDITOR, page)
    with pytest.raises(ValueRefusedError, match="adding"):
        working_copy_of(page, actor_of(NOBODY))


def test_a_link_does_not_tell_where_something_hidden_stands(library, made, root, actor_of, app):
    secret = made("page", "Secret matter", into=library)
    own = made("page", "Of theirs", into=root["networks"]["vascern"]["library"])
    values = values_of(own, "en")
    link = f'<p><a href="/resolve/{oid_of(secret)}">x</a></p>'
    with pytest.raises(ValueRefusedError, match="do not see"):
        save_item(own, "en", {**values, "text": link}, actor_of(FOREIGN))
    typed = f'<p><a href="{resource_path(secret)}">x</a></p>'
    save_item(own, "en", {**values, "text": typed}, actor_of(FOREIGN))
    assert own.texts["en"].text == typed, "it stays as it was typed"
    save_item(own, "en", {**values, "text": link}, actor_of("siteadmin"))
    save_item(own, "en", {**values, "text": link + "<p>y</p>"}, actor_of(FOREIGN))


def test_the_report_of_links_names_nothing_its_reader_does_not_see(
    library, made, root, browser_of, portal
):
    secret = made("page", "Hush hush", into=library)
    foreign = root["networks"]["vascern"]["library"]
    made("page", "Pointing there", into=foreign, text=f'<a href="/resolve/{oid_of(secret)}">x</a>')
    shown = browser_of(FOREIGN).get("/networks/vascern/library/broken-links").html.main.text
    assert "a page you do not see" in shown and "Hush" not in shown
    assert root_of(secret) is root


def test_a_comment_is_decided_on_by_who_reviews_that_library_alone(
    library, made, portal, root, browser_of, actor_of
):
    page = made("page", "Talked about", into=library, published=True)
    allow_comments(page, allowed=True, actor=portal)
    comment = add_comment(page, "Well said.", actor_of(NOBODY))
    transaction.commit()
    for login in (GUEST, READER, NOBODY, EDITOR, FOREIGN, None, REVIEWER):
        browser = browser_of(login)
        token = browser.get("/library").html.select_one("input[name=csrf_token]")["value"]
        sent = {"csrf_token": token, "step": "show"}
        browser.post(resource_path(comment, "decide"), sent, status="*")
        transaction.abort()
        assert (comment.state == "shown") == (login == REVIEWER), login
