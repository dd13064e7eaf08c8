"""High-throughput JPEG 2000 for pydicom: decoded by OpenJPEG, which is here for it.

pydicom itself asks for that library by way of another package only.
"""

from __future__ import annotations

import openjpeg
from pydicom.pixels import get_decoder
from pydicom.pixels.common import PhotometricInterpretation
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL
from pyramid.config import Configurator

SYNTAXES = (HTJ2KLossless, HTJ2KLosslessRPCL, HTJ2K)
NAME = "openjpeg"
_TURNED = (PhotometricInterpretation.YBR_ICT, PhotometricInterpretation.YBR_RCT)


def is_available(syntax: str) -> bool:
    """Say whether frames of a transfer syntax can be decoded; pydicom asks."""
    return syntax in SYNTAXES


def decode_frame(frame: bytes, runner: DecodeRunner) -> bytearray:
    """Return the pixels of a frame, and tell pydicom how they lie."""
    found = bytearray(openjpeg.decode_pixel_data(frame, version=2))
    if runner.photometric_interpretation in _TURNED:
        runner.set_option("photometric_interpretation", PhotometricInterpretation.RGB)
    precision = runner.get_option("j2k_precision", runner.bits_stored)
    runner.set_option("bits_allocated", 8 if precision <= 8 else 16 if precision <= 16 else 32)
    return found


def includeme(config: Configurator) -> None:
    """Offer it to pydicom, once in a process."""
    for syntax in SYNTAXES:
        decoder = get_decoder(syntax)
        if NAME not in decoder.available_plugins:
            decoder.add_plugin(NAME, (__name__, decode_frame.__name__))
