"""Feeds, site map, what changed, tags, related items: each shows what its reader may view."""

from __future__ import annotations

from xml.etree import ElementTree as xml

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.workflow.actions import transition

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def entries(response):
    feed = xml.fromstring(response.body)
    assert response.content_type == "application/atom+xml"
    for name in ("id", "title", "updated"):
        assert feed.find(ATOM + name).text
    return [entry.find(ATOM + "title").text for entry in feed.findall(ATOM + "entry")]


def test_a_feed_tells_what_is_new_and_no_draft(app, publish, clock):
    clock.advance(minutes=2)
    publish("news", title="The site has a feed & <more>")
    publish("news", title="Not yet", published=False)
    found = entries(app.get("/library/feed"))
    assert found[0] == "The site has a feed & <more>" and "Not yet" not in found


def test_a_feed_that_did_not_change_is_not_sent_again(app, publish):
    publish("news", title="Once")
    first = app.get("/library/feed")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = app.get("/library/feed", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_int == 304


@pytest.mark.parametrize("path", ["/library/feed", "/sitemap.xml"])
def test_what_is_retracted_leaves_feed_and_site_map_at_once(app, publish, portal, clock, path):
    # A feed holds the newest; what the portal is born with is of one moment.
    clock.advance(minutes=1)
    item = publish("news", title="Taken back")
    address = resource_path(item)
    first = app.get(path)
    assert address in first and first.headers["Last-Modified"]
    # The date alone says nothing of what was taken away: only the digest is a validator.
    asked = {"If-Modified-Since": first.headers["Last-Modified"]}
    transition(item, "retract", portal, reason="Wrong.")
    transaction.commit()
    assert address not in app.get(path, headers=asked, status=200)


def test_the_feed_of_who_is_signed_in_is_kept_by_nobody(browser_of):
    response = browser_of("rarelivercoordinator").get("/library/feed")
    assert response.headers["Cache-Control"] == "no-store"


def test_a_folder_and_a_collection_have_feeds_of_their_own(app, publish, root):
    folder = publish("folder", title="Shelf")
    publish("news", title="On the shelf", place=folder)
    publish("collection", title="All news", kinds=["news"], tags_any=[], sort="changed")
    assert entries(app.get("/library/shelf/feed")) == ["On the shelf"]
    assert "On the shelf" in entries(app.get("/library/all-news/feed"))


def test_the_site_map_of_search_engines_names_published_pages_alone(app, publish):
    publish(title="Mapped")
    publish(title="Unmapped", published=False)
    urls = xml.fromstring(app.get("/sitemap.xml").body)
    found = [url.find(f"{MAP}loc").text for url in urls]
    assert any(address.endswith("/library/mapped") for address in found)
    assert not any("unmapped" in address for address in found)
    assert not any("patients" in address or "people" in address for address in found)


def test_the_site_map_shows_folders_with_what_stands_in_them(app, publish):
    shelf = publish("folder", title="Deep shelf")
    publish(title="Deep page", place=shelf)
    page = app.get("/library/sitemap").html
    link = page.find("a", string="Deep page")
    assert link.find_parent("ul").find_parent("li").a.text == "Deep shelf"


def test_what_changed_last_comes_first(app, publish, clock):
    clock.advance(minutes=3)
    publish(title="Newest of all")
    assert app.get("/library/changes").html.select(".listing-title")[0].text == "Newest of all"


def test_tags_are_counted_by_what_one_may_view(app, publish, browser_of):
    publish(title="A", tags=["marsupials"])
    publish(title="B", tags=["marsupials"])
    publish(title="C", tags=["secret-tag"], published=False)
    page = app.get("/library/tags")
    assert "Marsupials 2" in " ".join(page.html.main.text.split())
    assert "Secret tag" not in page


def test_items_about_the_same_are_related(app, publish):
    publish(title="One of two", tags=["monotremes"])
    publish(title="Two of two", tags=["monotremes"])
    publish(title="Hidden third", tags=["monotremes"], published=False)
    page = app.get("/library/one-of-two").html
    related = [card for card in page.select(".card") if card.h2.text == "Related"]
    assert [link.text for link in related[0].select("a")] == ["Two of two"]
