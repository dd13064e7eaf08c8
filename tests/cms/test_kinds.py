"""Every content type: added by its form, read by everybody once it is published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import collected, values_of
from cpms_portal.cms.resources import Collection
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.workflow.actions import transition
from tests.cms.conftest import EDITOR
from tests.factories.pdf import is_readable, told_by

#: What is asked besides title and summary, by type.
NEEDED = {
    "event": {"begins": "2026-12-01T10:00", "place": "Hamburg"},
    "link": {"address": "https://www.orpha.net/"},
    "contact": {"mail": "help@example.org", "hours": "Mondays, 9 to 12", "disease_group": "Liver"},
    "video": {"address": "https://videos.example.org/1", "minutes": "12"},
    "collection": {"words": "", "limit": "10"},
}
SHOWN = {
    "event": "Hamburg",
    "link": "https://www.orpha.net/",
    "contact": "Mondays, 9 to 12",
    "video": "https://videos.example.org/1",
}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"picture"}))
def test_an_item_of_each_kind_when_added_and_published_is_read(
    kind, office, browser_of, app, root, portal
):
    editor = browser_of(EDITOR)
    form = editor.get(f"/library/add?kind={kind}").forms["form"]
    form.fields["title"][0].value, form["summary"] = f"My {kind}", "What it is about."
    for name, value in NEEDED.get(kind, {}).items():
        form[name] = value
    page = form.submit().follow()
    assert "Private" in page.html.select_one(".edit-bar").text
    address = page.request.path
    assert app.get(address, status="*").status_int in {303, 404}
    transaction.abort()
    item = root["library"][address.strip("/").split("/")[-1]]
    transition(item, "publish", portal)
    transaction.commit()
    read = app.get(address)
    assert read.html.h1.text.strip() == f"My {kind}" and "What it is about." in read
    assert SHOWN.get(kind, "") in read
    assert not read.html.select(".edit-bar")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_form_when_nothing_is_filled_in_says_so_at_the_field(kind, office, browser_of):
    page = browser_of(EDITOR).get(f"/library/add?kind={kind}").forms["form"].submit(status=422)
    assert page.html.select(".field-problem")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_says_where_its_value_is_kept(kind):
    places = {getattr(node, "belongs", None) for node in schema_of(kind).children}
    assert places <= {"text", "more", "about", "item"}


def test_a_guide_shows_its_steps_and_is_there_as_pdf(app, made):
    steps = [
        {"title": f"Step {number}", "text": f"<p>Do {number}.</p>", "picture": None,
         "alternative": ""}
        for number in range(1, 4)
    ]  # fmt: skip
    guide = made("guide", "How to enrol", text="<p>Begin here.</p>", steps=steps, published=True)
    page = app.get(resource_path(guide))
    assert [one.text.split()[0] for one in page.html.select(".step-number")] == ["1", "2", "3"]
    assert [link["href"] for link in page.html.select(".on-this-page a")] == [
        "#step-1",
        "#step-2",
        "#step-3",
    ]
    paper = app.get(resource_path(guide, "pdf"))
    assert paper.content_type == "application/pdf" and paper.body.startswith(b"%PDF")
    again = app.get(resource_path(guide, "pdf"), headers={"If-None-Match": paper.headers["ETag"]})
    assert again.status_int == 304


@pytest.mark.parametrize(("name", "language"), [("register-full", "en"), ("getting-started", "de")])
def test_the_pdf_of_a_guide_is_read_aloud_with_what_its_pictures_show(name, language, app, root):
    told = told_by(app.get(f"/library/{name}/pdf?language={language}").body)
    guide = root["library"][name]
    steps = guide.texts[language].more["steps"]
    assert is_readable(told, language)
    assert told.title == guide.texts[language].title
    assert told.headings.count(2) >= len(steps)
    assert len(told.figures) == len([step for step in steps if step["picture"]])
    assert {"L", "LI", "Table", "TH"} <= set(told.tags)


def test_questions_stand_by_theme_and_keep_their_address_when_reworded(app, made, root, portal):
    asked = [
        {"anchor": "", "theme": "Access", "question": "Who may sign in?", "answer": "<p>You.</p>"},
        {"anchor": "", "theme": "Images", "question": "Which files?", "answer": "<p>DICOM.</p>"},
    ]
    faq = made("faq", "Asked often", questions=asked, published=True)
    page = app.get(resource_path(faq))
    assert [one.text for one in page.html.select(".faq-theme > h2")] == ["Access", "Images"]
    assert page.html.select_one("#who-may-sign-in summary").text.strip() == "Who may sign in?"
    values = values_of(faq, "en")
    values["questions"][0]["question"] = "Who can get in?"
    save_item(faq, "en", values, portal)
    transaction.commit()
    changed = app.get(resource_path(faq))
    assert changed.html.select_one("#who-may-sign-in summary").text.strip() == "Who can get in?"


def test_an_event_is_saved_in_a_calendar(app, made):
    begins, ends = datetime(2026, 12, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC)
    event = made("event", "Webinar", begins=begins, ends=ends, place="Online", published=True)
    calendar = app.get(resource_path(event, "calendar"))
    assert calendar.content_type == "text/calendar"
    for line in ("SUMMARY:Webinar", "DTSTART:20261201T090000Z", "LOCATION:Online"):
        assert line in calendar.text
    assert "10:00" in app.get(resource_path(event))  # in the time zone of the portal


def test_a_collection_finds_what_it_asks_for_and_nothing_hidden(made, actor_of, app):
    made("news", "First news", tags=["liver"], published=True)
    made("news", "Second news", tags=["liver"])
    made("page", "No news", tags=["liver"], published=True)
    collection = made("collection", "All news", kinds=["news"], tags_any=["liver"], published=True)
    assert isinstance(collection, Collection)
    assert [item.title for item in collected(collection, actor_of(None))] == ["First news"]
    page = app.get(resource_path(collection))
    assert [one.text for one in page.html.select(".listing-title")] == ["First news"]


@pytest.mark.parametrize("name", ["file", "captions"])
def test_a_video_without_a_file_says_so_to_everybody_and_asks_nobody_to_sign_in(
    name, made, app, browser_of
):
    address = resource_path(made("video", "A film to come", published=True))
    assert "This video is not there yet" in app.get(address).text
    for browser in (app, browser_of(EDITOR)):
        answer = browser.get(f"{address}/{name}", status=404)
        assert answer.html.h1.text.strip() == "Not found"
        assert answer.headers["Cache-Control"] == "no-store"
