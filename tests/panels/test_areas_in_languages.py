"""Thematic areas in the reader's language, wherever they are shown; English where it has none."""

from __future__ import annotations

from dataclasses import replace

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.core.i18n import Words, in_language
from cpms_portal.core.resources import root_of
from cpms_portal.panels.actions.document import page_of
from cpms_portal.panels.queries.progress import final_outcome
from tests.factories.panels import COORDINATOR, REQUESTER

HEPATITIS = {
    "en": "Autoimmune Hepatitis (AIH)",
    "de": "Autoimmunhepatitis (AIH)",
    "fr": "Hépatite auto-immune (HAI)",
}


@pytest.fixture
def reads(cast):
    """Let somebody read in a language."""

    def read(login, language):
        cast.person(login).language = language
        transaction.commit()

    return read


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_form_of_a_panel_and_the_preferences_offer_them(cast, reads, browser_of, language):
    patient = cast.patient()
    reads(REQUESTER, language)
    browser = browser_of(REQUESTER)
    options = browser.get(resource_path(patient, "open-panel")).html.select("#form-area option")
    assert HEPATITIS[language] in [one.get_text() for one in options]
    me = resource_path(cast.person(REQUESTER))
    shown = browser.get(f"{me}/preferences", {"network": "rare-liver"}).html
    assert HEPATITIS[language] in [one.get_text(strip=True) for one in shown.select("label")]
    assert HEPATITIS[language] in browser.get("/networks/rare-liver")


def test_a_panel_its_finder_and_the_lists_show_them(cast, reads, browser_of):
    panel = cast.selection(area="aih")
    patient = resource_path(panel.__parent__.__parent__)
    address = resource_path(panel)
    reads(REQUESTER, "de")
    browser = browser_of(REQUESTER)
    for page in (address, f"{address}/invite", patient, "/my-work"):
        shown = browser.get(page)
        assert HEPATITIS["de"] in shown, page
        assert HEPATITIS["en"] not in shown, page


def test_the_queue_for_assistance_and_a_person_show_them(cast, reads, browser_of):
    cast.selection(area="aih")
    reads(COORDINATOR, "fr")
    colleague = cast.person(REQUESTER)
    shown = browser_of(COORDINATOR).get(resource_path(colleague))
    titles = [one.get_text() for one in shown.html.select("section.card li")]
    assert titles
    network = root_of(colleague)["networks"]["rare-liver"]
    assert set(titles) & {in_language(one.words, "fr") for one in network.areas}


def test_the_document_of_a_panel_says_the_area_in_the_language_it_is_made_in(cast, root):
    panel = cast.closed()
    actor = cast(REQUESTER)
    english = panel_area(root, panel)
    actor.person.language = "de"
    page = page_of(panel, final_outcome(panel), actor)
    assert in_language(english, "de") in page
    assert str(english) not in page


def panel_area(root, panel):
    return root["networks"]["rare-liver"].area_title(panel.area)


def test_the_pages_of_a_network_name_its_areas_in_their_language(root):
    texts = root["networks"]["vascern"]["library"]["getting-started"].texts
    assert "Vascular Anomalies" in str(texts["en"].more)
    assert "Gefäßanomalien" in str(texts["de"].more)
    assert "Anomalies vasculaires" in str(texts["fr"].more)


def test_without_a_translation_the_english_words_are_shown(root, browser_of):
    network = root["networks"]["rare-liver"]
    network.areas = tuple(
        replace(one, titles=()) if one.area_id == "aih" else one for one in network.areas
    )
    transaction.commit()
    page = browser_of(REQUESTER).get("/networks/rare-liver", headers={"Accept-Language": "de"})
    assert HEPATITIS["en"] in page


def test_words_in_several_languages_are_their_english_ones():
    words = Words("Liver", {"de": "Leber"})
    assert words == "Liver"
    assert in_language(words, "de-AT") == "Leber"
    assert in_language(words, "pt") == "Liver"
    assert in_language("plain", "de") == "plain"
