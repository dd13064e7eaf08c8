"""Fields of content types: rich text, tags, time marks."""

from __future__ import annotations

import re
from typing import Any

import colander

from cpms_portal.cms.schemas.vocabulary import clean
from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Lines, Text
from cpms_portal.forms.widgets import TextAreaWidget, TextWidget

#: The longest body, in characters of HTML.
LONGEST = 400_000
_TIME = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)")


class RichTextWidget(TextAreaWidget):
    """A body: the editor where there is script, a plain field of HTML where there is none."""

    template, words = "rich_text", "rich_text_words"
    rows = 12


class RichText(Text):
    """HTML in the vocabulary ↔ text. What is not in the vocabulary is dropped without a word."""

    def __init__(self, max_length: int = LONGEST) -> None:
        super().__init__(max_length)

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the clean HTML; nothing when nothing is left."""
        return clean(super().read(node, text)) or colander.null


class Tags(Lines):
    """Tags, parted by commas ↔ a list of text, each once, in lower case."""

    def write(self, appstruct: Any) -> str:
        """Return the tags as one line."""
        return ", ".join(appstruct)

    def read(self, node: colander.SchemaNode, text: str) -> list[str]:
        """Return the tags."""
        lines = super().read(node, text.replace(",", "\n").replace("|", " "))
        return list(dict.fromkeys(" ".join(line.lower().split()) for line in lines))


class TagsWidget(TextWidget):
    """Tags in one line."""

    hint = _("Separate them by commas.")


class PickWidget(TextWidget):
    """Something of the libraries, picked from their tree; without script its address is typed.

    kind: the only type that fits, empty for any. several: one address a line.
    """

    template, words = "pick", "pick_words"
    kind = ""
    several = False
    placeholder = "/library/faq"

    def control(self, field: Any) -> dict[str, str | None]:
        """Return the attributes of the control; what an address is like is seen without script."""
        return {**super().control(field), "placeholder": self.placeholder}


class ItemAddress(Text):
    """The address of something of the libraries, as /library/faq."""

    def __init__(self) -> None:
        super().__init__(500)

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the address."""
        return own_address(node, super().read(node, text))


class ItemAddresses(Lines):
    """Addresses of things of the libraries, one a line ↔ a list of text."""

    def __init__(self) -> None:
        super().__init__(500, 30)

    def read(self, node: colander.SchemaNode, text: str) -> list[str]:
        """Return the addresses, each once."""
        return list(dict.fromkeys(own_address(node, one) for one in super().read(node, text)))


def own_address(node: colander.SchemaNode, text: str) -> str:
    """Return an address of the portal; Invalid when it is none."""
    if not re.fullmatch(r"/(?!/)[^\s?#\\]*", text):
        raise colander.Invalid(node, _("Enter an address of this portal, such as /library/faq."))
    return text


class TimeMark(Text):
    """A time in a video, as 4:05 or 1:02:30 ↔ seconds."""

    def write(self, appstruct: int) -> str:
        """Return the time as it is read."""
        hours, rest = divmod(int(appstruct), 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the seconds."""
        found = _TIME.fullmatch(text)
        if found is None:
            raise colander.Invalid(node, _("Enter the time as minutes and seconds: 4:05."))
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


class WebAddress(Text):
    """An address that begins with https://, http://, mailto: or a single slash."""

    def read(self, node: colander.SchemaNode, text: str) -> Any:
        """Return the address."""
        found = super().read(node, text)
        begins = re.match(r"https?://[^\s/]+|mailto:[^\s@]+@|/(?!/)", found)
        if begins is None or re.search(r"[\s\"'<>\\]", found):
            raise colander.Invalid(node, _("Enter a web address that begins with https://."))
        return found
