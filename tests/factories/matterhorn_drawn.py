"""What is drawn on the pages of a PDF, and its fonts: see ``matterhorn``."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "Do", "sh", "EI"}
ARTIFACT, CONTENT, OTHER = "artifact", "content", "other"
_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")


@dataclass
class Drawn:
    """What was met on a page. glyphs: of each font, by the name of its object."""

    failures: list[str] = field(default_factory=list)
    mcids: list[int] = field(default_factory=list)
    glyphs: dict[Any, set[int]] = field(default_factory=lambda: defaultdict(set))
    fonts: dict[Any, Any] = field(default_factory=dict)


def drawn_failures(pdf: pikepdf.Pdf, reached: set[Any]) -> Iterator[str]:
    """Yield the failure conditions met by what is drawn. reached: the elements of the tree."""
    glyphs, fonts = defaultdict(set), {}
    nums = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    owners = {int(number): what for number, what in zip(nums[::2], nums[1::2], strict=True)}
    for number, page in enumerate(pdf.pages, start=1):
        drawn = _drawn(page, page.Resources)
        yield from (f"{one}, page {number}" for one in dict.fromkeys(drawn.failures))
        yield from _owned(drawn.mcids, list(owners[int(page.StructParents)]), reached, number)
        for name, used in drawn.glyphs.items():
            glyphs[name] |= used
        fonts |= drawn.fonts
    for name, used in glyphs.items():
        yield from _font(fonts[name], used)
    for name, font in pdf.Root.get("/AcroForm", {}).get("/DR", {}).get("/Font", {}).items():
        yield from (f"{one}, of the fields: {name}" for one in _font(font, set()))


def _owned(mcids: list[int], owners: list[Any], reached: set[Any], number: int) -> Iterator[str]:
    if len(mcids) != len(set(mcids)):
        yield f"01-005 a content is numbered twice, page {number}"
    for mcid in mcids:
        owner = owners[mcid] if mcid < len(owners) else None
        if owner is None or owner.objgen not in reached:
            yield f"01-005 content {mcid} of page {number} stands in no element of the tree"
    for mcid, owner in enumerate(owners):
        if owner is not None and mcid not in mcids:
            yield f"01-005 an element holds content {mcid}, which page {number} has not"


def _drawn(page: Any, resources: Any) -> Drawn:
    drawn, stack, font = Drawn(), [], None
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            stack.append(_mark(operands, stack, drawn))
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            font = resources.Font[str(operands[0])]
            drawn.fonts[font.objgen] = font
        elif name in PAINTS and not {ARTIFACT, CONTENT} & set(stack):
            drawn.failures.append(f"01-005 {name} draws what is neither tagged nor an artifact")
        if name in ("Tj", "TJ"):
            drawn.glyphs[font.objgen] |= set(_numbers(operands[0]))
        if name == "Do":
            drawn.failures += _other(resources.XObject[str(operands[0])])
    if stack:
        drawn.failures.append("01-005 a mark is left open")
    return drawn


def _mark(operands: Any, stack: list[str], drawn: Drawn) -> str:
    if operands[0] == "/Artifact":
        if CONTENT in stack:
            drawn.failures.append("01-003 an artifact within content")
        return ARTIFACT
    about = operands[1] if len(operands) > 1 else None
    if not isinstance(about, pikepdf.Dictionary) or "/MCID" not in about:
        return OTHER
    if ARTIFACT in stack:
        drawn.failures.append("01-004 content within an artifact")
    drawn.mcids.append(int(about.MCID))
    return CONTENT


def _other(drawing: Any) -> Iterator[str]:
    """Say what is wrong with a drawing of its own; a picture has no text."""
    if "/Ref" in drawing:
        yield "30-001 shows a page of another file"
    if drawing.Subtype == "/Form" and b"/MCID" in drawing.read_bytes():
        yield "30-002 a drawing with content of its own"


def _numbers(shown: Any) -> Iterator[int]:
    parts = shown if isinstance(shown, pikepdf.Array) else [shown]
    for part in parts:
        if isinstance(part, pikepdf.String):
            packed = bytes(part)
            yield from (int.from_bytes(packed[at : at + 2]) for at in range(0, len(packed), 2))


def _font(font: Any, used: set[int]) -> Iterator[str]:
    name = str(font.BaseFont)
    if font.Subtype != "/Type0" or font.get("/Encoding") != "/Identity-H":
        yield f"31-006 {name} is a font of another kind"
        return
    (below,) = font.DescendantFonts
    program = below.FontDescriptor.get("/FontFile2")
    if program is None:
        yield f"31-009 {name} is not embedded"
        return
    if below.get("/CIDToGIDMap") != "/Identity":
        yield f"31-004 {name} does not say which glyph is which"
    if "/ToUnicode" not in font:
        yield f"31-027 {name} does not say its letters"
        return
    letters = {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for glyph, text in _PAIR.findall(font.ToUnicode.read_bytes())
    }
    if used & {0}:
        yield f"31-030 {name} draws a letter it has not"
    if missing := used - set(letters):
        yield f"10-001 {name}: {sorted(missing)} stand for no letter"
    if wrong := {letters[one] for one in used & set(letters)} & {"\0", "\ufeff", "\ufffe", ""}:
        yield f"31-028 {name} says {wrong}"
    yield from _program(name, program, below, used)


def _program(name: str, program: Any, below: Any, used: set[int]) -> Iterator[str]:
    """Compare the font with what the PDF says of it: glyphs and widths (31-011, 31-016)."""
    inside = TTFont(io.BytesIO(program.read_bytes()), lazy=True)
    order, scale = inside.getGlyphOrder(), 1000 / inside["head"].unitsPerEm
    said = _widths(below.W)
    for glyph in used:
        if glyph >= len(order):
            yield f"31-011 {name} has no glyph {glyph}"
        elif abs(inside["hmtx"][order[glyph]][0] * scale - said.get(glyph, 1000)) > 1:
            yield f"31-016 {name}: the width of glyph {glyph} is not {said.get(glyph)}"


def _widths(packed: Any) -> dict[int, float]:
    found, parts = {}, list(packed)
    for first, widths in zip(parts[::2], parts[1::2], strict=True):
        found |= {int(first) + at: float(width) for at, width in enumerate(widths)}
    return found
