"""Sealed streams: chunks of AES-256-GCM that can be read at any place.

Layout: 8 random bytes (the stream's name), then chunks of nonce, ciphertext and
tag. Each chunk is bound to the key, the stream, its number and whether it is
the last, so chunks cannot be swapped, dropped or cut off (the STREAM idea of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cpms_portal.storage.keys import NONCE

Bytes = bytes | bytearray | memoryview

CHUNK = 256 * 1024
NAME = 8
OVERHEAD = NONCE + 16


def _binding(label: bytes, name: bytes, number: int, last: bool) -> bytes:
    return b"%b/%b/%d/%d" % (label, name.hex().encode(), number, last)


def _pieces(parts: Iterable[Bytes]) -> Iterator[memoryview]:
    """Yield parts in chunks; two lie in memory, so one may be used until the next but one."""
    filling, other, filled = memoryview(bytearray(CHUNK)), memoryview(bytearray(CHUNK)), 0
    for content in parts:
        part = memoryview(content)
        while part:
            taken = part[: CHUNK - filled]
            filling[filled : filled + len(taken)] = taken
            part, filled = part[len(taken) :], filled + len(taken)
            if filled == CHUNK:
                yield filling
                filling, other, filled = other, filling, 0
    if filled:
        yield filling[:filled]


def seal_stream(key: bytes, label: bytes, parts: Iterable[Bytes], out: BinaryIO) -> int:
    """Write parts sealed to a file and return how many bytes went in.

    key: 32 bytes. label: what the stream is bound to, usually the key id.
    """
    name, size, number = secrets.token_bytes(NAME), 0, 0
    sealer = _Sealer(key)
    out.write(name)
    held: memoryview | None = None
    for piece in _pieces(parts):
        if held is not None:
            out.write(sealer(held, _binding(label, name, number, False)))
            number += 1
        held = piece
        size += len(piece)
    out.write(sealer(held or memoryview(b""), _binding(label, name, number, True)))
    return size


class _Sealer:
    """Seals chunks one after the other into the same memory."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._sealed = memoryview(bytearray(CHUNK + OVERHEAD))

    def __call__(self, piece: memoryview, binding: bytes) -> memoryview:
        """Return nonce, ciphertext and tag of a chunk; good until the next call."""
        nonce, size = secrets.token_bytes(NONCE), len(piece) + OVERHEAD
        self._sealed[:NONCE] = nonce
        self._cipher.encrypt_into(nonce, piece, binding, self._sealed[NONCE:size])
        return self._sealed[:size]


def open_range(
    key: bytes, label: bytes, source: BinaryIO, size: int, *, start: int, length: int
) -> Iterator[bytes]:
    """Yield the bytes [start, start + length) of a sealed stream of ``size`` bytes.

    InvalidTag when a chunk was altered, moved or cut off.
    """
    cipher = AESGCM(key)
    source.seek(0)
    name = source.read(NAME)
    end = min(start + length, size)
    final = max(size - 1, 0) // CHUNK
    for number in range(start // CHUNK, final + 1):
        first = number * CHUNK
        if first >= end:
            return
        source.seek(NAME + number * (CHUNK + OVERHEAD))
        chunk = source.read(CHUNK + OVERHEAD)
        binding = _binding(label, name, number, number == final)
        piece = cipher.decrypt(chunk[:NONCE], chunk[NONCE:], binding)
        yield piece[max(start - first, 0) : end - first]
