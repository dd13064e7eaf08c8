"""What a client accepts (PS3.18 section 8.7; RFC 9110 section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cpms_portal.core.errors import CPMSError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.syntaxes import EXPLICIT

LONGEST = 4096
_PARAMETER = re.compile(r'\s*([\w-]+)\s*=\s*("[^"]*"|[^;,\s"]+)\s*')
#: A plus of a media type that was put into an address as it is, and read as a space.
_LOST_PLUS = re.compile(r"(?<=[a-z]) (?=[a-z])")
_SPLIT = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
ANY = "*/*"
MULTIPART = "multipart/related"
#: What is Explicit VR Little Endian when a client does not say (PS3.18 section 8.7.3.5.2).
_EXPLICIT_KINDS = frozenset(["application/dicom", "application/octet-stream"])


class CharsetRefusedError(CPMSError):
    """The client wants none of the character sets there are (PS3.18 section 8.3.3.2)."""

    def __init__(self) -> None:
        super().__init__(_("Answers are written in UTF-8 alone."))


class NotAcceptableError(CPMSError):
    """Nothing the client accepts can be made of this."""

    status = 406

    def __init__(self) -> None:
        super().__init__(_("This cannot be sent in a form you accept."))


@dataclass(frozen=True)
class Range:
    """One thing a client accepts. part: the media type asked for, inside a multipart or alone."""

    kind: str
    part: str
    syntax: str
    quality: float
    parameters: dict[str, str] = field(default_factory=dict)

    def takes(self, offer: Offer) -> bool:
        """Say whether an offer fits."""
        if not _fits(self.part, offer.kind):
            # Compressed frames are octets, too, for who takes any syntax or names this one.
            named = self.syntax in ("*", offer.syntax) and bool(self.syntax)
            return named and offer.stored and self.part == "application/octet-stream"
        if self.syntax == "*":
            return True
        plain = self.part == ANY or offer.kind in _EXPLICIT_KINDS
        wanted = self.syntax or (EXPLICIT if plain else "")
        return not wanted or not offer.syntax or wanted == offer.syntax


@dataclass(frozen=True)
class Offer:
    """What can be sent: a media type, in a transfer syntax. stored: it lies here like that."""

    kind: str
    syntax: str = ""
    stored: bool = True


@dataclass(frozen=True)
class Choice:
    """What is sent, and whether as a multipart."""

    offer: Offer
    multipart: bool


def _fits(wanted: str, offered: str) -> bool:
    if wanted in (ANY, offered):
        return True
    return wanted.endswith("/*") and offered.startswith(wanted[:-1])


def ranges_of(header: str) -> list[Range]:
    """Return what a header accepts, the best first; everything when it says nothing."""
    found = [_range(text) for text in _SPLIT.split(header[:LONGEST]) if text.strip()]
    found = [one for one in found if one.quality > 0]
    if not found and not header.strip():
        return [Range(ANY, ANY, "", 1.0)]
    return sorted(found, key=lambda one: -one.quality)


def check_charset(text: str) -> None:
    """Refuse an answer in another character set than UTF-8, of which US-ASCII is a part."""
    wanted = {one.partition(";")[0].strip().lower() for one in text.split(",")}
    if text and wanted.isdisjoint(("utf-8", "utf8", "us-ascii", "iso_ir 192")):
        raise CharsetRefusedError


def in_address(text: str) -> str:
    """Return the parameter ``accept`` of an address as a header would say it."""
    return _LOST_PLUS.sub("+", text)


def _range(text: str) -> Range:
    kind, _semicolon, rest = text.strip().partition(";")
    kind = kind.strip().lower()
    given = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(rest)}
    try:
        quality = float(given.get("q", "1"))
    except ValueError:
        quality = 0.0
    part = given.get("type", ANY).lower() if kind == MULTIPART else kind
    return Range(kind, part, given.get("transfer-syntax", ""), quality, given)


def choose(
    ranges: Sequence[Range], offers: Sequence[Offer], *, single: bool = False, alone: bool = False
) -> Choice:
    """Return the best offer a client takes; NotAcceptableError when it takes none.

    single: one thing is sent, so it may go without a multipart; else it goes so only as a whole.
    alone: it goes without one unless the client wants it (PS3.18 section 8.7.4).
    """
    for wanted in ranges:
        for offer in offers:
            if not wanted.takes(offer):
                continue
            multipart = wanted.kind == MULTIPART or (wanted.kind == ANY and not alone)
            if multipart or single:
                return Choice(offer, multipart)
    raise NotAcceptableError
