"""What the catalog keeps of a resource: few indexes, each read by some page.

``viewers`` holds ``noun|principal`` for each principal that may view, taken from
the stored access list; ``places`` ``noun|oid`` for the nodes above; ``facets``
``noun|name|value``. ``shown_from``, ``shown_until`` and ``keepers`` know only what readers see for
some time. Binding the noun in keeps each set as small as its listing.
No full text over what many people write: that index cost three times the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pyramid.location import lineage
from substanced.catalog import Field, Keyword, catalog_factory, indexview, indexview_defaults

from cpms_portal.core.resources import oid_of
from cpms_portal.search.newest import Changed, keeper_tokens, viewer_tokens
from cpms_portal.search.words import CALLED, words_of

CATALOG = "portal"
#: Sort orders a listing may ask for, beside title and created.
SORTS = ("title", "created", "changed", "due", "position", "begins")


@catalog_factory(CATALOG)
class PortalCatalog:
    """The one catalog of the portal."""

    viewers = Keyword()
    places = Keyword()
    facets = Keyword()
    title = Field()
    created = Field()
    changed = Changed()
    due = Field()
    position = Field()
    begins = Field()
    shown_from = Field()
    shown_until = Field()
    keepers = Keyword()


def seconds(moment: datetime | None) -> int | None:
    """Return a moment as whole seconds, small in the index; None stays None."""
    return None if moment is None else int(moment.timestamp())


def facet_tokens(resource: Any) -> Iterable[str]:
    """Yield ``noun|name|value`` of everything a listing filters by."""
    facets = dict(resource.index_facets())
    if getattr(resource, "state", None):
        facets["state"] = resource.state
    yield f"{resource.noun}|noun|{resource.noun}"
    for name, value in facets.items():
        values = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        for one in values:
            if one is not None:
                yield f"{resource.noun}|{name}|{one}"
    for word in words_of(resource.index_words()):
        yield f"{resource.noun}|{CALLED}|{word}"


@indexview_defaults(catalog_name=CATALOG)
class PortalIndexViews:
    """What each index reads from a resource."""

    def __init__(self, resource: Any) -> None:
        self.resource = resource

    @indexview()
    def viewers(self, default: Any) -> Any:
        """Who may view it."""
        return viewer_tokens(self.resource) or default

    @indexview()
    def places(self, default: Any) -> Any:
        """The nodes it stands below."""
        above = list(lineage(self.resource))[1:-1]
        return [f"{self.resource.noun}|{oid_of(node)}" for node in above] or default

    @indexview()
    def facets(self, default: Any) -> Any:
        """What listings filter by."""
        return list(facet_tokens(self.resource)) or default

    @indexview()
    def title(self, default: Any) -> Any:
        """The name in alphabetical listings."""
        sorts = self.resource.index_sorts()
        return sorts.get("title", self.resource.title).lower() or default

    @indexview()
    def created(self, default: Any) -> Any:
        """When it was made."""
        return self._moment("created", self.resource.created, default)

    @indexview()
    def changed(self, default: Any) -> Any:
        """When something a listing shows last changed."""
        return self._moment("changed", None, default)

    @indexview()
    def due(self, default: Any) -> Any:
        """By when something waits to be done."""
        return self._moment("due", None, default)

    @indexview()
    def position(self, default: Any) -> Any:
        """The place its editors gave it among others, lowest first."""
        return self.resource.index_sorts().get("position", default)

    @indexview()
    def begins(self, default: Any) -> Any:
        """When it takes place."""
        return self._moment("begins", None, default)

    @indexview()
    def shown_from(self, default: Any) -> Any:
        """From when on readers see it."""
        found = seconds(self.resource.shown_from)
        return default if found is None else found

    @indexview()
    def shown_until(self, default: Any) -> Any:
        """Until when readers see it."""
        found = seconds(self.resource.shown_until)
        return default if found is None else found

    @indexview()
    def keepers(self, default: Any) -> Any:
        """Who sees it out of its time as well."""
        one = self.resource
        timed = one.shown_from is not None or one.shown_until is not None
        return (keeper_tokens(one) or default) if timed else default

    def _moment(self, name: str, own: datetime | None, default: Any) -> Any:
        found = seconds(self.resource.index_sorts().get(name, own))
        return default if found is None else found
