"""What a tagged PDF still needs after it was laid out, to be PDF/UA-1 (ISO 14289-1) in earnest.

The library tags text, lists, tables, links and fields. Left to do: what repeats on every page and
what only decorates is an artifact, headers of tables say what they head, pictures say where they
stand, links say where they lead in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

#: The alternative of a picture that only decorates, while a page is laid out: it must have one.
DECORATION = "\u2060"
#: CSS pixels in points: the library measures pictures in the former.
_POINT = 0.75
_PAGINATION = Dictionary(Type=Name.Pagination)
_DECORATION = Dictionary(Type=Name.Layout)


def set_right(pdf: pikepdf.Pdf, links: Mapping[str, str]) -> None:
    """Mend the tags of a PDF in place. links: where a link leads → what it says."""
    elements = list(elements_of(pdf.Root.StructTreeRoot))
    decorations = [one for one in elements if Name.Figure == one.S and one.Alt == DECORATION]
    for one in decorations:
        _take_out(one)
    told = {one.objgen for one in elements} - {one.objgen for one in decorations}
    decorative = {one.objgen for one in decorations}
    for page in pdf.pages:
        _untag(pdf, page, told, decorative)
    for one in elements:
        if one.S == Name.LI:
            _gather(pdf, one)
        elif Name.Figure == one.S and one.Alt != DECORATION:
            _place(one)
        elif Name.Table == one.S:
            _say_what_heads(one)
    for page in pdf.pages:
        _say_where_links_lead(page, links)


def elements_of(node: Any) -> Iterator[Any]:
    """Yield the structure elements below a node, in the order they are read."""
    kids = node.get("/K", ())
    for kid in kids if isinstance(kids, Array) else [kids]:
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from elements_of(kid)


def _take_out(element: Any) -> None:
    kids = element.P.K
    for index, kid in enumerate(kids):
        if isinstance(kid, Dictionary) and kid.objgen == element.objgen:
            del kids[index]
            return


def _untag(pdf: pikepdf.Pdf, page: Any, told: set[Any], decorative: set[Any]) -> None:
    """Make an artifact of what no element of the tree holds: page numbers and decoration."""
    owners = _owners(pdf, page)
    untold = {
        mcid: _DECORATION if owner.objgen in decorative else _PAGINATION
        for mcid, owner in enumerate(owners)
        if owner is not None and owner.objgen not in told
    }
    if not untold:
        return
    drawn: list[Any] = []
    for one in pikepdf.parse_content_stream(page):
        mcid = _mcid(one.operands) if one.operator == pikepdf.Operator("BDC") else None
        untagged = untold.get(mcid) if mcid is not None else None
        drawn.append(one if untagged is None else ([Name.Artifact, untagged], one.operator))
    page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(drawn))
    for mcid in untold:
        owners[mcid] = None


def _owners(pdf: pikepdf.Pdf, page: Any) -> Any:
    """Return the elements of the marked contents of a page, by their number."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    at = next(i for i in range(0, len(numbers), 2) if int(numbers[i]) == int(page.StructParents))
    return numbers[at + 1]


def _mcid(operands: Any) -> int | None:
    about = operands[1] if len(operands) > 1 else None
    return int(about.MCID) if isinstance(about, Dictionary) and "/MCID" in about else None


def _gather(pdf: pikepdf.Pdf, item: Any) -> None:
    """Put what an item of a list says into a body, beside its bullet (ISO 32000-1, table 336)."""
    said = [one for one in item.K if one.S not in (Name.Lbl, Name.LBody)]
    if not said:
        return
    kept = [one for one in item.K if one.S in (Name.Lbl, Name.LBody)]
    body = pdf.make_indirect(
        Dictionary(Type=Name.StructElem, S=Name.LBody, P=item, Pg=said[0].Pg, K=Array(said))
    )
    for one in said:
        one.P = body
    item.K = Array([*kept, body])


def _place(figure: Any) -> None:
    """Turn the box of a picture from pixels below the top into points above the bottom."""
    left, top, right, bottom = (float(one) * _POINT for one in figure.A.BBox)
    height = float(figure.Pg.MediaBox[3])
    figure.A.BBox = Array([round(one, 2) for one in (left, height - bottom, right, height - top)])


def _say_what_heads(table: Any) -> None:
    """Give every header a scope; its identifier is not needed beside it, and may repeat."""
    for row in (one for one in elements_of(table) if one.S == Name.TR):
        cells = [one for one in elements_of(row) if one.S in (Name.TH, Name.TD)]
        heads_columns = Name.THead == row.P.S or all(one.S == Name.TH for one in cells)
        for cell in cells:
            if cell.S == Name.TH:
                cell.A.Scope = Name.Column if heads_columns else Name.Row
            for key, holder in (("/ID", cell), ("/Headers", cell.A)):
                if key in holder:
                    del holder[key]


def _say_where_links_lead(page: Any, links: Mapping[str, str]) -> None:
    for annotation in page.get("/Annots", ()):
        said = links.get(str(annotation.get("/Contents", "")))
        if annotation.Subtype == Name.Link and said:
            annotation.Contents = String(said)
