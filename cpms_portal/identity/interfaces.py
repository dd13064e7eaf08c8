"""What identity asks of a way to sign in outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cpms_portal.identity.sources.declared import Declared
from cpms_portal.identity.sources.said import Errand, Said


class IIdentitySource(Protocol):
    """A place outside that says who somebody is: EU Login, an electronic identity, a hospital.

    Whoever it names is known by (``name``, subject), never by the address alone.
    """

    #: How production.ini declares it.
    declared: Declared

    def address(self, errand: Errand) -> str:
        """Return where the browser is sent to."""

    def said(self, errand: Errand, answer: Mapping[str, str]) -> Said:
        """Return what the source says of who came back; SourceRefusedError otherwise."""

    def way_out(self, back: str, hint: str) -> str:
        """Return where the browser is sent to end the sign-in there too; '' where there is none.

        back: the address the source leads to afterwards. hint: what it said then (``Said.hint``);
        empty when that is not kept. SourceRefusedError when it is silent.
        """

    def ended(self, sent: Mapping[str, str]) -> tuple[str, str]:
        """Return which sign-in there has ended: ("session" or "subject", its name).

        SourceRefusedError when the message is not the source's own.
        """
