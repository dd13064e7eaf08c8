"""A tiny portal without a database: plain nodes, and people who may what they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyramid.authorization import ACLAuthorizationPolicy
from pyramid.config import Configurator
from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.interfaces import IAuthenticationPolicy
from pyramid.security import Allow, Deny, Everyone
from webtest import TestApp
from zope.interface import implementer

from cpms_portal.security.grants import Grants

#: The simplest page: the master with the sections of other packages.
PAGE = str(Path(__file__).with_name("page.pt"))


class Node(dict):
    """A place in the tree."""

    noun = "place"

    def __init__(self, title: str, *, allow: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self.title = title
        self.__name__: str | None = None
        self.__parent__: Any = None
        granted = [(Allow, principal, permission) for principal, permission in allow]
        self.__acl__ = [*granted, (Deny, Everyone, "nobody:at_all")]

    def seat(self, name: str, child: Any) -> Any:
        """Seat a child."""
        child.__name__, child.__parent__ = name, self
        self[name] = child
        return child


@dataclass
class Reader:
    """Who reads: a name and principals."""

    title: str = "Prof. Ada Lindqvist"
    principals: list[str] = field(default_factory=lambda: ["hp@1"])
    language: str = "en"
    grants: Grants = field(default_factory=Grants)


@implementer(IAuthenticationPolicy)
class ReaderPolicy:
    """Identity is whoever the test says."""

    def unauthenticated_userid(self, request: Any) -> str | None:
        return request.person and request.person.title

    authenticated_userid = unauthenticated_userid

    def effective_principals(self, request: Any) -> list[str]:
        return [Everyone, *(request.person.principals if request.person else [])]

    def remember(self, request: Any, userid: Any, **kw: Any) -> list[Any]:
        return []

    def forget(self, request: Any) -> list[Any]:
        return []


def tree() -> Node:
    """Return a root with networks, one of them with a country and a centre."""
    see = (("hp@1", "place:view"), ("hp@1", "portal:enter"))
    root = Node("CPMS", allow=(*see, ("hp@1", "portal:enter")))
    networks = root.seat("networks", Node("Networks", allow=see))
    liver = networks.seat("rare-liver", Node("RARE-LIVER", allow=see))
    hidden = liver.seat("hidden", Node("Hidden place", allow=(("hp@1", "x:y"),)))
    hidden.__acl__ = [(Deny, Everyone, "place:view")]
    hidden.seat("de40", Node("DE40 Hamburg", allow=(*see, ("coordinator@7", "place:edit"))))
    return root


class TinySite:
    """The parts a test builds on: ``config`` before ``app()``, then requests."""

    def __init__(self, var: Any, **settings: str) -> None:
        self.reader: Reader | None = Reader()
        self.root = tree()
        self.config = Configurator(
            settings={"cpms.site": "training", **settings},
            package="cpms_portal",
            root_factory=lambda request: self.root,
            authentication_policy=ReaderPolicy(),
            authorization_policy=ACLAuthorizationPolicy(),
            default_permission="nobody:at_all",
        )
        self.config.include("cpms_portal.core.settings")
        self.config.include("cpms_portal.core.clock")
        self.config.add_setting("cpms.site", str, "production", "")
        self.config.add_setting("cpms.url", str, "http://localhost", "")
        self.config.registry.cpms_secret = b"tiny" * 8
        self.config.include("pyramid_chameleon")
        self.config.add_request_method(lambda r: self.who(), "person", reify=True)
        self.config.add_request_method(lambda r: "n0nce", "csp_nonce", reify=True)
        self.config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
        self.config.set_default_csrf_options(require_csrf=True)
        self.config.include("cpms_portal.layout")

    def who(self) -> Reader | None:
        """Return who reads now."""
        return self.reader

    def app(self) -> TestApp:
        """Return the application, made of what was configured so far."""
        return TestApp(self.config.make_wsgi_app())
