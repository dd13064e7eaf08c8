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

CHUNK = 256 * 1024
NAME = 8
OVERHEAD = NONCE + 16


def _binding(label: bytes, name: bytes, number: int, last: bool) -> bytes:
    return b"%b/%b/%d/%d" % (label, name.hex().encode(), number, last)


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    buffer = bytearray()
    for part in parts:
        buffer += part
        while len(buffer) >= CHUNK:
            yield bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
    if buffer:
        yield bytes(buffer)


def seal_stream(key: bytes, label: bytes, parts: Iterable[bytes], out: BinaryIO) -> int:
    """Write parts sealed to a file and return how many bytes went in.

    key: 32 bytes. label: what the stream is bound to, usually the key id.
    """
    cipher, name, size = AESGCM(key), secrets.token_bytes(NAME), 0
    out.write(name)
    held: bytes | None = None
    number = 0
    for piece in _pieces(parts):
        if held is not None:
            out.write(_sealed(cipher, held, _binding(label, name, number, False)))
            number += 1
        held = piece
        size += len(piece)
    out.write(_sealed(cipher, held or b"", _binding(label, name, number, True)))
    return size


def _sealed(cipher: AESGCM, piece: bytes, binding: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher.encrypt(nonce, piece, binding)


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
