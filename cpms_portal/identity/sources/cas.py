"""CAS 3.0, plain and as EU Login speaks it (Apereo CAS Protocol Specification 3.0).

EU Login puts its attributes directly below ``authenticationSuccess`` and uses a namespace of its
own, so elements are known by their local names.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cpms_portal.identity.sources.declared import Declared
from cpms_portal.identity.sources.fetching import fetched
from cpms_portal.identity.sources.said import Errand, Said, SourceRefusedError

#: Section 3.1.1 and 3.7: a service ticket begins with ST-; proxies are not taken.
TICKET = re.compile(r"ST-[A-Za-z0-9_.\-]{1,250}")
#: What EU Login wants to be told besides: outside people too, all attributes.
EU_LOGIN = {"assuranceLevel": "LOW", "ticketTypes": "SERVICE", "userDetails": "true"}
LEVEL = "authenticationLevel"
FIRST = ("firstName", "givenName", "first_name")
LAST = ("lastName", "sn", "familyName", "last_name")
MAIL = ("email", "mail", "emailAddress")


class CASSource:
    """A CAS server."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self._base = declared.url.rstrip("/")
        self._eu = declared.kind == "eulogin"

    def _level(self) -> dict[str, str]:
        asks = self.declared.asks
        return {LEVEL: asks} if self._eu and asks else {}

    def address(self, errand: Errand) -> str:
        """Return the address of the sign-in page (section 2.1.1)."""
        query = {"service": errand.back, **self._level()}
        if errand.afresh:
            query["renew"] = "true"
        return f"{self._base}/login?{urlencode(query)}"

    def said(self, errand: Errand, answer: Mapping[str, str]) -> Said:
        """Have the ticket validated (section 2.5) and read the answer."""
        ticket = answer.get("ticket", "")
        if not TICKET.fullmatch(ticket):
            raise SourceRefusedError("ticket")
        query = {"service": errand.back, "ticket": ticket, **self._level()}
        if self._eu:
            query |= EU_LOGIN
        query |= dict(parse_qsl(self.declared.parameters))
        if errand.afresh:
            query["renew"] = "true"
        standard = "TicketValidationService" if self._eu else "p3/serviceValidate"
        path = self.declared.validate or standard
        values = attributes_in(fetched(f"{self._base}/{path}", query))
        return self._said(values, ticket)

    def _said(self, values: Mapping[str, list[str]], ticket: str) -> Said:
        def first(*names: str) -> str:
            return next((values[name][0] for name in names if values.get(name)), "")

        user = first("user")
        if not user or len(user) > 200:
            raise SourceRefusedError("no user")
        return Said(
            self.declared.name,
            user,
            session=session_of(ticket),
            levels=frozenset(level.lower() for level in values.get(LEVEL, ())),
            mail=first(*MAIL) if self.declared.verified_mail else "",
            first_name=first(*FIRST)[:60],
            last_name=first(*LAST)[:60],
        )

    def way_out(self, back: str, hint: str) -> str:
        """Return the address that ends the single sign-on there (section 2.3); it takes no hint."""
        return f"{self._base}/logout?{urlencode({'service': back})}"

    def ended(self, sent: Mapping[str, str]) -> tuple[str, str]:
        """Read a single log-out (section 2.3.3): who knows the ticket is the server."""
        tree = _tree(sent.get("logoutRequest", "").encode())
        found = [one.text or "" for one in tree.iter() if _local(one) == "SessionIndex"]
        if _local(tree) != "LogoutRequest" or len(found) != 1:
            raise SourceRefusedError("log-out")
        if not TICKET.fullmatch(found[0].strip()):
            raise SourceRefusedError("log-out")
        return "session", session_of(found[0].strip())


def session_of(ticket: str) -> str:
    """Return what is kept of a ticket: the ticket itself would end the session."""
    return hashlib.sha256(ticket.encode()).hexdigest()


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _tree(text: bytes) -> Any:
    try:
        return ElementTree.fromstring(text, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise SourceRefusedError("not XML") from error


def attributes_in(text: bytes) -> dict[str, list[str]]:
    """Return the attributes of the one success in an answer, by local name."""
    tree = _tree(text)
    inside = [_local(one) for one in tree]
    if _local(tree) != "serviceResponse" or inside != ["authenticationSuccess"]:
        refused = "authenticationFailure" in inside
        raise SourceRefusedError("ticket refused" if refused else "not an answer")
    values: dict[str, list[str]] = {}
    for element in _leaves(tree[0]):
        values.setdefault(_local(element), []).append((element.text or "").strip())
    if len(values.get("user", ())) != 1:
        raise SourceRefusedError("no user")
    return values


def _leaves(success: Any) -> Iterator[Any]:
    """Yield the attributes: directly below (EU Login), or below ``attributes`` (CAS 3.0)."""
    for element in success:
        if _local(element) == "attributes":
            # What calls itself the user in here is an attribute of that name, not the user.
            yield from (one for one in element if _local(one) != "user" and not len(one))
        elif len(element):
            yield from (one for one in element if _local(one) != "user")
        else:
            yield element
