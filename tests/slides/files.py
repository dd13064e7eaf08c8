"""A slide taken in memory, for tests of files."""

from __future__ import annotations

import io
from datetime import date

from cpms_portal.imaging.deidentification.identity import KnownIdentity, Traces
from cpms_portal.imaging.slides.pyramid import Pyramid
from cpms_portal.imaging.slides.taking import plan_of
from cpms_portal.imaging.slides.writing import header_of, written
from tests.factories.dicom import Planted


def known(person: Planted) -> Traces:
    """Return what enrolment knows of an invented person."""
    born = person.birth_date
    traces = Traces()
    traces.add_known(
        KnownIdentity(
            (person.family, person.given),
            date(int(born[:4]), int(born[4:6]), int(born[6:])),
            (person.number,),
        )
    )
    return traces


def taken(content: bytes, traces: Traces | None = None) -> tuple[bytes, Pyramid]:
    """Return the file that would be stored, with its header, and its levels."""
    plan = plan_of(io.BytesIO(content), len(content), (traces or Traces()).finder())
    body = b"".join(written(plan))
    assert plan.pyramid is not None
    return header_of(plan.pyramid) + body, plan.pyramid


def tile_in(file: bytes, pyramid: Pyramid, level: int, number: int) -> bytes:
    """Return a tile of a stored file, found by its own arrays."""
    found = pyramid.levels[level]
    at, counts = found.offsets + 8 * number, found.counts + 4 * number
    place = int.from_bytes(file[at : at + 8], "little")
    return file[place : place + int.from_bytes(file[counts : counts + 4], "little")]
