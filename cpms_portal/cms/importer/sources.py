"""The files of a library: what each says, and which belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpms_portal.cms.resources import ORIGINAL
from cpms_portal.cms.schemas.written import NEEDED, REMOVED, digest_of, keys_of, written
from cpms_portal.contentio.reading import check_keys, read_front_matter, read_yaml
from cpms_portal.core.errors import ConfigurationRefusedError


@dataclass(frozen=True)
class Source:
    """A file: what its front matter says, its body, and the digest of its canonical form."""

    path: Path
    head: dict[str, Any]
    body: str
    digest: str


@dataclass
class Slug:
    """What belongs together: an item's files by language. name: its path within the library.

    of_all: its text is that of all networks, not of one file of its own.
    """

    name: str
    held: Path
    of_all: bool = False
    sources: dict[str, Source] = field(default_factory=dict)

    @property
    def original(self) -> Source:
        """The file that says type, place and everything that is the same in every language."""
        language = next(iter(self.sources.values())).head.get("original", ORIGINAL)
        if language not in self.sources:
            raise ConfigurationRefusedError(f"library: {self.name}: the {language} text is missing")
        return self.sources[language]


def slugs_in(folder: Path) -> list[Slug]:
    """Return what the files of a library hold, folders before what stands in them."""
    found: dict[str, Slug] = {}
    for path in sorted(folder.glob("*/**/*.md")):
        language, *parts = path.relative_to(folder).with_suffix("").parts
        if language == "files":
            continue
        name = "/".join(parts)
        slug = found.setdefault(name, Slug(name, folder / "files" / name))
        slug.sources[language] = read_source(path, language)
    return sorted(found.values(), key=lambda slug: (slug.name.count("/"), slug.name))


def read_source(path: Path, language: str) -> Source:
    """Read one file; ConfigurationRefusedError names it."""
    head, body = read_front_matter(path)
    try:
        keys = keys_of(head.get("kind", "page"))
    except ValueError as error:
        raise ConfigurationRefusedError(f"{path}: unknown kind {error}") from error
    check_keys(path, head, NEEDED, keys)
    if head["language"] != language:
        raise ConfigurationRefusedError(f"{path}: language is not that of its folder")
    return Source(path, head, body, digest_of(written(head, body)))


def removed_in(folder: Path) -> tuple[frozenset[str], str]:
    """Return what the files of a library say was removed for good, and a digest of that file."""
    path = folder / REMOVED
    if not path.is_file():
        return frozenset(), ""
    found = read_yaml(path)
    check_keys(path, found, {"removed"})
    return frozenset(map(str, found["removed"])), digest_of(path.read_text(encoding="utf-8"))
