"""How ``production.ini`` names the sources: one a line, checked at the start."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from cpms_portal.core.errors import ConfigurationRefusedError

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
KINDS = ("cas", "eulogin", "openid")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Declared:
    """One source as the ini declares it.

    kind: cas (CAS 3.0), eulogin (CAS with EU Login's parameters) or openid (OpenID Connect).
    url: of the server, for openid its issuer. asks: the level of proof asked for. proves: the
    levels that count as two factors. verified_mail: the source checks mail addresses itself
    (openid says so for each). client, secret_file: what the portal is called there.
    parameters: further ones for the validation of a ticket. validate: its path.
    """

    name: str
    kind: str
    title: str
    url: str
    asks: str = ""
    proves: str = ""
    verified_mail: str = ""
    client: str = ""
    secret_file: str = ""
    parameters: str = ""
    validate: str = ""

    @property
    def strong(self) -> frozenset[str]:
        """The levels that count as two factors."""
        return frozenset(self.proves.lower().split())

    @property
    def secret(self) -> str:
        """The secret the portal shows to an OpenID provider; empty for none."""
        if not self.secret_file:
            return ""
        return Path(self.secret_file).read_text(encoding="utf-8").strip()


def declared_in(text: str) -> tuple[Declared, ...]:
    """Return the sources named in a setting; ConfigurationRefusedError says what is wrong."""
    found = tuple(_line(line) for line in text.splitlines() if line.strip())
    names = [one.name for one in found]
    if len(names) != len(set(names)):
        raise ConfigurationRefusedError("cpms.identity.sources: two have the same name")
    return found


def _line(line: str) -> Declared:
    name, *words = shlex.split(line)
    values = dict(word.partition("=")[::2] for word in words)
    known = {field.name for field in fields(Declared)} - {"name"}
    problem = _problem(name, values, known)
    if problem:
        raise ConfigurationRefusedError(f"cpms.identity.sources: {name}: {problem}")
    return Declared(name=name, **values)


def _problem(name: str, values: Mapping[str, str], known: set[str]) -> str:
    missing = {"kind", "title", "url"} - set(values)
    parts = urlsplit(values.get("url", ""))
    if not NAME.fullmatch(name):
        return "a name is lower-case letters, digits and hyphens"
    if set(values) - known:
        return f"unknown: {', '.join(sorted(set(values) - known))}"
    if missing:
        return f"missing: {', '.join(sorted(missing))}"
    if values["kind"] not in KINDS:
        return f"kind must be one of {', '.join(KINDS)}"
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        return "url must begin with https://"
    if values["kind"] == "openid" and not values.get("client"):
        return "missing: client"
    return ""
