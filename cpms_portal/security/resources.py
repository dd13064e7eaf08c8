"""Persons: everybody who can sign in, with the roles they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from BTrees.OOBTree import OOBTree

from cpms_portal.core.resources import Container, Content, content_type, oid_of, resource_of
from cpms_portal.security.grants import Grants
from cpms_portal.security.roles import Role


@content_type("Person")
class Person(Container):
    """Somebody with an account. ``account`` belongs to identity, ``profile`` to people.

    title: the full name. mail: lower case. language: an ISO 639-1 code. timezone:
    an IANA name; empty for the portal's. facets: what
    listings of people filter by, kept by the packages that know it (name → values).
    """

    noun = "person"
    state: str = ""
    timezone: str = ""
    account: Any = None
    profile: Any = None
    facets: Mapping[str, Iterable[str]] = {}

    def __init__(
        self, title: str, mail: str, *, language: str = "en", created: datetime | None = None
    ) -> None:
        super().__init__(title, created)
        self.mail = mail.strip().lower()
        self.language = language
        self.grants = Grants()

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A person is the holder of their own object."""
        return (oid_of(self),) if role == Role.HOLDER else None

    @property
    def is_disabled(self) -> bool:
        """Whether the account was closed, by an administrator or its owner: nobody signs in."""
        return self.state in ("disabled", "closed")

    def index_facets(self) -> dict[str, Any]:
        """What listings of people filter by; who looks after the portal, and who reviews where."""
        held = self.grants.held
        kept = {Role.ADMINISTRATOR.value} & {one.role for one in held}
        reviews = tuple(one.node for one in held if one.role == Role.REVIEWER)
        return {**self.facets, "portal_role": tuple(kept), "reviews": reviews}

    def index_words(self) -> str:
        """People are looked up by name."""
        return self.title


@content_type("People")
class People(Container):
    """All persons; ``by_login`` leads from a login or mail address to a person's oid."""

    noun = "people"

    def __init__(self, title: str = "People", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.by_login: OOBTree = OOBTree()

    def register_login(self, login: str, person: Person) -> None:
        """Let a person be found by a login name; ValueError when another has it."""
        key = login.strip().lower()
        if self.by_login.get(key, oid_of(person)) != oid_of(person):
            raise ValueError("login taken")
        self.by_login[key] = oid_of(person)

    def forget_logins(self, person: Person) -> None:
        """Let a person be found by no login name or address any more."""
        oid = oid_of(person)
        for key in [key for key, owner in self.by_login.items() if owner == oid]:
            del self.by_login[key]

    def person_of_login(self, login: str) -> Content | None:
        """Return the person with a login name or mail address, or None."""
        oid = self.by_login.get(login.strip().lower())
        return None if oid is None else resource_of(self, oid)
