"""Large bodies wait in temporary files nobody can read."""

from __future__ import annotations

import io
import tempfile

import waitress.buffers
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.storage.bodies import BodyFile

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.binary(max_size=100)),
        st.tuples(st.just("read"), st.integers(-1, 120)),
        st.tuples(st.just("seek"), st.integers(0, 50)),
        st.tuples(st.just("end"), st.just(0)),
    ),
    max_size=25,
)


@given(STEPS)
def test_a_body_when_written_and_read_anywhere_then_behaves_like_any_file(steps) -> None:
    with BodyFile() as ours, io.BytesIO() as theirs:
        for step, value in steps:
            if step == "write":
                assert ours.write(value) == theirs.write(value)
            elif step == "read":
                assert ours.read(value) == theirs.read(value)
            else:
                place = min(value, len(theirs.getvalue()))
                whence = io.SEEK_END if step == "end" else io.SEEK_SET
                assert ours.seek(place, whence) == theirs.seek(place, whence)
        ours.seek(0)
        assert ours.read() == theirs.getvalue()


def test_a_large_request_when_kept_by_the_server_then_is_nowhere_in_the_clear(
    registry, monkeypatch
) -> None:
    made = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr(
        tempfile, "TemporaryFile", lambda *a, **k: made.append(real(*a, **k)) or made[-1]
    )
    buffer = waitress.buffers.OverflowableBuffer(1000)
    for _ in range(100):
        buffer.append(b"Castrovani of nowhere ")
    assert buffer.getfile().read() == b"Castrovani of nowhere " * 100
    (kept,) = made
    kept.seek(0)
    content = kept.read()
    assert len(content) == 2200
    assert b"Castrovani" not in content
    buffer.close()
