"""Video inside DICOM: its pictures are kept bit for bit, everything between them is not."""

from __future__ import annotations

import io
import subprocess

import pytest
from pydicom import dcmread
from pydicom.encaps import generate_frames

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.engine import Deidentifier
from tests.factories.dicom import planted_person as person
from tests.factories.dicom import written
from tests.factories.videos import H264, HEVC, MPEG2, stream, video

KEY = b"k" * 32
PERSON = person(8)
NAME = PERSON.family
KINDS = [(H264, "mp4"), (H264, "mpegts"), (HEVC, "mp4"), (HEVC, "mpegts"),
         (MPEG2, "mpeg2video"), (MPEG2, "mpeg"), (MPEG2, "mpegts")]  # fmt: skip


def decided(content: bytes, syntax: str, **values: object) -> Decision:
    """Return what is decided on a video."""
    dataset = video(content, syntax, PERSON)
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return Deidentifier(KEY).deidentify(written(dataset, syntax))


def inside(file: bytes) -> bytes:
    """Return the video of a file."""
    dataset = dcmread(io.BytesIO(file))
    return next(generate_frames(dataset.PixelData, number_of_frames=1))


def pictures(content: bytes) -> list[str]:
    """Return the hashes of the pictures of a video as a player shows them."""
    answer = subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", "pipe:0", "-map", "0:v", "-f",
         "framemd5", "-"],
        input=content, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    lines = answer.stdout.decode().splitlines()
    return [line.split(",")[-1].strip() for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("syntax", "container"), KINDS)
def test_a_video_when_it_comes_then_keeps_its_pictures_and_nothing_beside_them(
    syntax, container
) -> None:
    content = stream(syntax, container, NAME)
    assert NAME.encode() in content or container in ("mpeg", "hevc")
    decision = decided(content, syntax, BurnedInAnnotation="NO")
    assert (decision.status, decision.code) == ("stored", "")
    made = inside(decision.content or b"")
    assert pictures(made) == pictures(content)
    for trace in PERSON.strings():
        assert trace.encode() not in (decision.content or b"")
    for trace in (b"x264", b"x265", b"Lavf", b"Lavc"):
        assert trace not in made
    told = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-show_entries", "stream=codec_type:format_tags", "-of",
         "csv", "pipe:0"],
        input=made, check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    assert "audio" not in told
    assert NAME not in told


@pytest.mark.parametrize("burned", ["", "YES"])
def test_a_video_that_may_show_words_when_it_comes_then_waits_for_somebody_to_look(burned) -> None:
    decision = decided(stream(H264, "mp4", NAME), H264, BurnedInAnnotation=burned)
    assert (decision.status, decision.code) == ("withheld", "burned_in")
    held = b"".join(decision.held or [])
    assert not [trace for trace in PERSON.strings() if trace.encode() in held]
    assert pictures(inside(held)) == pictures(stream(H264, "mp4", NAME))


@pytest.mark.parametrize("content", [
    b"no", b"not a video at all", b"\0\0\1\xb3", b"G" * 400, bytes(4) + b"ftyp" + bytes(40),
    b"#EXTM3U\nfile:///etc/passwd", b"ffconcat version 1.0\nfile /etc/passwd",
])  # fmt: skip
@pytest.mark.parametrize("syntax", [MPEG2, H264, HEVC])
def test_what_is_no_video_when_it_comes_as_one_then_is_withheld(content, syntax) -> None:
    decision = decided(content, syntax, BurnedInAnnotation="NO")
    assert decision.status in ("withheld", "refused")
    assert decision.content is None


def test_a_video_in_several_fragments_when_it_comes_then_is_one_again() -> None:
    content = stream(H264, "mp4", NAME)
    parts = [content[:1000], content[1000:2000], content[2000:]]
    dataset = video(content, H264, PERSON)
    body = b"".join(
        b"\xfe\xff\x00\xe0" + len(part).to_bytes(4, "little") + part
        for part in [b"", *(one + b"\0" * (len(one) % 2) for one in parts)]
    )
    dataset.PixelData = body
    dataset["PixelData"].is_undefined_length = True
    dataset.BurnedInAnnotation = "NO"
    decision = Deidentifier(KEY).deidentify(written(dataset, f"{H264}.1"))
    assert (decision.status, decision.code) == ("stored", "")
    assert pictures(inside(decision.content or b"")) == pictures(content)


def test_a_video_where_there_is_no_program_when_it_comes_then_is_withheld(monkeypatch) -> None:
    content = stream(H264, "mp4", NAME)
    monkeypatch.setenv("PATH", "/nowhere")
    decision = decided(content, H264, BurnedInAnnotation="NO")
    assert (decision.status, decision.code) == ("withheld", "no_media_program")
