"""Days as people write them in text: in numbers, and with months in the languages of Europe."""

from __future__ import annotations

import re
from datetime import date

# Beginnings of the names of months, with and without their accents. Where two languages use
# one word for different months, it stands in both.
_MONTHS = (
    "jan|jän|jaan|gen|ene|sty|led|tammi|янв|ιαν|sij|sau",
    "feb|fév|fev|lut|úno|uno|helmi|фев|φεβ|velj|veebr",
    "mar|mär|maer|maar|mrz|mrt|bře|bre|maalis|мар|μαρ|már|ožu|ozu",
    "apr|avr|abr|kwi|dub|huhti|апр|απρ|ápr|tra",
    "may|mai|mag|maj|mei|kvě|kve|touko|май|мая|маи|μαι|μαϊ|máj|svi",
    "jun|juin|giu|cze|čer|cer|kesä|kesa|июн|ιουν|jún|lip",
    "jul|juil|lug|lip|červenec|cervenec|heinä|heina|июл|ιουλ|júl|srp",
    "aug|aoû|aou|ago|sie|srp|elo|авг|αυγ|kol",
    "sep|set|wrz|zář|zar|syys|сен|σεπ|szep|ruj",
    "oct|okt|out|ott|paź|paz|říj|rij|loka|окт|οκτ|lis",
    "nov|lis|marras|ноя|νοε|stu",
    "dec|dez|déc|dic|gru|pro|joulu|дек|δεκ|des",
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_SHORT = "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
_GAP = r"[\s.,/_'’-]*"
_OF = r"(?:(?:of|de|di|del|d)[\s'’]+)?"
_END = r"(?!\d)"
_CLOCK = r"(?:[\sT,]*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)?"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:1[89]|20)\d{2}"


def _in_words(day: str, month: str, year: str) -> list[str]:
    """Return patterns for a day with its month as a word, in each order."""
    ordinal = r"(?:st|nd|rd|th|er|[eoºª°])?"
    word = rf"(?:{month})[^\W\d_]*"
    return [
        rf"(?<!\d){day}{ordinal}{_GAP}{_OF}{word}{_GAP}{_OF}{year}{_END}",
        rf"(?<![^\W\d_]){word}{_GAP}{day}{ordinal}{_GAP}{year}{_END}",
        rf"(?<!\d){year}{_GAP}{word}{_GAP}{day}{_END}",
    ]


#: Any day, anywhere in a text.
ANY_DAY = "|".join((
    rf"(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{{2,6}}(?:\.\d+)?)?{_END}",
    rf"(?<!\d){_YEAR}\s?[-/._ ]\s?\d{{1,2}}\s?[-/._ ]\s?\d{{1,2}}{_END}{_CLOCK}",
    rf"(?<!\d)\d{{1,2}}\s?[-/._ ]\s?\d{{1,2}}\s?[-/._ ]\s?{_YEAR}{_END}{_CLOCK}",
    rf"(?<!\d)\d{{1,2}}(?P<between>[./-])\d{{1,2}}(?P=between)\d{{2}}{_END}{_CLOCK}",
    rf"(?<!\d){_DAY}[./ -](?:{'|'.join(reversed(_ROMAN))})[./ -]{_YEAR}{_END}",
    rf"(?<!\d){_DAY}[./ -]?(?:{_SHORT})[./ -]?\d{{2}}{_END}",
    r"\d{2,4}\s*[年년]\s*\d{1,2}\s*[月월]\s*\d{1,2}\s*[日일]?",
    *_in_words(_DAY, "|".join(_MONTHS), _YEAR),
))  # fmt: skip


def in_numbers(day: date) -> set[str]:
    """Return the ways a day is commonly written in numbers."""
    formats = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y",
               "%d%m%Y", "%m/%d/%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%y%m%d")  # fmt: skip
    written = {day.strftime(form) for form in formats}
    return written | {f"{day.day}.{day.month}.{day.year}", f"{day.day}/{day.month}/{day.year}"}


def patterns_of(day: date) -> list[str]:
    """Return patterns for one day in every other way: without zeros, with spaces, in words.

    For folded text (``identity.folded``): small letters, no accents.
    """
    number, month = f"0?{day.day}", f"0?{day.month}"
    year = f"(?:{day.year:04d}|{day.year % 100:02d})"
    roman = _ROMAN[day.month - 1]
    return [
        rf"(?<!\d){number}[\s./_-]+{month}[\s./_-]+{year}{_END}",
        rf"(?<!\d){month}[\s./_-]+{number}[\s./_-]+{year}{_END}",
        rf"(?<!\d){year}[\s./_-]+{month}[\s./_-]+{number}{_END}",
        rf"(?<!\d){number}[\s./-]+{roman}[\s./-]+{year}{_END}",
        rf"(?<!\d){year}\s*[年년]\s*{month}\s*[月월]\s*{number}{_END}",
        *_in_words(number, _MONTHS[day.month - 1], year),
    ]


def compiled(more: str) -> re.Pattern[str]:
    """Return one pattern for any day, and for what else is given."""
    return re.compile(f"{more}|{ANY_DAY}", re.IGNORECASE)
