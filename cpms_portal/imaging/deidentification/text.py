"""Text values: decoded in the file's character sets, cleaned, written back when changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files

from pydicom.charset import convert_encodings, decode_bytes, encode_string, python_encoding

from cpms_portal.imaging.deidentification.datewords import compiled
from cpms_portal.imaging.deidentification.identity import Finder, folded

ASCII = ("iso8859",)
_DELIMITERS = {"LO", "SH", "CS", "UC", "PN", "AE"}
_TOKEN = re.compile(r"[^\W_]+", re.UNICODE)
_NUMBER = re.compile(
    r"\d{1,4}(?:mm|cm|m|kv|kvp|ma|mas|mgy|s|ms|sec|min|hu|ml|cc|x\d{1,4}|d|t|mhz|w|th|nd|st|kev)?"
    r"|[a-z]{1,2}\d{1,2}[a-z]?|b\d{3,4}|\d[a-z]{1,3}\d?"
)
_UID = re.compile(r"(?<![\d.])[0-2](?:\.\d+){4,}(?![\d.])")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SUSPECT = compiled(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # mail addresses
    r"|(?:https?|ftp|file)://\S+|\\\\\w+\\\S+"  # places
    r"|(?<!\w)\+?\(?\d[\d ()/-]{7,}\d(?!\w)"  # telephone and other long numbers
)
_WORDS = frozenset(
    folded(word)
    for line in files(__package__).joinpath("vocabulary.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)


def is_vocabulary(word: str) -> bool:
    """Say whether a word may stay in a description."""
    plain = folded(word)
    number = _NUMBER.fullmatch(plain) and not _YEAR.fullmatch(plain)
    return plain in _WORDS or bool(number)


@lru_cache(maxsize=256)
def character_sets(raw: bytes) -> tuple[str, ...]:
    """Return the Python encodings of a SpecificCharacterSet value; ASCII when unknown."""
    terms = [term.strip(b" \0").decode("latin-1") for term in raw.split(b"\\")]
    if any(term not in python_encoding for term in terms):
        return ASCII
    return tuple(convert_encodings(terms))


def is_known_character_set(raw: bytes) -> bool:
    """Say whether every term of a SpecificCharacterSet value is one of the standard."""
    return all(term.strip(b" \0").decode("latin-1") in python_encoding for term in raw.split(b"\\"))


def decoded(raw: bytes, encodings: tuple[str, ...], vr: str = "LO") -> str:
    """Return text; bytes that do not fit their character set are tried as UTF-8."""
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii")
    if encodings == ASCII or encodings == ("utf8",):
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    if b"\x1b" not in raw:
        try:
            return raw.decode(encodings[0])
        except (LookupError, ValueError):
            return raw.decode("latin-1")
    letters = "\r\n\t\f" + ("\\^=" if vr == "PN" else "\\" if vr in _DELIMITERS else "")
    try:
        return decode_bytes(raw, list(encodings), set(map(ord, letters)))
    except (LookupError, ValueError, UserWarning):
        # pydicom warns of what it cannot decode; where warnings are errors it ends here as well.
        return raw.decode("latin-1")


def encoded(text: str, encodings: tuple[str, ...]) -> bytes:
    """Return text in a file's character sets; letters they lack are left out."""
    if text.isascii():
        return text.encode("ascii")
    if encodings == ASCII:
        return text.encode("ascii", "ignore")
    try:
        return encode_string(text, list(encodings))
    except (LookupError, ValueError):
        return text.encode(encodings[0] if encodings else "ascii", "ignore")


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text without some places, tidied."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = max(at, end)
    kept.append(text[at:])
    return re.sub(r"  +", " ", "".join(kept)).strip()


def echo_free(text: str, finder: Finder, uids: Callable[[str], str]) -> str:
    """Return a text without traces of the person, dates, numbers and places; UIDs mapped."""
    spans = finder.spans(text)
    if spans:
        text = without(text, spans)
    if _UID.search(text):
        parts = _UID.split(text)
        between = [uids(uid) for uid in _UID.findall(text)] + [""]
        text = "".join(_unsuspicious(part) + uid for part, uid in zip(parts, between, strict=True))
        return text
    return _unsuspicious(text)


def _unsuspicious(text: str) -> str:
    spans = [match.span() for match in _SUSPECT.finditer(text)]
    return without(text, spans) if spans else text


def described(text: str, finder: Finder) -> str:
    """Return a description with only the words of the vocabulary."""
    spans = finder.spans(text)
    spans += [match.span() for pattern in (_SUSPECT, _UID) for match in pattern.finditer(text)]
    text = without(text, sorted(spans)) if spans else text
    strange = [match.span() for match in _TOKEN.finditer(text) if not is_vocabulary(match[0])]
    if not strange:
        return text
    return re.sub(r"[\s_,;:/.+-]*[_,;:/-](?=\s|$)|^[\s_,;:/-]+", "", without(text, strange)).strip()
