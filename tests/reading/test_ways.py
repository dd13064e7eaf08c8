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


def test_a_library_leads_to_every_way_through_it(app):
    page = app.get("/library").html
    found = {link["href"] for link in page.select(".library-ways nav a")}
    assert found == {f"/library/{name}" for name in ("changes", "tags", "sitemap", "feed")}
    for address in found:
        app.get(address, status=200)
    assert page.select_one("link[type='application/atom+xml']")["href"] == "/library/feed"


def test_a_folder_tells_programs_of_its_feed(app, publish):
    publish("folder", title="Fed shelf")
    page = app.get("/library/fed-shelf").html
    assert page.select_one("link[type='application/atom+xml']")["href"] == "/library/fed-shelf/feed"
    assert page.select_one(".item-feed a")["href"] == "/library/fed-shelf/feed"


def titles(page):
    return [one.text.strip() for one in page.html.select(".listing-title")]


def test_a_long_folder_is_read_in_parts(app, publish, monkeypatch):
    monkeypatch.setattr("cpms_portal.cms.queries.items.LISTED", 2)
    shelf = publish("folder", title="Long shelf")
    for number in range(5):
        publish(title=f"Number {number}", place=shelf, tags=["numbers"])
    first = app.get("/library/long-shelf")
    assert titles(first) == ["Number 0", "Number 1"]
    second = first.click("Next")
    last = second.click("Next")
    assert titles(second) == ["Number 2", "Number 3"] and titles(last) == ["Number 4"]
    assert "5 to 5 of 5" in " ".join(last.html.select_one(".pagination-count").text.split())
    assert titles(app.get("/library/long-shelf?start=99999")) == titles(first)
    assert titles(app.get("/library/long-shelf?start=-1%20x")) == titles(first)
    tagged = app.get("/library?tag=numbers").click("Next")
    assert titles(tagged) == ["Number 2", "Number 3"] and "tag=numbers" in tagged.request.url


def test_a_collection_shows_no_more_than_it_is_to_find(app, publish, monkeypatch):
    monkeypatch.setattr("cpms_portal.cms.queries.items.LISTED", 2)
    for number in range(5):
        publish("news", title=f"Item {number}", tags=["few"])
    publish("collection", title="A few", kinds=["news"], tags_any=["few"], limit=3)
    page = app.get("/library/a-few")
    assert len(titles(page)) == 2 and len(titles(page.click("Next"))) == 1


def test_the_site_map_says_how_many_more_a_folder_has(app, root, publish, monkeypatch):
    monkeypatch.setattr("cpms_portal.reading.queries.MOST_OF_FOLDER", 10)
    library = root["networks"]["vascern"]["library"]
    shelf = publish("folder", title="Shelf of many", place=library)
    for number in range(13):
        publish(title=f"Many {number}", place=shelf)
    page = app.get(resource_path(library, "sitemap")).html
    named = page.find("a", string="Shelf of many").find_parent("li").ul.select("a")
    assert [link.text for link in named][:2] == ["Many 0", "Many 1"]
    assert (len(named), named[-1].text) == (11, "and 3 more")
    assert named[-1]["href"].rstrip("/") == resource_path(shelf)


def test_search_engines_are_kept_from_a_training_site(app):
    assert "Disallow: /\n" in app.get("/robots.txt").text
    assert "noindex" in app.get("/library/privacy").html.find("meta", {"name": "robots"})["content"]


def test_search_engines_are_shown_what_everybody_reads(app, publish, registry, browser_of):
    publish(title="Findable", text="<p>What it begins with.</p>")
    registry.cpms_settings["cpms.site"] = "production"
    try:
        assert "sitemap.xml" in app.get("/robots.txt").text
        page = app.get("/library/findable").html
        assert page.find("meta", {"name": "robots"})["content"] == "index, follow"
        assert page.find("meta", {"name": "description"})["content"] == "What it begins with."
        for path in ("/library/search?q=findable", "/sign-in"):
            assert "noindex" in app.get(path).html.find("meta", {"name": "robots"})["content"]
        inside = browser_of("rareliverhpuser1").get("/library/findable").html
        assert "noindex" in inside.find("meta", {"name": "robots"})["content"]
    finally:
        registry.cpms_settings["cpms.site"] = "training"
