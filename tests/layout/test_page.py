"""What a page finds around itself: crumbs, tabs, sections, menu, messages."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_datetime
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.response import Response
from zope.interface import alsoProvides

from cpms_portal.layout.interfaces import IPassage
from cpms_portal.layout.marks import Marks
from tests.layout.site import PAGE, Node, Reader, TinySite


def show(site, name="", permission="place:view", **view):
    """Register the test page as a view of every node."""
    site.config.add_view(
        lambda context, request: {},
        name=name,
        context=Node,
        permission=permission,
        renderer=PAGE,
        **view,
    )


def texts(response, selector):
    """Return the texts of the elements a selector finds."""
    return [" ".join(found.get_text(" ").split()) for found in response.html.select(selector)]


def test_a_page_is_in_standards_mode_and_names_its_language(site):
    """Without its first line a browser falls back to the rules of 1998."""
    show(site)
    text = site.app().get("/networks/rare-liver").text
    assert text.lstrip().startswith("<!DOCTYPE html>")
    assert '<html lang="en"' in text


def test_the_crumbs_are_the_nodes_above_that_the_reader_may_see(site):
    """A node that is hidden from the reader is left out, the ones below it are not."""
    show(site)
    response = site.app().get("/networks/rare-liver/hidden/de40")
    assert texts(response, ".breadcrumbs li") == ["CPMS", "Networks", "RARE-LIVER", "DE40 Hamburg"]
    assert "Hidden place" not in response.text


def test_a_passage_is_no_crumb(site):
    """What has no page of its own is only passed through."""
    show(site)
    alsoProvides(site.root["networks"], IPassage)
    response = site.app().get("/networks/rare-liver")
    assert texts(response, ".breadcrumbs li") == ["CPMS", "RARE-LIVER"]


def test_tabs_are_shown_in_order_to_those_who_may_open_them(site):
    """The tab of the page one is on says so."""
    show(site)
    show(site, "people")
    site.config.add_tab(Node, "people", "People", order=20, permission="place:view")
    site.config.add_tab(Node, "", "Overview", order=10)
    site.config.add_tab(Node, "edit", "Edit", order=30, permission="place:edit")
    response = site.app().get("/networks/rare-liver/people")
    assert texts(response, ".page > main > .tabs a") == ["Overview", "People"]
    assert texts(response, ".tabs a[aria-current=page]") == ["People"]


def test_a_tab_covers_the_views_below_it(site):
    """Somebody who edits people is still under People."""
    show(site, "edit-people")
    site.config.add_tab(Node, "", "Overview", order=10)
    site.config.add_tab(Node, "people", "People", order=20, covers=("edit-people",))
    response = site.app().get("/networks/rare-liver/edit-people")
    assert texts(response, ".tabs a[aria-current=page]") == ["People"]


def test_sections_of_other_packages_stand_in_the_page_in_order(site):
    """The page knows nothing of them; one that the reader may not see is left out."""
    show(site)
    for name, permission in (
        ("second", "place:view"),
        ("first", "place:view"),
        ("no", "place:edit"),
    ):
        site.config.add_view(
            lambda context, request, name=name: Response(f"<p class='piece'>{name}</p>"),
            name=name,
            context=Node,
            permission=permission,
        )
    site.config.add_section(Node, "second", order=20)
    site.config.add_section(Node, "first", order=10)
    site.config.add_section(Node, "no", order=5)
    site.config.add_section(Node, "missing", order=1)
    response = site.app().get("/networks/rare-liver")
    assert texts(response, ".piece") == ["first", "second"]


def test_the_menu_shows_only_places_that_exist(site):
    """A portal without a library has no dead link to one."""
    show(site)
    show(site, "my-work")
    site.config.add_menu_entry("Map", "/map", order=5)
    site.config.add_menu_entry("Manage", "/manage", order=6, permission="manage:use")
    response = site.app().get("/networks/rare-liver")
    assert texts(response, ".site-menu a") == ["Map", "My work", "Networks"]
    assert texts(response, ".site-menu a[aria-current]") == ["Networks"]


def test_somebody_not_signed_in_sees_no_search_and_no_person_menu(site):
    """There is nothing to find and nobody to name."""
    show(site, permission="__no_permission_required__")
    site.reader = None
    response = site.app().get("/")
    assert not response.html.select(".site-search, .person-menu")


def test_sign_out_is_a_form_with_a_token(site):
    """A link could be followed by anything."""
    show(site)
    form = site.app().get("/").html.select_one('.person-menu form[action="/sign-out"]')
    assert form["method"] == "post"
    assert form.select_one("[name=csrf_token]")["value"]


def test_the_training_banner_stands_on_training_sites_only(tmp_path):
    """Nobody may take the one for the other."""
    shown = {}
    for kind in ("training", "production"):
        site = TinySite(tmp_path, **{"cpms.site": kind})
        show(site)
        shown[kind] = bool(site.app().get("/").html.select(".training-banner"))
    assert shown == {"training": True, "production": False}


def test_a_message_is_shown_once_on_the_next_page(site):
    """It is told after the change, and gone after it was read."""

    def change(context, request):
        request.tell("Kept & done")
        return HTTPSeeOther(request.resource_url(context))

    show(site)
    site.config.add_view(change, name="change", context=Node, permission="place:view")
    app = site.app()
    assert texts(app.get("/networks/change").follow(), ".notice.is-success") == ["Kept & done"]
    assert not app.get("/networks/").html.select(".notice")


def test_a_message_nobody_signed_is_not_shown(site):
    """What a page says is said by the portal."""
    show(site)
    app = site.app()
    app.set_cookie("cpms-told", "W1siaGFoYSIsICJpbmZvIl1d.forged")
    assert not app.get("/networks/").html.select(".notice")


def test_initials_leave_titles_out(site):
    """Prof. is not a name."""
    assert Marks.initials("Prof. Dr. Ada Maria Lindqvist") == "AL"
    assert Marks.initials("Cher") == "C"
    assert Marks.initials("") == ""


def test_the_page_of_a_reader_with_markup_in_the_name_is_escaped(site):
    """A name is text."""
    show(site)
    site.reader = Reader("<b>Ada</b> Lindqvist")
    assert "<b>Ada" not in site.app().get("/").text


def test_the_foot_leads_to_the_pages_about_the_portal_that_are_there(site):
    """The office may take one away; a portal without a library has none."""
    show(site)
    assert texts(site.app().get("/networks/rare-liver"), ".footer-links a") == []
    library = site.root.seat("library", Node("Library", allow=(("system.Everyone", "place:view"),)))
    for name in ("privacy", "terms", "imprint", "other"):
        library.seat(name, Node(name))
    page = site.app().get("/networks/rare-liver")
    links = {link["href"]: link.text for link in page.html.select(".footer-links a")}
    assert links == {
        "/library/privacy": "Privacy and cookies",
        "/library/terms": "Terms of use",
        "/library/imprint": "Imprint",
    }


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_moment_is_written_as_babel_writes_it(language):
    """The short way of a table with a thousand of them."""
    registry = SimpleNamespace(cpms_settings={"cpms.layout.timezone": "Europe/Brussels"})
    marks, zone = Marks(), ZoneInfo("Europe/Brussels")
    marks.request = SimpleNamespace(registry=registry, locale_name=language, person=None)
    for month in range(1, 13):
        moment = datetime(2026, month, month, month, 5, tzinfo=UTC)
        local = moment.astimezone(zone)
        said = format_datetime(local, "d MMM y, HH:mm", locale=language)
        assert marks.moment(moment) == said
