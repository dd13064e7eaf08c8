"""Networks, countries and institutions from ``content/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.networks.actions import add_country, add_institution, found_network
from cpms_portal.networks.resources import Area, Network

NETWORK_KEYS = {"acronym", "slug", "title", "display", "summary", "settings", "areas"}
AREA_KEYS = {"id", "title", "source"}
COUNTRY_KEYS = {"slug", "code", "title", "languages"}
INSTITUTION_KEYS = {"code", "title", "country", "city", "code_source", "networks"}
MEMBERSHIPS = {"full_member", "affiliated_partner", "collaborative_partner"}


def import_networks(root: Any, folder: Path, actor: Actor) -> int:
    """Make what is missing of the tree; return how many nodes were made."""
    made = 0
    countries = read_countries(folder)
    for path in sorted((folder / "networks").glob("*.yaml")):
        made += _import_network(root["networks"], path, countries, actor)
    return made + _import_institutions(root["networks"], folder, countries, actor)


def read_countries(folder: Path) -> list[dict[str, Any]]:
    """Return the countries of the file."""
    path = folder / "countries.yaml"
    found = read_yaml(path)
    check_keys(path, found, {"countries"})
    for country in found["countries"]:
        check_keys(path, country, COUNTRY_KEYS)
    return list(found["countries"])


def _import_network(
    networks: Any, path: Path, countries: list[dict[str, Any]], actor: Actor
) -> int:
    found = read_yaml(path)
    check_keys(path, found, NETWORK_KEYS, {"website"})
    if found["slug"] != path.stem:
        raise ConfigurationRefusedError(f"{path}: slug is not the file's name")
    made = 0
    if path.stem not in networks:
        network = found_network(
            networks,
            path.stem,
            title=found["title"],
            acronym=found["acronym"],
            display=found["display"],
            actor=actor,
        )
        _fill(network, path, found)
        made = 1
    network = networks[path.stem]
    for country in countries:
        if country["slug"] not in network:
            add_country(
                network,
                country["slug"],
                title=country["title"],
                code=country["code"],
                actor=actor,
            )
            made += 2
    return made


def _fill(network: Network, path: Path, found: dict[str, Any]) -> None:
    settings = found["settings"]
    check_keys(path, settings, {"countable_contributions", "response_days"})
    network.summary = found["summary"].strip()
    network.website = found.get("website", "")
    network.countable_contributions = settings["countable_contributions"]
    network.response_days_urgent = settings["response_days"]["urgent"]
    network.response_days_normal = settings["response_days"]["normal"]
    network.areas = tuple(_area(path, area) for area in found["areas"])


def _area(path: Path, found: dict[str, Any]) -> Area:
    check_keys(path, found, AREA_KEYS, {"description", "orpha", "titles"})
    return Area(
        found["id"],
        found["title"],
        found.get("description", ""),
        tuple(found.get("orpha", ())),
        found["source"],
        titles=tuple(sorted(found.get("titles", {}).items())),
    )


def _import_institutions(
    networks: Any, folder: Path, countries: list[dict[str, Any]], actor: Actor
) -> int:
    path = folder / "institutions.yaml"
    found = read_yaml(path)
    check_keys(path, found, {"institutions"})
    slugs = {country["code"]: country["slug"] for country in countries}
    made = 0
    for hospital in found["institutions"]:
        check_keys(path, hospital, INSTITUTION_KEYS, {"aliases"})
        if hospital["country"] not in slugs:
            raise ConfigurationRefusedError(f"{path}: {hospital['code']}: unknown country")
        for slug, membership in hospital["networks"].items():
            if slug not in networks or membership not in MEMBERSHIPS:
                raise ConfigurationRefusedError(f"{path}: {hospital['code']}: {slug}: unknown")
            country = networks[slug][slugs[hospital["country"]]]
            if hospital["code"].lower() not in country:
                _add_hospital(country, slug, hospital, actor)
                made += 1
    return made


def _add_hospital(country: Any, network: str, hospital: dict[str, Any], actor: Actor) -> None:
    title = (hospital.get("aliases") or {}).get(network, hospital["title"])
    institution = add_institution(country, hospital["code"], title, actor=actor)
    institution.city = hospital["city"]
    institution.membership = hospital["networks"][network]
    institution.code_source = hospital["code_source"]
