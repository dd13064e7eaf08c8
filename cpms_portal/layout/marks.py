"""Small marks of pages that are easier to call than to write out: icons, chips, times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, get_timezone_name
from chameleon.utils import Markup
from pyramid.decorator import reify
from pyramid.request import Request

from cpms_portal.core.actor import spoken
from cpms_portal.core.i18n import DOMAIN, Words, in_language
from cpms_portal.core.settings import setting

TONES = ("neutral", "info", "progress", "attention", "success", "danger")

_ICON = '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>'
_CHIP = '<span class="chip is-{}">{}</span>'
_TIME = '<time datetime="{}">{}</time>'


@lru_cache(maxsize=1000)
def _icon(name: str, size: str, sprite: str) -> Markup:
    return _drawn(_ICON, f" is-{size}" if size else "", sprite, name)


def _drawn(pattern: str, *values: Any) -> Markup:
    """Return markup with values put in, escaped."""
    return Markup(pattern.format(*(escape(str(value)) for value in values)))


class Marks:
    """The part of ``layout`` that draws small things."""

    request: Request

    @reify
    def locale(self) -> Locale:
        """The locale dates are written in."""
        try:
            return Locale.parse(self.request.locale_name.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            return Locale("en")

    @reify
    def _sprite(self) -> str:
        return self.request.asset("img/icons.svg")

    def icon(self, name: str, size: str = "") -> Markup:
        """Draw an icon of the sprite; size: "", "small" or "large". Says nothing to a reader."""
        return _icon(name, size, self._sprite)

    def chip(self, title: Any, tone: str = "neutral") -> Markup:
        """Draw a state as a labelled chip; tone is one of TONES, others count as neutral."""
        return _drawn(_CHIP, tone if tone in TONES else "neutral", self.say(title))

    def spoken(self, name: Any) -> str:
        """Say who did something: "A for B" where an assistant acted."""
        return self.say(spoken(name))

    def say(self, text: Any) -> str:
        """Say a text in the language of this reader."""
        if isinstance(text, Words):
            return str(in_language(text, self.request.locale_name))
        return self.request.localizer.translate(text)

    def many(self, one: str, several: str, number: int) -> str:
        """Say how many in the reader's language; ``${number}`` in the texts stands for it."""
        mapping = {"number": number}
        said: str = self.request.localizer.pluralize(one, several, number, DOMAIN, mapping)
        return said

    @reify
    def _zone(self) -> ZoneInfo:
        own = getattr(getattr(self.request, "person", None), "timezone", "")
        return ZoneInfo(own or setting(self.request.registry, "cpms.layout.timezone"))

    def zone(self, moment: datetime) -> str:
        """Name the time zone of the reader at a moment, for who may be in another."""
        return get_timezone_name(moment.astimezone(self._zone), locale=self.locale)

    @reify
    def _months(self) -> Mapping[int, str]:
        found: Mapping[int, str] = self.locale.months["format"]["abbreviated"]
        return found

    def moment(self, moment: datetime) -> str:
        """Write a moment as day and time in the reader's time zone: 4 Mar 2026, 09:05."""
        local = moment.astimezone(self._zone)
        return f"{local.day} {self._months[local.month]} {local.year}, {local:%H:%M}"

    def when(self, moment: datetime | None) -> Markup:
        """Write a moment so that a machine reads it as well; nothing for None."""
        if moment is None:
            return Markup("")
        return _drawn(_TIME, moment.isoformat(timespec="seconds"), self.moment(moment))

    def date(self, day: date | None) -> Markup:
        """Write a day with its month in words; nothing for None."""
        if day is None:
            return Markup("")
        return _drawn(_TIME, day.isoformat(), format_date(day, "d MMM y", locale=self.locale))

    @staticmethod
    def initials(name: str) -> str:
        """Return up to two letters that stand for a name, titles left out."""
        words = [word for word in name.split() if not word.endswith(".") and word[:1].isalpha()]
        return "".join(
            word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
        ).upper()
