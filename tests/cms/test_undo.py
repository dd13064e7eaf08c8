"""What was done with many items at once is taken back, as far as nobody changed them since."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.cms.actions.writing import arrange_page
from cpms_portal.core.resources import oid_of
from tests.cms.conftest import EDITOR, OUTSIDER, REVIEWER


@pytest.fixture
def desk(office, browser_of, made):
    """Two pages in a folder of their own, and an editor who looks at it."""
    folder = made("folder", "Desk of undo")
    pages = [made("page", title, into=folder, tags=("old",)) for title in ("Alpha", "Beta")]
    yield folder, pages, browser_of(EDITOR)
    folder.__parent__.remove(folder.__name__)
    transaction.commit()


def contents(browser, folder):
    return browser.get(f"/library/{folder.__name__}/contents")


def done(browser, folder, act, names=("alpha", "beta"), **values):
    form = contents(browser, folder).forms["batch"]
    for box in form.fields["name"]:
        box.checked = box._value in names
    for name, value in values.items():
        form[name] = value
    return form.submit("act", value=act).follow()


def undone(page):
    """Press *Undo*; return the page that follows."""
    form = next(one for one in page.forms.values() if one.action.endswith("/undo"))
    shown = form.submit().follow()
    transaction.abort()
    return shown


def test_tags_and_dates_are_again_what_each_had(desk, portal, made):
    folder, (alpha, beta), browser = desk
    arrange_page(beta, order=beta.position, tags=("other",), actor=portal)
    transaction.commit()
    page = done(browser, folder, "tags", add_tags="new", remove_tags="old")
    transaction.abort()
    assert (alpha.tags, beta.tags) == (("new",), ("other", "new"))
    assert "Taken back: 2." in undone(page)
    assert (alpha.tags, beta.tags) == (("old",), ("other",))
    page = done(browser, folder, "dates", shown_until="2030-01-01T12:00")
    undone(page)
    assert alpha.shown_until is None


def test_what_was_removed_renamed_moved_or_copied_is_as_it_was(desk, root):
    folder, (alpha, beta), browser = desk
    undone(done(browser, folder, "discard"))
    assert alpha.__parent__ is folder and beta.discarded is None
    undone(done(browser, folder, "rename", names=("alpha",), new_name="gamma"))
    assert alpha.__name__ == "alpha"
    place, position = alpha.__parent__, alpha.position
    for act, left in (("cut", 2), ("copy", 2)):
        done(browser, folder, act)
        pasted = browser.get("/library/contents").forms
        form = next(one for one in pasted.values() if one.action.endswith("/paste"))
        undone(form.submit().follow())
        assert (alpha.__parent__, alpha.position, alpha.__name__) == (place, position, "alpha")
        assert len(folder) == left and "beta" not in root["library"]


def test_what_cannot_go_back_because_its_folder_is_gone_stays_where_it_is(desk, root, made):
    folder, _pages, browser = desk
    gone = made("folder", "Soon gone")
    item = made("page", "Wanderer", into=gone)
    transaction.commit()
    done(browser, gone, "cut", names=("wanderer",))
    form = next(
        one for one in contents(browser, folder).forms.values() if one.action.endswith("/paste")
    )
    page = form.submit().follow()
    gone.__parent__.remove(gone.__name__)
    transaction.commit()
    assert "The folder it stood in is not there any more." in undone(page)
    assert item.__parent__ is folder


def test_what_somebody_changed_since_is_left_as_it_is(desk, portal):
    folder, (alpha, beta), browser = desk
    page = done(browser, folder, "tags", add_tags="new")
    transaction.abort()
    arrange_page(beta, order=beta.position, tags=("theirs",), actor=portal)
    transaction.commit()
    shown = undone(page)
    assert "Taken back: 1." in shown and "left as they are: 1." in shown
    assert (alpha.tags, beta.tags) == (("old",), ("theirs",))


def test_it_is_offered_to_who_did_it_alone_and_once(desk, browser_of, site):
    folder, (alpha, _beta), browser = desk
    page = done(browser, folder, "tags", add_tags="new")
    other = browser_of(OUTSIDER)
    other.post(f"/library/{folder.__name__}/undo", status="4*")
    assert "/undo" not in browser_of(REVIEWER).get(f"/library/{folder.__name__}/contents")
    shown = undone(page)
    assert not [one for one in shown.forms.values() if one.action.endswith("/undo")]
    assert alpha.tags == ("old",) and oid_of(alpha)


def test_a_step_says_which_one_takes_it_back(desk):
    folder, _pages, browser = desk
    shown = done(browser, folder, "state", step="submit")
    assert "The step “Take back” takes it back." in shown
