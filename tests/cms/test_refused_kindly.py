"""What cannot be done in a library is said in a sentence, and changes nothing."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.copies import copy_item
from cpms_portal.cms.views.media import PIECE
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, OUTSIDER, REVIEWER
from tests.cms.test_hostile import png, upload


def act(browser, place, name, *items, **more):
    """Tick items in the table of a place and press a button; return the page that follows."""
    address = f"{resource_path(place)}/contents"
    token = browser.get(address).html.find("input", {"name": "csrf_token"})["value"]
    ticked = [("name", item.__name__) for item in items]
    answer = browser.post(address, [*ticked, ("act", name), ("csrf_token", token), *more.items()])
    return answer.follow() if answer.status_int == 303 else answer


def paste(browser, place):
    page = browser.get(f"{resource_path(place)}/contents")
    form = next(form for form in page.forms.values() if form.action.endswith("/paste"))
    return form.submit().follow()


def told(page):
    return " ".join(one.get_text(" ", strip=True) for one in page.html.select(".notice"))


def test_a_folder_pasted_into_what_stands_in_it_stays_where_it_is(office, browser_of, made, root):
    outer = made("folder", "Outer folder")
    inner = made("folder", "Inner folder", into=outer)
    editor = browser_of(EDITOR)
    act(editor, root["library"], "cut", outer)
    for place in (outer, inner):
        assert "A folder cannot be put into itself." in told(paste(editor, place))
    transaction.abort()
    assert outer.__parent__ is root["library"] and inner.__parent__ is outer


def test_what_is_published_pasted_where_one_may_not_publish_stays_where_it_is(
    browser_of, made, root
):
    here, there = made("folder", "Open to me"), made("folder", "Not to publish in")
    editor = root["people"].person_of_login(EDITOR)
    for place, role in ((here, Role.EDITOR), (here, Role.REVIEWER), (there, Role.EDITOR)):
        grant(editor, role, place)
    page = made("page", "Out for all", into=here, published=True)
    browser = browser_of(EDITOR)
    act(browser, here, "cut", page)
    assert "does not allow publishing in this folder" in told(paste(browser, there))
    transaction.abort()
    assert page.__parent__ is here
    offered = act(browser, there, "state", made("page", "Draft there", into=there), step="publish")
    assert "Draft there: " in told(offered)
    transaction.abort()
    assert there["draft-there"].state == "private"


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("dates", {"shown_from": "tomorrow"}, "Enter a day and a time"),
        ("dates", {"shown_from": "2026-12-02T10:00", "shown_until": "2026-12-01T10:00"},
         "One of two: It cannot end before it begins."),
        ("rename", {"new_name": "other"}, "Tick one."),
        ("place", {"row": "1.5"}, "Say the number of a row"),
        ("state", {"step": "fly"}, "One of two: "),
        ("nothing", {}, "Choose what to do."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_for_many_is_refused_for_all(
    name, more, said, office, browser_of, made
):
    folder = made("folder", "Two in it")
    both = [made("page", title, into=folder) for title in ("One of two", "Two of two")]
    assert said in told(act(browser_of(EDITOR), folder, name, *both, **more))
    transaction.abort()
    assert [one.__name__ for one in both] == ["one-of-two", "two-of-two"]
    assert not [one for one in both if one.shown_from or one.state != "private"]


def test_what_is_in_a_state_already_does_not_stop_the_others(office, browser_of, made, root):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    folder = made("folder", "Half out")
    out = made("page", "Out already", into=folder, published=True)
    draft = made("page", "Still a draft", into=folder)
    page = act(browser_of(REVIEWER), folder, "state", out, draft, step="publish")
    assert "State changed: 1. In that state already: 1." in told(page)
    transaction.abort()
    assert out.state == draft.state == "published"


def test_a_copy_of_a_folder_holds_only_what_its_maker_sees(made, root, actor_of):
    folder = made("folder", "Shown to all", published=True)
    made("page", "Read by all", into=folder, published=True)
    made("page", "Not told yet", into=folder)
    own = made("folder", "Somebody else's")
    grant(root["people"].person_of_login(OUTSIDER), Role.EDITOR, own)
    copied = copy_item(folder, own, actor_of(OUTSIDER))
    assert [one.title for one in copied.values()] == ["Read by all"]
    transaction.abort()


def test_a_folder_shows_its_pictures_to_readers_and_says_when_nothing_is_published(
    office, browser_of, made, app, root
):
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, root["library"])
    folder = made("folder", "Album", published=True)
    address = resource_path(folder)
    assert "Nothing is published here yet." in app.get(address)
    upload(browser_of(EDITOR), address, ("sunset.png", png(900, 600)))
    assert "Nothing is published here yet." in app.get(address)
    act(browser_of(REVIEWER), folder, "state", folder_item(folder, "sunset"), step="publish")
    shown = app.get(address).html.select_one(".picture-grid li a")
    assert (shown["href"], shown.text.strip()) == (f"{address}/sunset/", "sunset")
    assert app.get(shown.img["src"]).content_type == "image/jpeg"
    assert app.get(shown["href"]).html.select_one(".picture img")


def folder_item(folder, name):
    transaction.abort()
    return folder[name]


def test_a_file_is_given_to_the_server_that_sends_it_without_a_thread(
    office, browser_of, root, site
):
    browser, content = browser_of(EDITOR), b"\0\0\0\x18ftypmp42" + bytes(3 * PIECE)
    upload(browser, "/library", ("long.mp4", content))
    transaction.abort()
    given = []

    def wrapper(opened, size):
        given.append((opened.tell(), size))
        return iter(lambda: opened.read(size) or (opened.close() or b""), b"")

    address, extra = resource_path(root["library"]["long"], "file"), {"wsgi.file_wrapper": wrapper}
    part = {"Range": f"bytes={PIECE}-"}
    answer = browser.get(address, headers=part, extra_environ=extra, status=206)
    assert given == [(PIECE, PIECE)] and answer.body == content[PIECE:]
    whole = browser.get(address, extra_environ=extra)
    assert given[1:] == [(0, PIECE)] and whole.body == content
    browser.get(
        address,
        headers={"If-None-Match": whole.headers["ETag"]},
        extra_environ=extra,
        status=304,
    )
    assert len(given) == 2
