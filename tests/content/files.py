"""Read what stands in ``content/``, for the tests: plain YAML, no portal."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).resolve().parents[2] / "content"


class _Strict(yaml.SafeLoader):
    """A loader that refuses a key said twice, which YAML readers otherwise swallow."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = [key for key, times in Counter(keys).items() if times > 1]
        assert not twice, f"line {node.start_mark.line + 1}: {twice} twice"
        return super().construct_mapping(node, deep=deep)


@cache
def read(name: str) -> Any:
    """Return what a file of the content says."""
    return yaml.load((CONTENT / name).read_text(encoding="utf-8"), Loader=_Strict)


def keys(found: dict[str, Any], needed: str, optional: str = "") -> None:
    """Hold a mapping to its keys; both lists are words."""
    wanted, allowed = set(needed.split()), set(optional.split())
    assert wanted <= set(found) <= wanted | allowed, set(found) ^ wanted


def networks() -> dict[str, dict[str, Any]]:
    """Return what each network says, by slug."""
    paths = sorted((CONTENT / "networks").glob("*.yaml"))
    return {path.stem: read(f"networks/{path.name}") for path in paths}


def hospitals() -> dict[str, dict[str, Any]]:
    """Return the hospitals by code."""
    return {hospital["code"]: hospital for hospital in read("institutions.yaml")["institutions"]}


def area_ids(network: str) -> list[str]:
    """Return the ids of the thematic areas of a network."""
    return [area["id"] for area in networks()[network]["areas"]]


def seat_of(network: str, country: str) -> str:
    """Return the first hospital of a network in a country, where an account of its slot sits."""
    return min(
        code
        for code, hospital in hospitals().items()
        if hospital["country"] == country and network in hospital["networks"]
    )


@cache
def accounts() -> dict[str, dict[str, Any]]:
    """Return the accounts the slots make, each with its network and institution."""
    found = read("training_site/accounts.yaml")
    made = {}
    for position, network in enumerate(sorted(networks())):
        for slot in found["slots"]:
            name = slot["name"].format(prefix=found["prefixes"][network])
            account = {
                "network": network,
                "roles": slot["roles"],
                "seat": slot["seat"],
                "person": slot["people"][position],
                "institution": seat_of(network, slot["country"]),
            }
            made[name] = account | found["overrides"].get(name, {})
    return made


def patients() -> list[dict[str, Any]]:
    """Return the invented patients."""
    return list(read("training_site/patients.yaml")["patients"])
