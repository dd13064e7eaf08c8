"""Texts every network has in its library: written once, with the name of the network filled in.

A file of the network's own with the same name takes its place. In these files ``${acronym}``,
``${display}``, ``${title}``, ``${website}`` and ``${areas}`` (a list) stand for the network's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import Any

from cpms_portal.cms.importer.sources import Slug, Source
from cpms_portal.cms.schemas.written import digest_of, written
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.i18n import in_language
from cpms_portal.networks.resources import Network

#: The folder of ``content/`` they stand in, by language.
FOLDER = "network_library"


def with_texts_of_all(own: list[Slug], of_all: list[Slug], network: Network | None) -> list[Slug]:
    """Return the files of a library, and of a network's the texts of all it has none of its own."""
    if network is None:
        return own
    names = {slug.name for slug in own}
    return [*own, *(_filled(slug, network) for slug in of_all if slug.name not in names)]


def words_of(network: Network, language: str) -> dict[str, str]:
    """Return what stands in a text of a language for the network."""
    return {
        "acronym": network.acronym,
        "display": network.display,
        "title": network.title,
        "website": f"https://{network.website}" if network.website else "",
        "areas": "\n".join(f"- {in_language(one.words, language)}" for one in network.areas),
    }


def _filled(slug: Slug, network: Network) -> Slug:
    made = Slug(slug.name, slug.held, of_all=True)
    for language, source in slug.sources.items():
        words = words_of(network, language)
        try:
            head = _put_in(source.head, words)
            body = Template(source.body).substitute(words)
        except (KeyError, ValueError) as error:
            raise ConfigurationRefusedError(f"{source.path}: unknown word {error}") from error
        made.sources[language] = Source(source.path, head, body, digest_of(written(head, body)))
    return made


def _put_in(value: Any, words: Mapping[str, str]) -> Any:
    """Return a value of front matter with the words in place, however deep they stand."""
    if isinstance(value, str):
        return Template(value).substitute(words)
    if isinstance(value, dict):
        return {key: _put_in(one, words) for key, one in value.items()}
    return [_put_in(one, words) for one in value] if isinstance(value, list) else value
