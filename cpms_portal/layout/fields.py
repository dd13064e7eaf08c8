"""The fields of a PDF that is filled in: names that are read aloud, answers, what is filled in.

ISO 32000-1, 12.7. The library makes the fields; each button of a group stands there as a field
of its own, without the name of the question, and what is filled in is not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

#: One of the buttons is chosen (ISO 32000-1, table 226); a second click takes the choice back.
_RADIO = 1 << 15
_FONT = re.compile(r"/(\S+) ([\d.]+) Tf")
_PAIR = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
#: Height of capitals, in parts of the size of the font: what is typed stands in the middle.
_CAPITALS = 0.66
#: Points between the edge of a line and what is typed.
_SIDE = 2


def set_fields_right(pdf: pikepdf.Pdf, titles: Mapping[tuple[str, str], str]) -> None:
    """Mend the fields of a PDF in place.

    titles: (name of a field, its value or nothing) → what is read aloud; the question of a group
    of buttons stands without a value.
    """
    form = pdf.Root.get("/AcroForm")
    if form is None:
        return
    # A button is a part of its group, not a field of the form.
    form.Fields = Array([one for one in form.Fields if "/Parent" not in one])
    for field in form.Fields:
        if "/Kids" in field:
            _set_group_right(pdf, field, titles)
        elif Name.Tx == field.FT:
            field.TU = String(titles.get((str(field.T), ""), str(field.TU)))
            _draw(pdf, field)
    # All is drawn already: a reader does not ask to save what nobody changed.
    del form["/NeedAppearances"]


def _set_group_right(pdf: pikepdf.Pdf, group: Any, titles: Mapping[tuple[str, str], str]) -> None:
    name, answers = str(group.T), [str(one) for one in group.Opt]
    group.TU = String(titles.get((name, ""), name))
    group.Ff = _RADIO
    group.V = Name.Off
    del group["/Opt"]
    for button, answer in zip(group.Kids, answers, strict=True):
        del button["/T"]
        button.TU = String(titles.get((name, answer), answer))
        on = next(iter(button.AP.N.values()))
        off = _drawing(pdf, button, b"", Dictionary())
        button.AP.N = Dictionary({f"/{answer}": on, "/Off": off})
        button.AS = Name.Off


def _draw(pdf: pikepdf.Pdf, field: Any) -> None:
    """Draw what a line holds in its own font, smaller where it is too long."""
    _, family, size, _ = _FONT.split(str(field.DA))
    font = pdf.Root.AcroForm.DR.Font[f"/{family}"]
    glyphs, widths = _glyphs(font), _widths(font)
    packed = [glyphs[one] for one in str(field.get("/V", "")) if one in glyphs]
    wide, tall = _measures(field)
    needed = sum(widths.get(one, 1000) for one in packed) / 1000
    fitting = min(float(size), (wide - 2 * _SIDE) / needed) if packed else float(size)
    field.DA = String(_FONT.sub(f"/{family} {fitting:.2f} Tf", str(field.DA)))
    up = tall / 2 - fitting * _CAPITALS / 2
    letters = "".join(f"{one:04x}" for one in packed)
    drawn = f"q BT {field.DA} {_SIDE} {up:.2f} Td <{letters}> Tj ET Q" if packed else ""
    resources = Dictionary(Font=Dictionary({f"/{family}": font}))
    field.AP = Dictionary(N=_drawing(pdf, field, f"/Tx BMC {drawn} EMC".encode(), resources))


def _measures(field: Any) -> tuple[float, float]:
    left, low, right, high = (float(one) for one in field.Rect)
    return round(abs(right - left), 2), round(abs(high - low), 2)


def _drawing(pdf: pikepdf.Pdf, field: Any, content: bytes, resources: Any) -> Any:
    return pikepdf.Stream(
        pdf,
        content,
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, *_measures(field)]),
        Resources=resources,
    )


def _glyphs(font: Any) -> dict[str, int]:
    """Return the number of each letter in a font."""
    pairs = _PAIR.findall(font.ToUnicode.read_bytes())
    return {bytes.fromhex(text.decode()).decode("utf-16-be"): int(one, 16) for one, text in pairs}


def _widths(font: Any) -> dict[int, float]:
    """Return the width of each glyph, in thousandths of the size (ISO 32000-1, 9.7.4.3)."""
    parts = list(font.DescendantFonts[0].W)
    found: dict[int, float] = {}
    for first, widths in zip(parts[::2], parts[1::2], strict=True):
        found |= {int(first) + at: float(width) for at, width in enumerate(widths)}
    return found
