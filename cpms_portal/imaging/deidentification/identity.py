"""What is known of the person, and how to find it again in text and in bytes.

Known from enrolment, and from the identifying attributes of the files themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

_TITLES = frozenset(
    [
        "dr",
        "prof",
        "med",
        "mr",
        "mrs",
        "ms",
        "herr",
        "frau",
        "mme",
        "jr",
        "sr",
        "ii",
        "iii",
        "von",
        "van",
        "der",
        "den",
        "del",
    ]
)
_WORD = re.compile(r"\w+", re.UNICODE)
# The encodings an identity may lie in, whatever a file says of itself (PS3.3 C.12.1.1.2).
ENCODINGS = (
    "utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso8859-2", "iso8859-5", "iso8859-7",
    "iso8859-9", "cp1251", "cp1252", "koi8-r", "shift_jis", "iso2022_jp", "iso2022_jp_2",
    "euc_jp", "gb18030", "gb2312", "euc_kr", "iso8859-6", "iso8859-8", "tis-620",
)  # fmt: skip


@dataclass(frozen=True)
class KnownIdentity:
    """What enrolment knows: names, birth date, numbers (hospital, insurance), other phrases."""

    names: tuple[str, ...] = ()
    birth_date: date | None = None
    identifiers: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


@lru_cache(maxsize=8192)
def folded_letter(letter: str) -> str:
    """Return a letter without case, accents and ligatures: ``É`` → ``e``, ``ß`` → ``ss``."""
    plain = unicodedata.normalize("NFKD", letter.casefold())
    return "".join(part for part in plain if not unicodedata.combining(part)).casefold()


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return text.lower() if text.isascii() else "".join(map(folded_letter, text))


def _transcribed(word: str) -> str:
    """Return the German way to write umlauts without them."""
    table = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
    return unicodedata.normalize("NFC", word).casefold().translate(table)


def dates_written(day: date) -> set[str]:
    """Return the ways a day is commonly written."""
    formats = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y",
               "%d%m%Y", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%y%m%d")  # fmt: skip
    written = {f"{day:%Y}".zfill(4) and day.strftime(form) for form in formats}
    return written | {f"{day.day}.{day.month}.{day.year}", f"{day.day}/{day.month}/{day.year}"}


@dataclass
class Traces:
    """Everything to look for: ``words`` of names, ``phrases`` and numbers as a whole."""

    words: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)

    def add_name(self, name: str) -> None:
        """Take the parts of a name, in any script; DICOM's ``^`` and ``=`` part it too."""
        for word in _WORD.findall(name.replace("_", " ")):
            wide = any(ord(letter) > 0x2E7F for letter in word)
            if folded(word) not in _TITLES and len(word) >= (1 if wide and len(name) < 4 else 2):
                self.words |= {word}

    def add_phrase(self, phrase: str) -> None:
        """Take a number, an address or another identifying phrase as a whole."""
        phrase = phrase.strip(" \0")
        if len(phrase) >= 4:
            self.phrases.add(phrase)

    def add_identifier(self, identifier: str) -> None:
        """Take a number as it is, and its digits when there are enough of them."""
        self.add_phrase(identifier)
        digits = re.sub(r"\D", "", identifier)
        if len(digits) >= 6:
            self.phrases.add(digits)

    def add_known(self, known: KnownIdentity) -> None:
        """Take what enrolment knows."""
        for name in known.names:
            self.add_name(name)
        for identifier in known.identifiers:
            self.add_identifier(identifier)
        for phrase in known.phrases:
            self.add_phrase(phrase)
        if known.birth_date:
            self.phrases |= dates_written(known.birth_date)

    def merge(self, other: Traces) -> None:
        """Take everything of another."""
        self.words |= other.words
        self.phrases |= other.phrases

    def finder(self) -> Finder:
        """Return what finds these traces."""
        return Finder(frozenset(self.words), frozenset(self.phrases))


def _forms(trace: str) -> set[str]:
    """Return the ways a trace may be written: with umlauts, without, and with their dots lost."""
    plain = folded(trace)
    forms = {plain, folded(_transcribed(trace))}
    if len(plain) >= 6 and plain.isalpha():
        forms.add(plain.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
    return forms


class Finder:
    """Finds traces in text (folded) and in bytes (in every encoding)."""

    def __init__(self, words: frozenset[str], phrases: frozenset[str]) -> None:
        self.words = words
        self.phrases = phrases

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The traces as one pattern over folded text.

        Short words must stand alone; longer ones are found inside others.
        """
        parts = set()
        for trace in self.words | self.phrases:
            for form in _forms(trace):
                escaped = re.escape(form)
                short = len(form) < 4 and form.isascii()
                number = form.isdigit() and len(form) < 7
                wall = "[^\\W_]" if short else "\\d"
                bound = short or number
                parts.add(f"(?<!{wall}){escaped}(?!{wall})" if bound else escaped)
        if not parts:
            return None
        return re.compile("|".join(sorted(parts, key=lambda part: (-len(part), part))))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """The longer traces as bytes, in the encodings they can be written in."""
        found: set[bytes] = set()
        for trace in self.words | self.phrases:
            if len(trace) < (4 if trace.isascii() else 2):
                continue
            for form in {trace, trace.upper(), trace.lower(), trace.title()}:
                found |= set(_encoded(form))
        return tuple(sorted(found, key=lambda needle: (len(needle), needle)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where traces lie in a text."""
        if self.pattern is None or not text:
            return []
        plain = folded(text)
        if len(plain) == len(text):
            return [match.span() for match in self.pattern.finditer(plain)]
        places = [at for at, letter in enumerate(text) for _ in folded_letter(letter)]
        places.append(len(text))
        plain = "".join(map(folded_letter, text))
        return [
            (places[match.start()], places[match.end() - 1] + 1)
            for match in self.pattern.finditer(plain)
        ]

    def is_in(self, text: str) -> bool:
        """Say whether a trace lies in a text: for short ones, without making the pattern first."""
        plain = folded(text)
        forms = (form for trace in self.words | self.phrases for form in _forms(trace))
        return any(form in plain for form in forms) and bool(self.spans(text))

    def in_bytes(self, content: bytes) -> bool:
        """Say whether a trace lies in bytes, in any encoding."""
        return any(needle in content for needle in self.needles)


def _encoded(text: str) -> list[bytes]:
    if text.isascii():
        return [text.encode("ascii"), text.encode("utf-16-le"), text.encode("utf-16-be")]
    found = []
    for encoding in ENCODINGS:
        try:
            needle = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        found.append(_without_escapes(needle))
    return [needle for needle in found if len(needle) >= 3]


def _without_escapes(needle: bytes) -> bytes:
    """Drop the escape sequences around a text in ISO 2022; they vary with what stands before."""
    return re.sub(rb"^\x1b[$(][@B]?\(?[A-Z@]?|\x1b\([BJ]$", b"", needle)
