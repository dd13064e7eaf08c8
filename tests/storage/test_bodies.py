"""Large bodies wait in temporary files nobody can read."""

from __future__ import annotations

import io
import os

import pytest
import waitress.buffers
from hypothesis import given
from hypothesis import strategies as st
from pyramid.request import Request

from cpms_portal.storage.bodies import BodyFile
from cpms_portal.storage.spooled import spans_of

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


def test_a_large_request_when_kept_by_the_server_then_is_nowhere_in_the_clear(registry) -> None:
    buffer = waitress.buffers.OverflowableBuffer(1000)
    for _ in range(100):
        buffer.append(b"Castrovani of nowhere ")
    body = buffer.getfile()
    assert body.read() == b"Castrovani of nowhere " * 100
    content = os.pread(body.fileno(), 10_000, 0)
    assert len(content) == 2200
    assert b"Castrovani" not in content
    buffer.close()


def test_a_large_request_when_its_body_lies_in_a_file_then_is_read_twice_without_a_copy(
    registry,
) -> None:
    with BodyFile() as body:
        body.write(b"twice" * 1000)
        body.seek(0)
        request = Request.blank("/", environ={"wsgi.input": body, "CONTENT_LENGTH": "5000"})
        request.make_body_seekable()
        assert request.body_file_seekable is body
        assert request.body_file.read() == b"twice" * 1000
        request.make_body_seekable()
        assert request.body_file.read() == b"twice" * 1000


def test_a_body_when_taken_over_as_an_upload_then_outlives_the_request_unread(registry) -> None:
    spool = registry.cpms_spool
    with BodyFile() as body:
        body.write(b"--a Castrovani --b of nowhere --")
        upload = spool.take_over(7, "dicomweb", body, [(4, 10), (19, 10)])
    assert upload.complete
    assert b"".join(spool.read(upload.upload_id, 7)) == b"--a Castrovani --b of nowhere --"
    place = spool.folder / upload.upload_id
    assert spans_of(place) == [[4, 10], [19, 10]]
    assert b"Castrovani" not in b"".join(path.read_bytes() for path in place.iterdir())
    spool.drop(upload.upload_id)
    assert not place.exists()


def test_a_body_when_it_can_have_no_name_then_is_not_taken_over(registry, monkeypatch) -> None:
    monkeypatch.setattr(BodyFile, "folder", None)
    before = set(registry.cpms_spool.folder.iterdir())
    with BodyFile() as body:
        body.write(b"elsewhere")
        with pytest.raises(OSError):
            registry.cpms_spool.take_over(7, "dicomweb", body, [(0, 9)])
    assert set(registry.cpms_spool.folder.iterdir()) == before
