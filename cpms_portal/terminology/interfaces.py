"""What others hold of a term."""

from __future__ import annotations

from dataclasses import dataclass, field

SEPARATOR = "|"


@dataclass(frozen=True)
class Coding:
    """A term as it was chosen; written as ``system|version|code|display``.

    system: short name, such as ORPHA. display: the words as they were chosen, in any language.
    detail: code and, when it was found by another name, that name; not part of the value.
    """

    system: str
    version: str
    code: str
    display: str
    detail: str = field(default="", compare=False)
    retired: bool = field(default=False, compare=False)

    @property
    def value(self) -> str:
        """The coding as one text, as forms keep it."""
        return SEPARATOR.join((self.system, self.version, self.code, self.display))

    @classmethod
    def from_value(cls, text: str) -> Coding | None:
        """Return the coding of a text, or None when it is none."""
        parts = text.split(SEPARATOR, 3)
        if len(parts) != 4 or not all((parts[0], parts[2], parts[3])):
            return None
        system, version, code, display = parts
        return cls(system, version, code, display)

    def as_dict(self) -> dict[str, str]:
        """Return the four parts as forms and records keep them."""
        return {
            "system": self.system,
            "version": self.version,
            "code": self.code,
            "display": self.display,
        }


@dataclass(frozen=True)
class Term:
    """A term of a code system, as it is loaded.

    names: language → names, the preferred one first. detail: what else helps to choose.
    """

    code: str
    names: dict[str, tuple[str, ...]]
    retired: bool = False

    @property
    def display(self) -> str:
        """The preferred name: the English one, or that of the first language."""
        return (self.names.get("en") or next(iter(self.names.values())))[0]


@dataclass(frozen=True)
class Release:
    """A code system in one version."""

    system: str
    version: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Loaded:
    """A line of what is loaded: a version of a code system. current: it is suggested from."""

    system: str
    version: str
    count: int
    current: bool
