"""The short way texts of templates are said gives what that of the libraries gives."""

from __future__ import annotations

import pytest
from pyramid import testing
from pyramid.i18n import make_localizer
from pyramid_chameleon.localization import translator
from translationstring import ChameleonTranslate, TranslationString

from cpms_portal.core.drawing import translate
from cpms_portal.i18n.catalogues import LOCALE, TEMPLATE, read_catalogue


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
