"""Sealed streams read back at any place and notice every change."""

from __future__ import annotations

import io
import secrets

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.storage import streams
from cpms_portal.storage.streams import CHUNK, NAME, OVERHEAD, open_range, seal_stream

KEY = bytes(range(32))


def sealed(content: bytes, label: bytes = b"p1") -> io.BytesIO:
    out = io.BytesIO()
    assert seal_stream(KEY, label, [content], out) == len(content)
    return out


def opened(out: io.BytesIO, size: int, start: int, length: int, label: bytes = b"p1") -> bytes:
    return b"".join(open_range(KEY, label, out, size, start=start, length=length))


@given(
    size=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]),
    start=st.integers(0, 3 * CHUNK),
    length=st.integers(0, 3 * CHUNK),
)
def test_any_range_reads_back_as_it_went_in(size, start, length):
    content = secrets.token_bytes(size)
    assert opened(sealed(content), size, start, length) == content[start : start + length]


@given(st.lists(st.binary(max_size=CHUNK // 2 + 3), max_size=6))
def test_how_the_parts_were_cut_does_not_matter(parts):
    out = io.BytesIO()
    size = seal_stream(KEY, b"p1", parts, out)
    assert opened(out, size, 0, size) == b"".join(parts)


def test_no_plain_byte_is_in_the_file():
    out = sealed(b"liver biopsy " * 4000)
    assert b"biopsy" not in out.getvalue()


@pytest.mark.parametrize("place", [0, NAME + 3, NAME + 5000, -1])
def test_an_altered_byte_is_noticed(place):
    out = sealed(secrets.token_bytes(CHUNK * 2))
    raw = bytearray(out.getvalue())
    raw[place] ^= 1
    with pytest.raises(InvalidTag):
        opened(io.BytesIO(bytes(raw)), CHUNK * 2, 0, CHUNK * 2)


def test_swapped_chunks_are_noticed():
    raw = sealed(secrets.token_bytes(CHUNK * 3)).getvalue()
    step = CHUNK + OVERHEAD
    first, second = raw[NAME : NAME + step], raw[NAME + step : NAME + 2 * step]
    swapped = raw[:NAME] + second + first + raw[NAME + 2 * step :]
    with pytest.raises(InvalidTag):
        opened(io.BytesIO(swapped), CHUNK * 3, 0, 10)


@pytest.mark.parametrize("claimed", [CHUNK * 2, CHUNK * 2 + 5])
def test_a_cut_tail_is_noticed(claimed):
    raw = sealed(secrets.token_bytes(CHUNK * 2 + 5)).getvalue()
    cut = raw[: NAME + 2 * (CHUNK + OVERHEAD)]
    with pytest.raises((InvalidTag, ValueError)):
        opened(io.BytesIO(cut), claimed, 0, claimed)


def test_a_stream_of_another_patient_does_not_open():
    out = sealed(b"x" * 100, label=b"p1")
    with pytest.raises(InvalidTag):
        opened(out, 100, 0, 100, label=b"p2")


def test_reading_one_place_opens_one_chunk(monkeypatch):
    size = CHUNK * 8
    out = sealed(secrets.token_bytes(size))
    count = []

    monkeypatch.setattr(streams, "AESGCM", lambda key: _Counted(key, count))
    opened(out, size, 5 * CHUNK + 10, 100)
    assert len(count) == 1


class _Counted:
    def __init__(self, key, count):
        self._real = streams_aesgcm(key)
        self._count = count

    def decrypt(self, *args):
        self._count.append(1)
        return self._real.decrypt(*args)


streams_aesgcm = streams.AESGCM
