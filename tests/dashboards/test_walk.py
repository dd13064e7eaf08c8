"""The walk everybody takes: networks, network, country, centre; nothing is written on the way."""

from __future__ import annotations

import pytest

from cpms_portal.networks.resources import Country
from tests.dashboards.conftest import CENTRE, CLINICIAN, FOREIGNER


@pytest.fixture
def reader(browser_of):
    """The browser of a clinician of another network."""
    return browser_of(FOREIGNER)


def test_all_networks_are_walked_down_to_a_centre_and_guest_access(reader):
    cards = reader.get("/networks").html.select(".network-card a")
    assert len(cards) == 24
    for card in cards:
        network = reader.get(card["href"]).html
        countries = network.select(".country-list a")
        assert len(countries) == 30
        assert len(network.select(".map a")) == 30
        country = reader.get(countries[0]["href"]).html
        centres = country.select("tbody th a")
        assert centres[0].text == "0000 Guest Access"
        assert len(centres) > 1
        for centre in centres[:2]:
            assert reader.get(centre["href"]).html.h1.text.strip() == centre.text


def test_every_country_of_a_network_has_guest_access_first(reader, root):
    for country in root["networks"]["rare-liver"].values():
        if isinstance(country, Country):
            rows = reader.get(f"/networks/rare-liver/{country.__name__}").html.select("tbody th a")
            assert rows[0].text == "0000 Guest Access"


def test_my_networks_come_first(browser_of):
    first = browser_of(CLINICIAN).get("/networks").html.select_one(".network-card a")
    assert first.text == "RARE-LIVER"


def test_a_country_when_chosen_on_the_map_leads_to_itself_in_each_network(reader):
    page = reader.get("/networks?country=malta")
    assert "Networks in Malta" in page.html.h1.text
    links = {card["href"] for card in page.html.select(".network-card a")}
    assert "/networks/bond/malta/" in links
    assert page.html.select_one(".map a[aria-current]").title.text.startswith("Malta")


def test_a_country_that_is_none_shows_all_networks(reader):
    assert len(reader.get("/networks?country=atlantis").html.select(".network-card")) == 24


def test_the_map_says_how_many_centres_a_country_has(reader, root):
    titles = [one.text for one in reader.get("/networks/rare-liver").html.select(".map a title")]
    germany = root["networks"]["rare-liver"]["germany"]
    assert f"Germany, {len(germany) - 1} centres" in titles


@pytest.mark.parametrize(
    ("typed", "found"),
    [("de40", True), ("HAMB", True), ("universitatsklinikum hamburg", True), ("zzz", False)],
)
def test_a_centre_is_found_by_code_city_or_name(reader, typed, found):
    page = reader.get("/networks/rare-liver/germany", {"q": typed})
    assert ("DE40" in page.html.select_one(".page-main").text) is found
    assert found or "No centre here has such a name." in page


def test_no_page_of_the_walk_writes_to_the_database(browser_of, site):
    clinician = browser_of(CLINICIAN)
    with site.connection() as connection:
        before = connection.db().lastTransaction()
    paths = ["/my-work", "/networks", "/networks/rare-liver", "/networks/rare-liver/germany"]
    paths += [CENTRE, f"{CENTRE}/memberships", "/search?q=ham", "/library", "/library/faq"]
    for path in [*paths, "/library/consent-forms", "/library/consent-forms/de/pdf"]:
        clinician.get(path)
    with site.connection() as connection:
        assert connection.db().lastTransaction() == before
