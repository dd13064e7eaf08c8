"""The vocabulary of rich text: what a body may hold. Everything else is dropped.

Headings of three levels, paragraphs, callouts, lists, quotes, tables, links, pictures of the
portal, embedded videos of the portal. No style, no script, nothing from elsewhere. HTML is cleaned
by nh3 and then set in order by one pass over what is left.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape

import nh3

#: What a text may lead to, beside addresses of the portal itself.
SCHEMES = {"https", "http", "mailto", "tel"}
MARKS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "code"),
    *("em", "strong", "sub", "sup", "a", "br", "hr", "img", "div"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
#: Other names of the same marks, as browsers and word processors write them.
SAME = {"b": "strong", "i": "em", "h1": "h2", "h5": "h4", "h6": "h4"}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
CLASSES = {"p": {"callout-info", "callout-attention"}, "div": {"video-embed"}}
#: Left out with all they hold.
SILENT = {
    *("script", "style", "title", "xml", "template", "noscript", "iframe", "object", "embed"),
    *("svg", "math", "select", "option", "textarea", "button", "canvas", "audio", "video"),
}
EMPTY = {"br", "hr", "img"}
#: Left out when they say nothing.
DROPPED_EMPTY = {"p", "h2", "h3", "h4", "li", "blockquote", "em", "strong", "a", "sub", "sup"}
OWN_ADDRESS = re.compile(r"/(?!/)[\w.~/?=&;%#+:@,-]*", re.ASCII)
#: Leads to another site without saying so: browsers skip tabs and read a backslash as a slash.
ELSEWHERE_UNSAID = re.compile(r"[\s\x00-\x1f]*[/\\][\t\r\n]*[/\\]")
#: Nothing but their content when they say nothing themselves.
BARE_DROPPED = {"a", "div"}
#: A mark as nh3 writes it, or the text between two.
_MARK = re.compile(
    r'<(?P<ends>/?)(?P<name>[a-z0-9]+)(?P<given>(?:\s+[a-z-]+="[^"]*")*)\s*/?>|(?P<text>[^<]+|<)'
)
_GIVEN = re.compile(r'([a-z-]+)="([^"]*)"')
_SPACES = re.compile(r"[ \t\u00a0\u200b\ufeff]+")


def _fitting(tag: str, name: str, value: str) -> str | None:
    if tag == "img" and name == "src":
        return value if OWN_ADDRESS.fullmatch(value) else None
    if name == "href" and ELSEWHERE_UNSAID.match(value):
        return None
    if name in ("colspan", "rowspan", "start"):
        return value if value.isdecimal() and len(value) < 4 else None
    return value


@lru_cache(maxsize=256)
def clean(html: str) -> str:
    """Return HTML in the vocabulary; the same for what is clean already.

    A save asks several times for the same text: to check it, to follow its links, to index it.
    """
    kept = nh3.clean(
        html,
        tags=MARKS | set(SAME),
        clean_content_tags=SILENT,
        attributes=ATTRIBUTES,
        attribute_filter=_fitting,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel=None,
        strip_comments=True,
    )
    order = _Order()
    for mark in _MARK.finditer(kept):
        order.take(mark)
    return order.text()


class _Order:
    """Sets clean HTML in order: one name for one mark, heads of tables, nothing empty.

    Each open mark holds what stands in it until it closes, so that what is empty is left out.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, str, list[str]]] = [("", "", [])]
        self._tables: list[_Table] = []

    def take(self, mark: re.Match[str]) -> None:
        """Take the next mark, or the text up to it."""
        if mark["text"]:
            self._say(unescape(mark["text"]))
        elif mark["ends"]:
            self._end(mark["name"])
        else:
            given = {key: unescape(value) for key, value in _GIVEN.findall(mark["given"])}
            self._begin(mark["name"], given)

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        name = SAME.get(tag, tag)
        if not given.get("class", "x"):
            del given["class"]
        if name == "img" and "src" not in given:
            return
        if name == "table":
            self._tables.append(_Table())
        elif self._tables:
            name = self._tables[-1].opened(name)
        head = "".join(f' {key}="{escape(value)}"' for key, value in given.items())
        if name in EMPTY:
            self._open[-1][2].append(f"<{name}{head}>")
        else:
            self._open.append((name, head, []))

    def _end(self, tag: str) -> None:
        name = SAME.get(tag, tag)
        if self._tables and name in ("td", "th"):
            name = self._tables[-1].cell(name)
        if name in EMPTY or all(one[0] != name for one in self._open):
            return
        while self._close() != name:
            pass

    def _close(self) -> str:
        name, head, inside = self._open.pop()
        content = "".join(inside)
        above = self._open[-1][2]
        if name in DROPPED_EMPTY and not re.sub(r"<br>|\s", "", content):
            return name
        if name in BARE_DROPPED and not head:
            above.append(content)
        elif name == "tr" and self._tables and self._tables[-1].closes_head():
            above.append(f"<thead><tr{head}>{content}</tr></thead>")
        else:
            above.append(f"<{name}{head}>{content}</{name}>")
        if name == "table":
            self._tables.pop()
        return name

    def _say(self, data: str) -> None:
        in_code = any(name == "pre" for name, _head, _inside in self._open)
        self._open[-1][2].append(escape(data if in_code else _SPACES.sub(" ", data), quote=False))

    def text(self) -> str:
        """Return what is left."""
        while len(self._open) > 1:
            self._close()
        text = "".join(self._open[0][2])
        return re.sub(r"<tbody>(<thead>.*?</thead>)", r"\1<tbody>", text).strip()


class _Table:
    """A table on the way: without a head of its own, its first row becomes the head."""

    def __init__(self) -> None:
        self.has_head = False
        self.rows = 0

    def opened(self, name: str) -> str:
        """Note what begins in the table and return the name it gets."""
        self.has_head = self.has_head or name == "thead"
        self.rows += name == "tr"
        return self.cell(name)

    def cell(self, name: str) -> str:
        """Return the name of a cell: those of the first row are heads."""
        return "th" if name == "td" and self._in_first() else name

    def _in_first(self) -> bool:
        return self.rows == 1 and not self.has_head

    def closes_head(self) -> bool:
        """Say whether the row that ends is the first one, to be wrapped as head."""
        return self._in_first()


def for_editing(html: str) -> str:
    """Return clean HTML as the editor takes it: cells of heads are cells, one body a table."""
    plain = re.sub(r"</?(?:thead|tbody)>", "", html)
    plain = re.sub(r"<(/?)th\b(?: scope=\"\w+\")?", r"<\1td", plain)
    return plain.replace("<table>", "<table><tbody>").replace("</table>", "</tbody></table>")
