"""Preview: what a role sees of an item, before it sees it."""

from __future__ import annotations

from datetime import timedelta

import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.publishing import take_step
from cpms_portal.core.resources import oid_of
from cpms_portal.workflow.actions import transition
from tests.cms.conftest import EDITOR, READER, REVIEWER


def previewed(browser, item, role):
    page = browser.get(resource_path(item, "preview"), {"role": role})
    return [one.get_text() for one in page.html.select(".preview .listing-title")]


def test_a_preview_of_a_folder_lists_what_the_role_sees_in_it(office, browser_of, made):
    folder = made("folder", "Shelf", published=True)
    made("page", "For all", into=folder, published=True)
    made("page", "Not yet", into=folder)
    editor = browser_of(EDITOR)
    assert previewed(editor, folder, "everyone") == ["For all"]
    assert previewed(editor, folder, "editor") == ["For all", "Not yet"]


def test_a_preview_of_a_collection_lists_what_the_role_would_find(office, browser_of, made, site):
    made("news", "Out", tags=["fresh"], published=True)
    made("news", "Draft", tags=["fresh"])
    later = site.registry.cpms_clock() + timedelta(days=1)
    made("news", "Tomorrow", tags=["fresh"], published=True, shown_from=later)
    found = made("collection", "All news", kinds=["news"], tags_any=["fresh"], published=True)
    editor = browser_of(EDITOR)
    assert previewed(editor, found, "everyone") == ["Out"]
    assert sorted(previewed(editor, found, "reviewer")) == ["Draft", "Out", "Tomorrow"]


def test_a_preview_says_that_a_page_of_tomorrow_is_not_seen_today(office, browser_of, made, site):
    later = site.registry.cpms_clock() + timedelta(days=1)
    page = made("page", "Tomorrow", text="<p>x</p>", published=True, shown_from=later)
    shown = browser_of(EDITOR).get(resource_path(page, "preview"), {"role": "everyone"})
    assert "They do not see this page at all" in shown


def test_a_preview_shows_a_guide_with_its_steps(office, browser_of, made):
    step = {"title": "First", "text": "<p>Do it.</p>", "picture": None, "alternative": ""}
    guide = made("guide", "Seen before", text="<p>Begin here.</p>", steps=[step])
    page = browser_of(EDITOR).get(resource_path(guide, "preview"), {"role": "everyone"})
    assert "Begin here." in page and "Do it." in page
    assert [one.text for one in page.html.select(".preview .step-number")] == ["1"]


def test_a_preview_of_a_guide_leaves_out_the_pictures_the_role_does_not_see(
    office, browser_of, made
):
    rows = [
        {"title": title, "text": "<p>So.</p>", "picture": oid_of(picture), "alternative": title}
        for title, picture in (
            ("Seen", made("picture", "Public", published=True)),
            ("Unseen", made("picture", "Still private")),
        )
    ]
    guide, editor = made("guide", "Pictured", steps=rows, published=True), browser_of(EDITOR)

    def pictured(role):
        page = editor.get(resource_path(guide, "preview"), {"role": role})
        return [one["alt"] for one in page.html.select(".preview figure img")]

    assert pictured("everyone") == ["Seen"]
    assert pictured("editor") == ["Seen", "Unseen"]


def test_a_reviewer_reads_what_waits_for_review_and_begins_tomorrow(
    office, browser_of, made, site, actor_of, root
):
    later = site.registry.cpms_clock() + timedelta(days=1)
    page = made("page", "Tomorrow", text="<p>Soon.</p>", shown_from=later)
    transition(page, "submit", actor_of(EDITOR))
    transaction.commit()
    reviewer, address = browser_of(REVIEWER), resource_path(page)
    assert "Tomorrow" in reviewer.get("/library/review")
    assert "Soon." in reviewer.get(address)
    take_step(page, "publish", actor_of(REVIEWER), "")
    transaction.commit()
    assert "Soon." in reviewer.get(address)
    assert "Tomorrow" in reviewer.get("/library/contents", {"words": "tomorrow"})
    browser_of(READER).get(address, status=404)
