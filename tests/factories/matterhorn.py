"""The failure conditions of the Matterhorn Protocol 1.1 (PDF/UA-1) that a program can find.

``failures(content)`` says each as "15-003 …". Tags, fields and annotations are looked at here, what
is drawn and its fonts in ``matterhorn_drawn``. What the portal never puts into a PDF (attached
files, layers, films, XFA, encryption, old kinds of fonts, notes, formulas) is refused altogether,
so that its own conditions cannot occur.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pikepdf

from tests.factories.matterhorn_drawn import drawn_failures

#: Standard types that the portal uses (ISO 32000-1, 14.8.4); none other, hence no role map.
TYPES = {
    *("Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "NonStruct"),
    *(
        "P",
        "H1",
        "H2",
        "H3",
        "H4",
        "H5",
        "H6",
        "L",
        "LI",
        "Lbl",
        "LBody",
        "Table",
        "TR",
        "TH",
        "TD",
    ),
    *("THead", "TBody", "TFoot", "Span", "Link", "Form", "Figure"),
}
#: What may stand in what (ISO 32000-1, tables 336 and 337).
HOLDS = {
    "L": {"L", "LI", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"Caption", "TR", "THead", "TBody", "TFoot"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
}
#: What may stand only there.
STANDS_IN = {
    "LI": {"L"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "TFoot": {"Table"},
}


def failures(content: bytes) -> list[str]:
    """Return the failure conditions that are met by a PDF; none when it is right."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        tree = Tree(pdf)
        return [
            *_document(pdf),
            *_refused(pdf),
            *_structure(tree),
            *_headings(tree),
            *_annotations(pdf, tree),
            *_form(pdf),
            *drawn_failures(pdf, {one.objgen for one in tree.elements}),
        ]


class Tree:
    """The structure tree of a PDF: its elements in order, each with the one that holds it."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.root = pdf.Root.StructTreeRoot
        self.elements = list(self._below(self.root))
        self.by_number = dict(self._numbers(self.root.ParentTree))

    def _below(self, node: Any) -> Iterator[Any]:
        for kid in kids(node):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                assert kid.P.objgen == node.objgen, f"{kid.S} says that it stands elsewhere"
                yield kid
                yield from self._below(kid)

    def _numbers(self, tree: Any) -> Iterator[tuple[int, Any]]:
        nums = list(tree.Nums)
        yield from ((int(number), what) for number, what in zip(nums[::2], nums[1::2], strict=True))


def kids(node: Any) -> list[Any]:
    """Return what an element holds: elements, numbers of contents, references to objects."""
    held = node.get("/K", ())
    return list(held) if isinstance(held, pikepdf.Array | tuple) else [held]


def type_of(element: Any) -> str:
    """Return the type of an element, without its slash."""
    return str(element.S)[1:]


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root, viewer = pdf.Root, pdf.Root.get("/ViewerPreferences", {})
    if "/Metadata" not in root:
        yield "06-001 no metadata"
        return
    with pdf.open_metadata() as told:
        if str(told.get("pdfuaid:part")) != "1":
            yield "06-002 does not say that it is PDF/UA-1"
        if not str(told.get("dc:title", "")).strip():
            yield "06-003 no title"
    if not viewer.get("/DisplayDocTitle"):
        yield "07-001 shows the name of the file instead of the title"
    marks = root.get("/MarkInfo", {})
    if not marks.get("/Marked") or marks.get("/Suspects"):
        yield "01-007 not tagged, or not for sure"
    if not str(root.get("/Lang", "")).strip():
        yield "11-001 no language"


def _refused(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if pdf.is_encrypted:
        yield "26-001 encrypted"
    for name in ("/OCProperties", "/AF", "/OpenAction", "/AA", "/Collection"):
        if name in root:
            yield f"20-001 holds {name}"
    for name in ("/EmbeddedFiles", "/JavaScript"):
        if name in root.get("/Names", {}):
            yield f"21-001 holds {name}"
    if "/XFA" in root.get("/AcroForm", {}):
        yield "25-001 an XFA form"
    if len(root.StructTreeRoot.get("/RoleMap", {})):
        yield "02-004 types are mapped"


def _structure(tree: Tree) -> Iterator[str]:
    for one in tree.elements:
        kind, parent = type_of(one), type_of(one.P) if "/S" in one.P else "root"
        held = [type_of(kid) for kid in kids(one) if _is_element(kid)]
        if kind not in TYPES:
            yield f"02-001 {kind} is no type"
        if kind in HOLDS and not set(held) <= HOLDS[kind]:
            yield f"09-004 {kind} holds {set(held) - HOLDS[kind]}"
        if kind in STANDS_IN and parent not in STANDS_IN[kind]:
            yield f"09-004 {kind} stands in {parent}"
        if kind == "Table" and "Caption" in held[1:-1]:
            yield "09-004 a caption within a table"
        if kind == "Figure" and not str(one.get("/Alt", "")).strip():
            yield "13-004 a picture without an alternative"
        if kind == "Figure" and "/A" in one and not _is_on_page(one):
            yield f"13-000 the box of a picture is not on its page: {list(one.A.BBox)}"
        if kind == "TH" and one.get("/A", {}).get("/Scope") not in ("/Column", "/Row"):
            yield "15-003 a header without a scope"
    names = Counter(str(one.ID) for one in tree.elements if "/ID" in one)
    yield from (
        f"19-004 {name} is there {count} times" for name, count in names.items() if count > 1
    )


def _is_element(kid: Any) -> bool:
    return isinstance(kid, pikepdf.Dictionary) and "/S" in kid


def _is_on_page(figure: Any) -> bool:
    left, low, right, high = (float(one) for one in figure.A.BBox)
    wide, tall = (float(one) for one in list(figure.Pg.MediaBox)[2:])
    return 0 <= left < right <= wide + 1 and 0 <= low < high <= tall + 1


def _headings(tree: Tree) -> Iterator[str]:
    levels = [int(kind[1]) for kind in map(type_of, tree.elements) if kind[0] == "H" and kind[1:]]
    if levels[:1] != [1]:
        yield f"14-002 begins with {levels[:1]}"
    for before, after in zip(levels, levels[1:], strict=False):
        if after > before + 1:
            yield f"14-003 {after} follows {before}"


def _annotations(pdf: pikepdf.Pdf, tree: Tree) -> Iterator[str]:
    reached = {one.objgen for one in tree.elements}
    for page in pdf.pages:
        there = list(page.get("/Annots", ()))
        if there and page.get("/Tabs") != "/S":
            yield "28-009 the order of the fields is not that of the tags"
        for one in there:
            holder = tree.by_number.get(int(one.get("/StructParent", -1)))
            kind = {"/Link": "Link", "/Widget": "Form"}.get(str(one.Subtype))
            if kind is None:
                yield f"28-006 {one.Subtype}"
            elif holder is None or holder.objgen not in reached or type_of(holder) != kind:
                yield f"28-010 {one.Subtype} stands in no {kind}"
            elif not any(_is_reference(kid, one) for kid in kids(holder)):
                yield f"28-010 its {kind} does not lead to it"
            if kind == "Link" and not str(one.get("/Contents", "")).strip():
                yield "28-012 a link that says nothing"
            if kind == "Form" and not str(one.get("/TU", "")).strip():
                yield "28-005 a field that says nothing"


def _is_reference(kid: Any, annotation: Any) -> bool:
    is_one = isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"
    return is_one and kid.Obj.objgen == annotation.objgen


def _form(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Say what is wrong with fields by ISO 32000-1, 12.7; the protocol has no number for it."""
    fields = list(pdf.Root.get("/AcroForm", {}).get("/Fields", ()))
    for name, count in Counter(str(one.get("/T", "")) for one in fields).items():
        if count > 1:
            yield f"28-000 the field {name} is there {count} times"
    for field in fields:
        if "/Parent" in field:
            yield f"28-000 a part of {field.Parent.T} is a field as well"
            continue
        if not str(field.get("/TU", "")).strip():
            yield f"28-005 {field.T} says nothing"
        for button in field.get("/Kids", ()):
            if "/T" in button or "/Off" not in button.AP.N:
                yield f"28-000 a button of {field.T} is a field itself, or cannot be off"
