"""Transfer syntaxes (DICOM PS3.5 section 10 and Annex A) as far as reading needs them."""

from __future__ import annotations

from dataclasses import dataclass

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"

JPEG = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 53, 55, 57, 70, 80, 81))
JPEG_2000 = tuple(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 92, 93, 201, 202, 203))
NATIVE = (IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN)
VIDEO = tuple(
    f"1.2.840.10008.1.2.4.{n}"
    for n in ("100", "101", "102", "103", "104", "105", "106", "107", "108")
) + tuple(f"1.2.840.10008.1.2.4.{n}.1" for n in range(100, 107))


@dataclass(frozen=True)
class Encoding:
    """How the elements of a data set are written."""

    explicit: bool
    little: bool

    @property
    def order(self) -> str:
        """The byte order as ``struct`` writes it."""
        return "<" if self.little else ">"


EXPLICIT_LITTLE = Encoding(True, True)
IMPLICIT_LITTLE = Encoding(False, True)
EXPLICIT_BIG = Encoding(True, False)


def encoding_of(syntax: str) -> Encoding:
    """Return how a data set in a transfer syntax is written."""
    if syntax == IMPLICIT:
        return IMPLICIT_LITTLE
    return EXPLICIT_BIG if syntax == BIG_ENDIAN else EXPLICIT_LITTLE
