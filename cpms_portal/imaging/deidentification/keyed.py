"""What is made from the patient's key: new UIDs, pseudonyms, the shift of dates.

Everything is an HMAC-SHA-256, so equal values stay equal within one patient and
nobody without the key can go back or test a guess (PS3.15 E.1.1 warns of plain hashes).
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache

from pydicom.uid import UID_dictionary

# No arc of the standard's own UIDs has more than four digits: no number of a person fits.
_CLASS = re.compile(r"1\.2\.840\.10008(?:\.(?:0|[1-9]\d{0,3})){1,10}")


def _digest(key: bytes, purpose: str, value: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + value, "sha256")


@lru_cache(maxsize=4096)
def is_standard_uid(uid: str) -> bool:
    """Say whether the standard itself registers a UID (PS3.6 Annex A): it names nobody."""
    return uid in UID_dictionary


def is_class_uid(uid: str) -> bool:
    """Say whether a UID stands under the root of the standard and is well formed."""
    return bool(_CLASS.fullmatch(uid))


class UIDMap:
    """Maps UIDs by value; the same key gives the same map, in any order, for ever.

    own: UIDs this map made before, met again in what comes back; they stay as they are.
    """

    def __init__(self, key: bytes, own: frozenset[str] = frozenset()) -> None:
        self.key = key
        self.own = own
        self._known: dict[str, str] = {}

    def __call__(self, uid: str) -> str:
        """Return the new UID of an original; UIDs of the standard stay."""
        uid = uid.strip(" \0")
        if not uid or uid in self.own or is_standard_uid(uid):
            return uid
        new = self._known.get(uid)
        if new is None:
            digest = bytearray(_digest(self.key, "uid", uid.encode())[:16])
            # A UUID of version 8, so that 2.25.<UUID> is what PS3.5 B.2 allows.
            digest[6] = digest[6] & 0x0F | 0x80
            digest[8] = digest[8] & 0x3F | 0x80
            new = f"2.25.{int.from_bytes(digest)}"
            if len(self._known) > 200_000:
                self._known.clear()
            self._known[uid] = new
        return new


@dataclass(frozen=True)
class Shift:
    """How far dates and times of one patient move: whole days back, some seconds on."""

    days: int
    seconds: int


def shift_of(key: bytes, subject: str) -> Shift:
    """Return the shift of a patient: 60 to 2,959 days back, 61 to 899 seconds forward."""
    digest = _digest(key, "shift", subject.encode())
    return Shift(-(60 + int.from_bytes(digest[:8]) % 2900), 61 + int.from_bytes(digest[8:16]) % 839)


def pseudonym(key: bytes, purpose: str, value: str, length: int = 12) -> str:
    """Return capital letters and digits that stand for a value; equal values stay equal."""
    digest = _digest(key, purpose, value.encode())
    return base64.b32encode(digest)[:length].decode()
