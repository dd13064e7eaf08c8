"""An electrocardiogram (or another waveform) as a drawing on graph paper, as on the ward.

25 mm a second, 10 mm a millivolt; the drawing is in millimetres (PS3.3 C.10.9).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy
from pydicom import dcmread

from cpms_portal.imaging.frames.decoding import FrameError

SECOND, MILLIVOLT, ROW, MARGIN = 25.0, 10.0, 30.0, 12.0
#: Longer recordings are shown from their beginning, wide ones cut: a page is a page.
MOST_SECONDS, MOST_CHANNELS, MOST_GROUPS = 60.0, 32, 8
#: How many columns a millimetre is drawn with.
_FINE = 8
#: Unit of a channel (UCUM) → millivolts.
_MILLIVOLTS = {"uV": 0.001, "mV": 1.0, "V": 1000.0, "nV": 1e-6}


@dataclass(frozen=True)
class Channel:
    """One lead. values: in millivolts, or as a share of the largest when the unit is no voltage."""

    name: str
    values: numpy.ndarray


@dataclass(frozen=True)
class Tracing:
    """Leads recorded together. rate: samples a second."""

    label: str
    rate: float
    channels: tuple[Channel, ...]

    @property
    def seconds(self) -> float:
        """How much of it is shown."""
        longest = max((len(one.values) for one in self.channels), default=0)
        return min(longest / self.rate, MOST_SECONDS)


def tracings_of(content: bytes) -> list[Tracing]:
    """Return the tracings of a stored instance; FrameError when they cannot be read."""
    try:
        dataset = dcmread(io.BytesIO(content))
        groups = list(dataset.WaveformSequence)[:MOST_GROUPS]
        return [_tracing(dataset, at, group) for at, group in enumerate(groups)]
    except Exception as error:
        # Whatever a hostile file makes the library say ends in one sentence.
        raise FrameError from error


def _tracing(dataset: Any, at: int, group: Any) -> Tracing:
    rate = float(group.SamplingFrequency)
    if not 0 < rate <= 100_000:
        raise ValueError(rate)
    samples = dataset.waveform_array(at)[: int(rate * MOST_SECONDS)]
    channels = list(group.ChannelDefinitionSequence)[:MOST_CHANNELS]
    return Tracing(
        str(group.get("MultiplexGroupLabel") or ""),
        rate,
        tuple(_channel(one, samples[:, number]) for number, one in enumerate(channels)),
    )


def _channel(definition: Any, samples: numpy.ndarray) -> Channel:
    source = definition.get("ChannelSourceSequence")
    name = (
        str(source[0].get("CodeMeaning", "")) if source else str(definition.get("ChannelLabel", ""))
    )
    units = definition.get("ChannelSensitivityUnitsSequence")
    factor = _MILLIVOLTS.get(str(units[0].CodeValue)) if units else None
    values = numpy.nan_to_num(samples.astype(numpy.float64))
    if factor is None:
        largest = numpy.abs(values).max(initial=0) or 1.0
        return Channel(name, values / largest)
    return Channel(name, values * factor)


def _line(channel: Channel, rate: float, top: float) -> str:
    """Return a path: per column the least and the most, so that no peak is lost."""
    each = max(int(rate / SECOND / _FINE), 1)
    usable = len(channel.values) // each * each
    columns = channel.values[:usable].reshape(-1, each)
    low, high = columns.min(axis=1), columns.max(axis=1)
    step, middle = each / rate * SECOND, top + ROW / 2
    points = [
        f"{MARGIN + at * step:.2f} {middle - value * MILLIVOLT:.2f}"
        for at, (least, most) in enumerate(zip(low, high, strict=True))
        for value in ((least,) if each == 1 else (most, least))
    ]
    return "M" + "L".join(points) if points else ""


def _paper(width: float, height: float) -> Iterator[str]:
    for each, stroke, colour in ((1, 0.1, "#f3c9c4"), (5, 0.2, "#e39a92")):
        across = "".join(f"M{x} 0V{height:.0f}" for x in range(0, int(width) + 1, each))
        down = "".join(f"M0 {y}H{width:.0f}" for y in range(0, int(height) + 1, each))
        yield f'<path d="{across}{down}" stroke="{colour}" stroke-width="{stroke}" fill="none"/>'


def drawn(tracing: Tracing) -> bytes:
    """Return a tracing as SVG: paper, a mark of one millivolt, one row for each lead."""
    width = tracing.seconds * SECOND + 2 * MARGIN
    height = ROW * max(len(tracing.channels), 1) + 8
    rows = []
    for number, channel in enumerate(tracing.channels):
        top = number * ROW
        middle = top + ROW / 2
        rows.append(f'<text x="{MARGIN}" y="{top + 6}">{escape(channel.name)}</text>')
        rows.append(f'<path d="M2 {middle}h3v-{MILLIVOLT}h3v{MILLIVOLT}h3"/>')
        rows.append(f'<path d="{_line(channel, tracing.rate, top)}"/>')
    scale = f'<text x="{MARGIN}" y="{height - 2}">25 mm/s   10 mm/mV</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height:.1f}"'
        f' width="{width * 4:.0f}" height="{height * 4:.0f}">'
        f'<rect width="100%" height="100%" fill="#fffaf9"/>{"".join(_paper(width, height))}'
        '<g fill="none" stroke="#16202b" stroke-width="0.3" stroke-linejoin="round">'
        f"{''.join(row for row in rows if row.startswith('<path'))}</g>"
        '<g font-family="sans-serif" font-size="4" fill="#16202b">'
        f"{''.join(row for row in rows if row.startswith('<text'))}{scale}</g></svg>"
    ).encode()
