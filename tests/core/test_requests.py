"""Requests: the short ways they take lead where those of the framework lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.interfaces import IRequestFactory
from pyramid.registry import Registry
from pyramid.request import Request
from pyramid.urldispatch import RoutesMapper

from cpms_portal.core.requests import PortalRequest, RoutesByBeginning, make_one_class

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
PATTERNS = ("/theme", "/static/cms/{mark}/*rest", "/sign-in/with/{source}", "/system/style")


class Place:
    def __init__(self, name, parent):
        self.__name__ = name
        self.__parent__ = parent


def asked(kind, path="/", **environ):
    request = kind.blank(path, environ=environ)
    request.registry = Registry("tests")
    return request


@given(
    names=st.lists(NAMES, max_size=4),
    elements=st.lists(st.sampled_from(["edit", "a-b", "", "x.pdf"]) | NAMES, max_size=2),
    more=st.sampled_from([{}, {"query": {}}, {"query": {"q": "é &"}}, {"anchor": None}]),
    environ=st.sampled_from([{}, {"SCRIPT_NAME": "/below"}, {"HTTP_X_VHM_ROOT": "/a"}]),
)
def test_the_path_of_a_place_is_the_one_the_framework_gives(names, elements, more, environ):
    place = Place("", None)
    for name in names:
        place = Place(name, place)
    ours, theirs = asked(PortalRequest, **environ), asked(Request, **environ)
    said = theirs.resource_path(place, *elements, **more)
    assert ours.resource_path(place, *elements, **more) == said


def test_fields_are_read_once_and_anew_where_the_body_is_another():
    request = PortalRequest.blank("/", POST={"title": "One"})
    fields = request.POST
    assert request.POST is fields
    request.body = b"title=Two"
    assert request.POST["title"] == "Two"


def test_a_file_where_text_belongs_is_refused_however_often_it_is_looked_at():
    request = PortalRequest.blank("/", POST={"title": ("words.txt", b"text")})
    for _time in range(2):
        with pytest.raises(HTTPBadRequest):
            _ = request.POST


@given(
    names=st.lists(NAMES, min_size=1, max_size=4),
    query=st.sampled_from([{}, {"language": "de"}, {"q": "é &"}]),
    anchor=st.sampled_from(["", "who-may", "é ü/x"]),
    environ=st.sampled_from([{}, {"SCRIPT_NAME": "/below"}]),
)
def test_the_address_of_a_path_is_that_of_what_stands_there(names, query, anchor, environ):
    place = Place("", None)
    for name in names:
        place = Place(name, place)
    more = {"query": query or None, "anchor": anchor or None}
    said = asked(Request, **environ).resource_path(place, **more)
    assert asked(PortalRequest, **environ).path_to(("", *names), query, anchor) == said


@pytest.mark.parametrize("also", [(), ("/{anything}/end",), ("/manage*traverse", "/a{x}b")])
@pytest.mark.parametrize(
    "path",
    ["/", "", "/theme", "/theme/x", "/static/cms/1/a/b", "/statics", "/sign-in/with/x",
     "/networks/rare-liver", "/system/style", "/system", "//theme", "/x/end", "/%C3%A9",
     "/manage", "/manage/networks", "/managed", "/acb", "/b"],
)  # fmt: skip
def test_an_address_leads_to_the_route_the_framework_finds(path, also):
    mappers = RoutesByBeginning(), RoutesMapper()
    for mapper in mappers:
        for pattern in (*PATTERNS, *also):
            mapper.connect(pattern, pattern)
    ours, theirs = (mapper(asked(PortalRequest, path)) for mapper in mappers)
    assert ours["match"] == theirs["match"]
    assert (ours["route"] and ours["route"].name) == (theirs["route"] and theirs["route"].name)


def test_what_packages_add_stands_in_the_class_of_requests(registry):
    made = registry.queryUtility(IRequestFactory)
    assert issubclass(made, PortalRequest) and made is not PortalRequest
    assert all(hasattr(made, name) for name in ("actor", "person", "asset", "tell"))
    make_one_class(registry)  # once more adds nothing
    assert registry.queryUtility(IRequestFactory) is made
