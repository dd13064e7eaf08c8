"""What stands in ``content/`` is whole and hangs together, by plain reading of the files."""

from __future__ import annotations

import re
import unicodedata

import pytest
import yaml

from cpms_portal.cms.schemas.written import written
from cpms_portal.contentio.reading import read_front_matter
from tests.content.files import CONTENT, hospitals, keys, networks, read

FILES = sorted(CONTENT.rglob("*.yaml"))
#: Sections of the consent form that are prose.
PROSE = {"purpose", "shared", "who_sees", "how_long", "responsible", "rights"}
MEMBERSHIPS = {"full_member", "affiliated_partner", "collaborative_partner"}
SOURCES = {"seed", "published", "recalled"}
#: Centres the registration guides of RARE-LIVER and ERN-RND list for Germany, as they list them.
SEEDS = {
    "rare-liver": {
        "DE05": "Medizinische Hochschule Hannover",
        "DE18": "Universitätsklinikum des Saarlandes",
        "DE22": "Universitätsklinikum Tübingen",
        "DE29": "Uniklinik RWTH Aachen",
        "DE40": "Universitätsklinikum Hamburg-Eppendorf",
    },
    "ern-rnd": {
        "DE03": "Klinikum der Universität München",
        "DE05": "Medizinische Hochschule Hannover",
        "DE22": "University Hospital and Faculty of Medicine Tubingen",
        "DE27": "Universitätsklinikum Würzburg",
        "DE29": "RWTH Aachen University Hospital",
        "DE30": "Universitätsklinikum Bonn",
        "DE36": "Universitätsklinikum Ulm",
        "DE42": "Universitätsklinikum Schleswig-Holstein",
        "DE47": "Katholisches Klinikum Bochum; St. Josef-Hospital; "
        "Universitätsklinikum der Ruhr-Universität Bochum",
    },
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CONTENT)))
def test_a_file_parses_and_says_each_key_once(path):
    assert read(str(path.relative_to(CONTENT)))


# Networks, countries, institutions


def test_there_are_24_networks():
    assert len(networks()) == 24


@pytest.mark.parametrize("slug", sorted(networks()))
def test_a_network_says_what_the_format_asks(slug):
    found = networks()[slug]
    keys(found, "acronym slug title display summary settings areas", "website")
    assert found["slug"] == slug
    assert found["display"].startswith(f"{found['acronym']} - ")
    assert found["settings"] == {
        "countable_contributions": 2,
        "response_days": {"urgent": 3, "normal": 21},
    }
    ids = [area["id"] for area in found["areas"]]
    assert len(ids) == len(set(ids)) > 0
    for area in found["areas"]:
        keys(area, "id title titles source", "description orpha")
        assert set(area["titles"]) == {"de", "fr"} and all(area["titles"].values())
        assert area["source"] in SOURCES
        assert all(re.fullmatch(r"[1-9]\d{0,5}", code) for code in area.get("orpha", []))


def test_all_countries_of_the_union_and_the_economic_area_are_there():
    countries = read("countries.yaml")["countries"]
    for country in countries:
        keys(country, "slug code title languages")
        assert re.fullmatch(r"[a-z]{2}", country["code"])
        assert all(re.fullmatch(r"[a-z]{2}", language) for language in country["languages"])
        assert country["slug"] == country["title"].lower().replace(" ", "-")
    codes = {country["code"] for country in countries}
    assert len(codes) == len(countries) == 30
    assert {"is", "li", "no"} <= codes


def test_every_network_has_an_institution_in_every_country():
    walked = {
        (network, hospital["country"])
        for hospital in hospitals().values()
        for network in hospital["networks"]
    }
    codes = [country["code"] for country in read("countries.yaml")["countries"]]
    assert walked == {(network, code) for network in networks() for code in codes}


def test_codes_of_institutions_are_unique_and_begin_with_their_country():
    found = read("institutions.yaml")["institutions"]
    assert len(hospitals()) == len(found)
    for hospital in found:
        assert re.fullmatch(hospital["country"].upper() + r"\d{2}", hospital["code"])


def test_an_institution_names_only_networks_it_belongs_to():
    for hospital in hospitals().values():
        keys(hospital, "code title country city code_source networks", "aliases")
        assert hospital["code_source"] in {"seed", "invented"}
        assert set(hospital["networks"]) <= set(networks())
        assert set(hospital["networks"].values()) <= MEMBERSHIPS
        assert set(hospital.get("aliases", {})) <= set(hospital["networks"])


@pytest.mark.parametrize("network", sorted(SEEDS))
def test_german_centres_are_those_of_the_registration_guides(network):
    shown = {
        code: hospital.get("aliases", {}).get(network, hospital["title"])
        for code, hospital in hospitals().items()
        if hospital["country"] == "de" and network in hospital["networks"]
    }
    assert shown == SEEDS[network]
    assert all(hospitals()[code]["code_source"] == "seed" for code in shown)


# Library


LIBRARIES = [
    CONTENT / "library",
    CONTENT / "network_library",
    *sorted(CONTENT.glob("networks/*/library")),
]
#: Made from other files than pages.
MADE = {"consent-forms"}
_LINK = re.compile(
    r"\]\(/library/([^)#]+)[^)]*\)|(?:picture:|address:|^-) /library/(\S+)", re.MULTILINE
)
PAGES = sorted(path for library in LIBRARIES for path in library.rglob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda p: f"{p.parents[1].parent.name}-{p.stem}")
def test_a_page_has_front_matter_and_links_to_pages_that_exist(path):
    _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    front = yaml.safe_load(head)
    assert {"title", "order", "tags", "language"} <= set(front)
    assert "<" not in text
    assert not re.search(r"^# ", text, re.MULTILINE)
    for slug in {"".join(found) for found in _LINK.findall(head + text)} - MADE:
        # A page that is not there in a language is read in English.
        assert (CONTENT / "library" / "en" / f"{slug}.md").exists(), slug


@pytest.mark.parametrize(
    "library", LIBRARIES, ids=lambda library: f"{library.parent.name}-{library.name}"
)
def test_pages_stand_in_an_order_without_ties(library):
    orders = [
        yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])["order"]
        for path in (library / "en").glob("*.md")
    ]
    assert len(orders) == len(set(orders)) >= 2


OF_ALL = sorted((CONTENT / "network_library").rglob("*.md"))


@pytest.mark.parametrize("path", [*PAGES, *OF_ALL], ids=lambda p: f"{p.parents[1].name}-{p.stem}")
def test_a_page_is_written_in_its_one_canonical_form(path):
    assert written(*read_front_matter(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["getting-started", "helpdesk", "questions"])
def test_what_all_networks_say_is_there_in_three_languages(name):
    assert {path.parent.name for path in OF_ALL if path.stem == name} == {"en", "de", "fr"}


#: What the networks published before: each has a page of its own.
SEEDED = {
    "video": [
        *("introduction", "first-sign-in", "enrolment", "open-panel", "main-path", "file-upload"),
    ],
    "webinar": [
        *("general", "consultation-form", "expert-panel", "meetings", "viewer"),
        *("access-rights", "guests", "coordinators"),
    ],
    "": [
        *("user-manual", "roles-and-access", "coding-systems", "de-identification"),
        *("image-viewer", "data-hosting", "consent-sample", "outcome-document"),
        *("good-consent-practice", "toolkit", "welcome", "getting-started", "register-full"),
        *("register-guest", "second-factors", "preferences", "enrol-and-remove", "own-panel"),
        *("informed-consent", "file-upload-tips", "training-platform", "helpdesk", "faq"),
        *("helpdesk-flyer", "technical-requirements", "supported-browsers", "privacy"),
        *("accessibility", "terms", "imprint", "eu-login", "minimal-data-sheet"),
    ],
}


@pytest.mark.parametrize(
    "name", [f"{kind}-{one}".lstrip("-") for kind, names in SEEDED.items() for one in names]
)
def test_what_the_networks_published_before_has_a_page(name):
    path = CONTENT / "library" / "en" / f"{name}.md"
    head, text = read_front_matter(path)
    assert len(text.split()) > 40 or head.get("steps") or head.get("questions") or head["kind"]


# Consent forms


def consent_keys() -> set[str]:
    """Return the keys of the texts the structure asks for."""
    structure = read("consent_forms/structure.yaml")
    asked = set(structure["head"]) | set(structure["foot"])
    for section in structure["sections"]:
        name, kind = section["id"], section["kind"]
        asked.add(f"{name}_title")
        if kind != "fields":
            asked.add(f"{name}_text")
        asked |= {f"field_{field}" for field in section.get("fields", [])}
        asked |= {f"line_{line}" for line in section.get("lines", [])}
        for choice in section.get("choices", []):
            asked |= {f"{choice['id']}_title", f"{choice['id']}_text", "yes", "no"}
    return asked


def test_the_consent_form_has_three_choices_and_only_care_is_needed():
    sections = {one["id"]: one for one in read("consent_forms/structure.yaml")["sections"]}
    assert set(sections) == PROSE | {"parties", "choices", "signatures"}
    needed = {one["id"]: one["required"] for one in sections["choices"]["choices"]}
    assert needed == {"care": True, "registries": False, "research": False}
    assert "guardian" in sections["signatures"]["lines"]


def test_the_consent_form_exists_in_every_official_language_and_ukrainian():
    languages = read("consent_forms/structure.yaml")["languages"]
    files = {path.stem for path in (CONTENT / "consent_forms").glob("??.yaml")}
    assert set(languages) == files
    assert len(languages) == len(set(languages)) == 25
    assert "uk" in languages


@pytest.mark.parametrize("language", read("consent_forms/structure.yaml")["languages"])
def test_a_language_of_the_consent_form_says_everything_once_and_nothing_else(language):
    found = read(f"consent_forms/{language}.yaml")
    keys(found, "language language_name version date texts")
    assert found["language"] == language
    english = read("consent_forms/en.yaml")
    assert found["version"] == read("consent_forms/structure.yaml")["version"]
    assert found["date"] == english["date"]
    assert set(found["texts"]) == consent_keys()
    assert all(isinstance(text, str) and text.strip() for text in found["texts"].values())


@pytest.mark.parametrize("language", read("consent_forms/structure.yaml")["languages"])
def test_a_language_of_the_consent_form_is_translated(language):
    english = read("consent_forms/en.yaml")["texts"]
    texts = read(f"consent_forms/{language}.yaml")["texts"]
    same = {key for key, text in texts.items() if text == english[key]}
    assert len(same) <= 2 or language == "en", same


#: Letters that no other alphabet has, and the languages written with them.
SCRIPTS = {"el": "GREEK", "bg": "CYRILLIC", "uk": "CYRILLIC"}
#: What a Latin word may be in a text of another script: names of networks and of the law.
FOREIGN = {"ERN", "GDPR", "a"}
#: As in the Portuguese "n.º".
ORDINAL = {"º"}


@pytest.mark.parametrize("language", read("consent_forms/structure.yaml")["languages"])
def test_a_language_of_the_consent_form_is_written_in_its_own_letters(language):
    script = SCRIPTS.get(language, "LATIN")
    text = " ".join(read(f"consent_forms/{language}.yaml")["texts"].values())
    words = re.findall(r"[^\W\d_]+", text)
    scripts = {word: {unicodedata.name(one).split()[0] for one in word} for word in words}
    assert not [word for word, found in scripts.items() if len(found) > 1]
    strange = {word for word, found in scripts.items() if found != {script}}
    assert strange <= (ORDINAL if script == "LATIN" else FOREIGN)
    assert "'" not in text and "  " not in text and "{" not in text


def test_every_language_of_the_consent_form_names_what_the_law_asks_for():
    for language in read("consent_forms/structure.yaml")["languages"]:
        texts = read(f"consent_forms/{language}.yaml")["texts"]
        numbers = {key: re.findall(r"\d+", text) for key, text in texts.items()}
        # Legal basis (GDPR, articles 6 and 9), and the years after which data are reviewed.
        assert {"6", "9", "1", "2"} <= set(numbers["responsible_text"]), language
        assert set(numbers["how_long_text"]) == {"15"}, language
        assert [numbers[f"{one}_title"] for one in ("care", "registries", "research")] == [
            ["1"], ["2"], ["3"],
        ]  # fmt: skip
        sentences = re.split(r"[.;·:] ", texts["rights_text"])
        assert len(sentences) >= 5, language
