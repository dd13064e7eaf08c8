"""What is known of the person, and how to find it again in text and in bytes.

Known from enrolment, and from the identifying attributes of the files themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from cpms_portal.imaging.deidentification.datewords import in_numbers, patterns_of

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
# Letters that Unicode does not take apart, and how they are written without their own type.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "œ": "oe", "æ": "ae",
                        "þ": "th", "ð": "d", "ŋ": "n", "ŧ": "t"})  # fmt: skip
_TRANSCRIBED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae",
                              "đ": "dj"})  # fmt: skip
_HIRAGANA, _TO_KATAKANA = range(0x3041, 0x3097), 0x60
_BETWEEN = "[ ./_・-]?"
# In much data a short trace is met by chance: the more bytes, the longer it has to be.
_LEAST_IN = ((4096, 3), (1 << 20, 5))
_LEAST_IN_MUCH = 6
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
    """Return a letter as it is compared: ``É`` → ``e``, ``ß`` → ``ss``, ``ł`` → ``l``.

    Kana of both kinds are one; marks nobody sees (soft hyphen, zero width) are nothing.
    """
    if ord(letter) in _HIRAGANA:
        letter = chr(ord(letter) + _TO_KATAKANA)
    plain = unicodedata.normalize("NFKD", letter.casefold())
    kept = (part for part in plain
            if not unicodedata.combining(part) and unicodedata.category(part) != "Cf")  # fmt: skip
    return "".join(kept).casefold().translate(_PLAIN)


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return text.lower() if text.isascii() else "".join(map(folded_letter, text))


def _transcribed(word: str) -> str:
    """Return how umlauts and their like are written where there are none."""
    return unicodedata.normalize("NFC", word).casefold().translate(_TRANSCRIBED)


@dataclass
class Traces:
    """Everything to look for: ``words`` of names, ``phrases`` and numbers as a whole, ``days``."""

    words: set[str] = field(default_factory=set)
    phrases: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)

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
        self.phrases |= {part for part in (digits, digits.lstrip("0")) if len(part) >= 6}

    def add_day(self, day: date) -> None:
        """Take a day, however it may be written."""
        self.days.add(day)
        self.phrases |= in_numbers(day)

    def add_known(self, known: KnownIdentity) -> None:
        """Take what enrolment knows."""
        for name in known.names:
            self.add_name(name)
        for identifier in known.identifiers:
            self.add_identifier(identifier)
        for phrase in known.phrases:
            self.add_phrase(phrase)
        if known.birth_date:
            self.add_day(known.birth_date)

    def merge(self, other: Traces) -> None:
        """Take everything of another."""
        self.words |= other.words
        self.phrases |= other.phrases
        self.days |= other.days

    def finder(self) -> Finder:
        """Return what finds these traces."""
        return Finder(frozenset(self.words), frozenset(self.phrases), frozenset(self.days))


def _forms(trace: str) -> set[str]:
    """Return the ways a trace may be written: with umlauts, without, and with their dots lost."""
    plain = folded(trace)
    forms = {plain, folded(_transcribed(trace))}
    if len(plain) >= 5 and plain.isalpha():
        for long in ("ae", "oe", "ue", "aa"):
            forms |= {form.replace(long, long[0]) for form in forms}
    return forms


def _pattern_of(form: str) -> str:
    """Return the pattern of a form over folded text.

    Short words and numbers must stand alone; longer ones are found inside others. What is long
    enough is found with dots, bars or blanks in between, a number with leading zeros.
    """
    letters = [letter for letter in form if letter.isalnum()]
    apart = len(letters) >= (6 if form.isascii() else 2)
    escaped = _BETWEEN.join(map(re.escape, letters)) if apart else re.escape(form)
    if len(form) < 4 and form.isascii():
        return rf"(?<![^\W_]){escaped}(?![^\W_])"
    if "".join(letters).isdigit() and len(letters) < 7:
        return rf"(?<!\d)0*{escaped}(?!\d)"
    return escaped


def _together(text: str) -> str:
    """Return a text without what may stand between letters of a trace."""
    return re.sub(_BETWEEN.removesuffix("?"), "", text)


class Finder:
    """Finds traces in text (folded) and in bytes (in every encoding)."""

    def __init__(
        self, words: frozenset[str], phrases: frozenset[str], days: frozenset[date] = frozenset()
    ) -> None:
        self.words = words
        self.phrases = phrases
        self.days = days

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The traces as one pattern over folded text."""
        parts = {_pattern_of(form) for trace in self.words | self.phrases for form in _forms(trace)}
        parts |= {part for day in self.days for part in patterns_of(day)}
        if not parts:
            return None
        return re.compile("|".join(sorted(parts, key=lambda part: (-len(part), part))))

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The traces that are numbers, as they may stand among other numbers."""
        return tuple(sorted(trace for trace in self.phrases if trace.isdigit() and len(trace) >= 6))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """The longer traces as bytes, in the encodings they can be written in, the longest first.

        Small letters only, as far as they are ASCII.
        """
        found: set[bytes] = set()
        for trace in self.words | self.phrases:
            if len(trace) < (4 if trace.isascii() else 2):
                continue
            for form in {trace, trace.upper(), trace.lower(), trace.title(), *_forms(trace)}:
                found |= {needle.lower() for needle in _encoded(form)}
        return tuple(sorted(found, key=lambda needle: (-len(needle), needle)))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where traces lie in a text."""
        if self.pattern is None or not text:
            return []
        if text.isascii():
            return [match.span() for match in self.pattern.finditer(text.lower())]
        places = [at for at, letter in enumerate(text) for _ in folded_letter(letter)]
        plain = "".join(map(folded_letter, text))
        return [
            (places[match.start()], places[match.end() - 1] + 1)
            for match in self.pattern.finditer(plain)
        ]

    def is_in(self, text: str) -> bool:
        """Say whether a trace lies in a text: for short ones, without making the pattern first."""
        plain = _together(folded(text))
        forms = (form for trace in self.words | self.phrases for form in _forms(trace))
        near = any(_together(form) in plain for form in forms)
        may_be_day = bool(self.days) and any(map(str.isdigit, plain))
        return (near or may_be_day) and bool(self.spans(text))

    def in_bytes(self, content: bytes) -> bool:
        """Say whether a trace lies in bytes, in any encoding, in capitals or not."""
        size = len(content)
        least = next((least for most, least in _LEAST_IN if size <= most), _LEAST_IN_MUCH)
        plain = content.lower()
        return any(needle in plain for needle in self.needles if least <= len(needle) <= size)


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
