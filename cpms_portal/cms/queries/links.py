"""Where texts lead: links by identity, what links here, what is broken.

A link to something of the portal is kept as ``/resolve/OID``, so that it survives moves; Markdown
keeps the paths its file has, and old paths are followed through the redirects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import quote, unquote

from chameleon.utils import Markup
from pyramid.traversal import find_resource, resource_path

from cpms_portal.cms.queries.text import html_of
from cpms_portal.cms.resources import LibraryItem, PageText, Trash
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import Content, find_above, oid_of, path_of, resource_of, root_of
from cpms_portal.search.actions import catalog_of
from cpms_portal.search.queries import find

RESOLVE = "/resolve/"
_ADDRESS = re.compile(r'(<(?:a|img)\b[^>]*?\b(?:href|src)=")(/(?!/)[^"]*)(")')
_RESOLVE = re.compile(r'(href|src)="/resolve/(-?[0-9]{1,19})([?#][^"]*)?"')
#: Addresses of the portal that are no content.
NOT_CONTENT = ("/static/", "/sign-in", "/account", "/notices", "/my-work", "/help", "/search")
MOST_SHOWN = 500


def bodies_of(text: PageText) -> Iterator[str]:
    """Yield every body of a text as clean HTML: its own, those of its steps and answers."""
    yield html_of(text.text, text.syntax)
    for step in text.more.get("steps", ()):
        yield html_of(step["text"], step["syntax"])
        if step.get("picture"):
            yield f'<img src="{RESOLVE}{step["picture"]}">'
    for question in text.more.get("questions", ()):
        yield html_of(question["answer"], question["syntax"])


def addresses_in(html: str) -> list[str]:
    """Return the addresses of the portal that HTML leads to, without what follows ? and #."""
    found = (unescape(match[2]) for match in _ADDRESS.finditer(html))
    return [re.split(r"[?#]", one)[0] for one in found]


def links_of(item: LibraryItem) -> tuple[str, ...]:
    """Return what an item leads to: the oid as text, or the path while it has only that."""
    every = [one for text in item.texts.values() for body in bodies_of(text)
             for one in addresses_in(body)]  # fmt: skip
    kept = (
        one.removeprefix(RESOLVE).strip("/") if one.startswith(RESOLVE) else one.rstrip("/") or "/"
        for one in every
        if not one.startswith(NOT_CONTENT)
    )
    chosen = (str(oid) for oid in item.about.get("related", ()))
    return tuple(dict.fromkeys([*kept, *chosen]))


def moved_to(root: Any, path: str) -> Any:
    """Return what stood at a path, or stands below what stood there; None when nothing did."""
    moved = getattr(root.get("library"), "moved", {})
    parts = [part for part in unquote(path).split("/") if part]
    for length in range(len(parts), 0, -1):
        oid = moved.get("/" + "/".join(parts[:length]))
        found: Any = None if oid is None else resource_of(root, oid)
        for name in parts[length:]:
            found = None if not hasattr(found, "get") else found.get(name)
        if found is not None and find_above(found, Trash) is None:
            return found
    return None


def addresses_that_lead_on(root: Any) -> dict[str, str]:
    """Return the old addresses at which nothing stands now, with where each leads."""
    found = {}
    for old, oid in getattr(root.get("library"), "moved", {}).items():
        target = resource_of(root, oid)
        if target is not None and find_above(target, Trash) is None and not _stands(root, old):
            found[old] = resource_path(target)
    return found


def _stands(root: Any, path: str) -> bool:
    try:
        find_resource(root, path)
    except KeyError:
        return False
    return True


def target_of(root: Any, address: str) -> Any:
    """Return what an address of the portal or an oid as text leads to, or None."""
    if address.lstrip("-").isdecimal():
        return resource_of(root, int(address)) if abs(int(address)) < 2**63 else None
    try:
        return find_resource(root, quote(unquote(address)))
    except (KeyError, UnicodeError):
        return moved_to(root, address)


def standing(library: Any, name: str) -> LibraryItem | None:
    """Return what stands at a path within a library, or stood there and was moved."""
    found = target_of(root_of(library), f"{resource_path(library).rstrip('/')}/{name}")
    return found if isinstance(found, LibraryItem) else None


def by_identity(root: Any, html: str, sees: Callable[[Any], bool] | None = None) -> str:
    """Return HTML whose links to content of the portal name its identity, not its place.

    sees: says of a target whether the writer sees it; links to others stay as they were typed, so
    that nobody is told where something hidden stands.
    """

    def named(match: re.Match[str]) -> str:
        address = unescape(match[2])
        path, mark, rest = address.partition("#")
        if path.startswith(RESOLVE) or path.startswith(NOT_CONTENT) or "?" in path:
            return match[0]
        found = target_of(root, path)
        if not isinstance(found, Content) or found.__parent__ is None:
            return match[0]
        if sees is not None and not sees(found):
            return match[0]
        return f"{match[1]}{RESOLVE}{oid_of(found)}{escape(mark + rest)}{match[3]}"

    return _ADDRESS.sub(named, html)


def by_path(root: Any, html: str) -> Markup:
    """Return HTML whose links lead to where their targets stand now."""
    if RESOLVE not in html:
        return Markup(html)

    def placed(match: re.Match[str]) -> str:
        path = path_of(root, int(match[2])) if abs(int(match[2])) < 2**63 else None
        if path is None:
            return match[0]
        place = "/".join(quote(part) for part in path)
        rest = match[3] or ""
        if match[1] == "src":
            return f'src="{place}/scale{rest}" loading="lazy"'
        return f'href="{place}{rest}"'

    return Markup(_RESOLVE.sub(placed, html))


def what_links_to(item: Any, actor: Actor) -> list[LibraryItem]:
    """Return the items the actor may see that lead to a resource, by its identity or by a path."""
    root, oid = root_of(item), oid_of(item)
    old = [path for path, one in getattr(root["library"], "moved", {}).items() if one == oid]
    sought = [str(oid), resource_path(item).rstrip("/"), *old]
    return find(
        actor, "page", within=root, where={"link": sought}, sort="title", size=MOST_SHOWN
    ).items


@dataclass(frozen=True)
class Broken:
    """A link that leads nowhere, or to where readers cannot follow. reason: gone, trash, hidden.

    address: a path, or the oid of what is or was there. target: what is there, None when there is
    nothing or who asks does not see it either.
    """

    item: LibraryItem
    address: str
    reason: str
    target: Any = None


def broken_links(library: Any, actor: Actor, reader: Actor) -> list[Broken]:
    """Return the broken links of a library. reader: somebody not signed in, for what is hidden."""
    index = catalog_of(library)["facets"]
    start = "page|link|"
    targets = [token[len(start) :] for token in index._fwd_index.keys(start, start + "\uffff")]
    root = root_of(library)
    wrong = {one: reason for one in targets if (reason := _trouble(root, one, reader))}
    if not wrong:
        return []
    found = find(
        actor, "page", within=library, where={"link": list(wrong)}, sort="title", size=MOST_SHOWN
    )
    return [
        Broken(item, address, wrong[address], _seen(target_of(root, address), actor))
        for item in found
        for address in item.links
        if address in wrong
    ]


def _seen(target: Any, actor: Actor) -> Any:
    noun = getattr(target, "noun", "")
    return target if noun and actor.may(f"{noun}:view", target) else None


def _trouble(root: Any, address: str, reader: Actor) -> str:
    found = target_of(root, address)
    if found is None:
        return "gone"
    if find_above(found, Trash) is not None:
        return "trash"
    hidden = isinstance(found, LibraryItem) and not reader.may("page:view", found)
    return "hidden" if hidden else ""


def paths_for_files(anywhere: Any, body: str) -> str:
    """Return a body whose links by identity name paths, as files have them."""
    if RESOLVE not in body:
        return body

    def placed(match: re.Match[str]) -> str:
        path = path_of(anywhere, int(match[2])) if abs(int(match[2])) < 2**63 else None
        if path is None:
            return match[0]
        place = "/".join(quote(part) for part in path)
        return f'{match[1]}="{place}{match[3] or ""}"'

    return _RESOLVE.sub(placed, body)
