"""What a tagged PDF says of itself, as a reader aloud meets it (ISO 14289-1, PDF/UA-1)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf


@dataclass(frozen=True)
class Told:
    """Language and title of a document, its tags in order, alternative texts, form fields."""

    language: str
    title: str
    is_tagged: bool
    claims: str
    shows_title: bool
    tags: tuple[str, ...]
    figures: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    tab_orders: frozenset[str]

    @property
    def headings(self) -> list[int]:
        """The levels of its headings, in order."""
        return [int(tag[1:]) for tag in self.tags if tag[:1] == "H" and tag[1:].isdigit()]


def told_by(content: bytes) -> Told:
    """Read a PDF."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root, meta = pdf.Root, pdf.open_metadata()
        nodes = list(_nodes(root.StructTreeRoot.K))
        form = root.get("/AcroForm", {})
        return Told(
            language=str(root.get("/Lang", "")),
            title=str(pdf.docinfo.get("/Title", "")),
            is_tagged=bool(root.get("/MarkInfo", {}).get("/Marked", False)),
            claims=str(meta.get("pdfuaid:part", "")),
            shows_title=bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False)),
            tags=tuple(str(node.S).lstrip("/") for node in nodes),
            figures=tuple(str(one.get("/Alt", "")) for one in nodes if one.S == "/Figure"),
            fields=tuple(_fields(form.get("/Fields", ()))),
            tab_orders=frozenset(str(page.get("/Tabs", "")) for page in pdf.pages),
        )


def _nodes(node: Any) -> Iterator[Any]:
    """Yield the nodes of a structure tree, in the order they are read."""
    if isinstance(node, pikepdf.Array):
        for one in node:
            yield from _nodes(one)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _nodes(node.K)


def _fields(fields: Any) -> Iterator[tuple[str, str]]:
    """Yield name and tooltip of each field; the buttons of a group have their own tooltips."""
    for field in fields:
        name = str(field.get("/T", ""))
        for one in (field, *field.get("/Kids", ())):
            if "/TU" in one or "/Kids" not in one:
                yield name or str(one.get("/T", "")), str(one.get("/TU", ""))


def is_readable(told: Told, language: str) -> bool:
    """Say whether a document can be read aloud; AssertionError says what is missing."""
    assert told.is_tagged and told.claims == "1" and told.shows_title, told
    assert told.language == language and told.title.strip(), told
    assert told.headings[:1] == [1], told.headings
    steps = zip(told.headings, told.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps), told.headings
    assert all(one.strip() for one in told.figures), told.figures
    assert told.tab_orders == {"/S"}, told.tab_orders
    return True
