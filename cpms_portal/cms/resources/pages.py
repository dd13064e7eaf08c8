"""Content types that are read as a page."""

from __future__ import annotations

from typing import Any

from cpms_portal.cms.resources.items import LibraryItem
from cpms_portal.core.resources import content_type


@content_type("Page")
class Page(LibraryItem):
    """A text."""


@content_type("Guide")
class Guide(LibraryItem):
    """Something to do, step by step.

    more["steps"]: list of {"title", "text", "syntax", "picture" (oid or None), "alternative"}.
    """

    kind = "guide"


@content_type("FAQ")
class FAQ(LibraryItem):
    """Questions with their answers, by theme.

    more["questions"]: list of {"anchor", "theme", "question", "answer", "syntax"}.
    """

    kind = "faq"


@content_type("News")
class News(LibraryItem):
    """Something new; listed by the day it is shown from."""

    kind = "news"


@content_type("Event")
class Event(LibraryItem):
    """Something that takes place.

    about: "begins", "ends" (aware datetimes), "place", "website".
    """

    kind = "event"

    @property
    def begins(self) -> Any:
        """When it begins, or None."""
        return self.about.get("begins")


@content_type("WebLink")
class WebLink(LibraryItem):
    """An address elsewhere. about: "address"."""

    kind = "link"


@content_type("Collection")
class Collection(LibraryItem):
    """A saved query.

    about: "kinds" and "tags" (lists; any of them), "language" (code or None), "words" (beginnings
    of words of the title), "within" (oid of a library or folder, None for its own library), "sort"
    (position, title, changed, created or begins), "descending", "limit".
    """

    kind = "collection"


@content_type("HelpdeskContact")
class HelpdeskContact(LibraryItem):
    """Somebody who helps. title: the person. about: "mail", "phone", "website".

    more: "people", "disease_group" and "hours", in words.
    """

    kind = "contact"
