"""The short ways templates are drawn give what those of the libraries give."""

from __future__ import annotations

import pytest
from chameleon import PageTemplate
from chameleon.utils import Scope
from hypothesis import given
from hypothesis import strategies as st
from pyramid import testing
from pyramid.i18n import make_localizer
from pyramid_chameleon.localization import translator
from translationstring import ChameleonTranslate, TranslationString

from cpms_portal.core.drawing import Names, translate
from cpms_portal.i18n.catalogues import LOCALE, TEMPLATE, read_catalogue

KEYS = st.sampled_from("abcd")
STEPS = st.lists(
    st.tuples(st.sampled_from(["copy", "set", "set_global", "delete"]), KEYS, st.integers()),
    max_size=12,
)


def outcome(scope, key):
    try:
        return scope.get_name(key)
    except NameError:
        return NameError


@given(st.dictionaries(KEYS, st.integers()), STEPS)
def test_names_are_found_as_before(first, steps):
    ours, theirs = Names(first), Scope(first)
    for step, key, value in steps:
        if step == "copy":
            ours, theirs = ours.copy(), theirs.copy()
        elif step == "set":
            ours[key] = theirs[key] = value
        elif step == "set_global":
            ours.set_global(key, value)
            theirs.set_global(key, value)
        elif dict.__contains__(theirs, key):
            del ours[key], theirs[key]
        for sought in "abcd":
            assert outcome(ours, sought) == outcome(theirs, sought)
            assert ours.get(sought, 0) == theirs.get(sought, 0)
            assert (sought in ours) == (sought in theirs)


def test_a_template_says_which_name_it_does_not_know():
    with pytest.raises(NameError, match="unheard"):
        PageTemplate("<p>${unheard}</p>")()
    assert "none" in PageTemplate("<p tal:condition='not: exists: unheard'>none</p>")()


@pytest.fixture(params=["en", "de", "fr"])
def whole(request):
    asked = testing.DummyRequest()
    asked.localizer = make_localizer(request.param, [str(LOCALE)])
    with testing.testConfig(request=asked):
        yield ChameleonTranslate(translator)


def test_every_text_of_the_portal_is_translated_as_before(whole):
    texts = [one.id for one in read_catalogue(TEMPLATE) if isinstance(one.id, str) and one.id]
    assert len(texts) > 1000
    for text in [*texts, "Nowhere said ${so}", ""]:
        for more in (
            {"domain": "cpms_portal", "default": text},
            {"domain": "cpms_portal", "default": None},
            {"domain": "cpms_portal", "default": "else"},
            {"domain": None},
            {"domain": "another", "default": text},
            {"domain": "cpms_portal", "mapping": {"so": "now", "number": 3}},
        ):
            assert translate(text, **more) == whole(text, **more), (text, more)
        for made in (
            TranslationString(text, "cpms_portal"),
            TranslationString(text, "cpms_portal", default="else"),
            TranslationString(text, "cpms_portal", mapping={"number": 3}),
            TranslationString(text),
        ):
            assert translate(made, domain="cpms_portal") == whole(made, domain="cpms_portal")


def test_what_is_no_text_stays_what_it_is(whole):
    for thing in (None, 3, b"x"):
        assert translate(thing, domain="cpms_portal") == whole(thing, domain="cpms_portal")
