"""Uploads resume where they stopped; what was acknowledged is on disk, sealed."""

from __future__ import annotations

import io
import os
import secrets
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.core.errors import ConflictError, UploadRefusedError
from cpms_portal.storage.uploads import Spool

ME, SOMEBODY_ELSE = 7, 8


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "spool", largest=1000, hours=48)


def send(spool, upload, content, offset=0):
    return spool.append(upload.upload_id, ME, offset, io.BytesIO(content))


def test_pieces_read_back_in_order(spool):
    upload = spool.start(ME, "study.zip", 10)
    send(spool, upload, b"01234")
    upload = send(spool, upload, b"56789", 5)
    assert upload.complete
    assert b"".join(spool.read(upload.upload_id, ME)) == b"0123456789"


def test_an_upload_goes_on_after_a_restart(spool, tmp_path):
    upload = spool.start(ME, "study.zip", 10)
    send(spool, upload, b"0123")
    again = Spool(tmp_path / "spool", largest=1000, hours=48)
    found = again.find(upload.upload_id, ME)
    assert found.offset == 4
    again.append(upload.upload_id, ME, 4, io.BytesIO(b"456789"))
    assert b"".join(again.read(upload.upload_id, ME)) == b"0123456789"


def test_a_piece_sent_twice_is_told_where_the_upload_stands(spool):
    upload = spool.start(ME, "study.zip", 10)
    send(spool, upload, b"0123")
    with pytest.raises(ConflictError):
        send(spool, upload, b"0123")
    assert spool.find(upload.upload_id, ME).offset == 4


def test_a_piece_that_was_cut_off_while_written_does_not_count(spool):
    upload = spool.start(ME, "study.zip", 10)
    (spool.folder / upload.upload_id / "partial-dead").write_bytes(b"torn")
    assert spool.find(upload.upload_id, ME).offset == 0


def test_more_than_announced_is_refused(spool):
    upload = spool.start(ME, "study.zip", 3)
    with pytest.raises(UploadRefusedError):
        send(spool, upload, b"0123")


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_an_empty_or_too_large_upload_is_refused(spool, size):
    with pytest.raises(UploadRefusedError):
        spool.start(ME, "study.zip", size)


@pytest.mark.parametrize("upload_id", ["", "..", "../../etc", "unknown", "a/b"])
def test_an_id_that_is_no_upload_is_refused(spool, upload_id):
    with pytest.raises(UploadRefusedError):
        spool.find(upload_id, ME)


def test_an_upload_of_somebody_else_is_not_known(spool):
    upload = spool.start(ME, "study.zip", 10)
    with pytest.raises(UploadRefusedError):
        spool.find(upload.upload_id, SOMEBODY_ELSE)


def test_the_spool_holds_no_plain_byte_and_nothing_after_dropping(spool):
    upload = spool.start(ME, "a", 900)
    send(spool, upload, b"jaundice " * 100)
    for path in (spool.folder / upload.upload_id).iterdir():
        assert b"jaundice" not in path.read_bytes()
    spool.drop(upload.upload_id)
    assert list(spool.folder.iterdir()) == []


def test_an_upload_nobody_goes_on_with_is_swept(spool):
    upload = spool.start(ME, "a", 9)
    old = time.time() - 49 * 3600
    os.utime(spool.folder / upload.upload_id, (old, old))
    spool.sweep()
    with pytest.raises(UploadRefusedError):
        spool.find(upload.upload_id, ME)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=8))
def test_any_pieces_come_back_whole(tmp_path_factory, pieces):
    spool = Spool(tmp_path_factory.mktemp(secrets.token_hex(4)), largest=1000, hours=48)
    whole = b"".join(pieces)
    upload = spool.start(ME, "a", len(whole))
    for piece in pieces:
        upload = send(spool, upload, piece, upload.offset)
    assert b"".join(spool.read(upload.upload_id, ME)) == whole
