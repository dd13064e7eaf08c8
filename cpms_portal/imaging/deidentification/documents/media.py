"""Video and sound: streams copied bit for bit into a new container by ffmpeg, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cpms_portal.imaging.deidentification.programs import (
    ProgramFailedError,
    content_of,
    memory_file,
    path_of,
    program,
    run,
)
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

PROGRAM = "ffmpeg"
#: Extension → the demuxer that reads it and the muxer that writes it. Named, so that no playlist
#: disguised as a video is ever followed.
CONTAINERS = {
    "avi": ("avi", "avi"), "flv": ("flv", "flv"), "wmv": ("asf", "asf"), "mov": ("mov", "mov"),
    "mp4": ("mov", "mp4"), "wav": ("wav", "wav"), "ogg": ("ogg", "ogg"), "flac": ("flac", "flac"),
    "mp3": ("mp3", "mp3"),
}  # fmt: skip
_SOUND = frozenset(("wav", "ogg", "flac", "mp3"))


def clean_media(extension: str, content: bytes, counts: Counter[str]) -> bytes:
    """Return a video or sound without tags, chapters, covers and extra streams.

    WithheldError without ffmpeg; RefusedError when it cannot be read.
    """
    streams = ["-map", "0:a"] if extension in _SOUND else ["-map", "0:V?", "-map", "0:a?"]
    if extension == "mp3":
        streams += ["-id3v2_version", "0", "-write_xing", "0"]
    return copied(content, CONTAINERS[extension], streams, counts)


def copied(
    content: bytes, container: tuple[str, str], options: Sequence[str], counts: Counter[str]
) -> bytes:
    """Return streams copied into a new container that says nothing of where they come from.

    container: the demuxer that reads, the muxer that writes. options: which streams, and how.
    """
    if program(PROGRAM) is None:
        raise WithheldError("no_media_program")
    reads, writes = container
    with memory_file(content) as source, memory_file() as target:
        command = [
            PROGRAM, "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file",
            "-f", reads, "-i", path_of(source), *options, "-c", "copy",
            "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
            "-f", writes, "-y", path_of(target),
        ]  # fmt: skip
        try:
            run(command, files=(source, target))
        except ProgramFailedError as error:
            raise RefusedError("broken_document") from error
        cleaned = content_of(target)
    if not cleaned:
        raise RefusedError("broken_document")
    counts["removed"] += cleaned != content
    return cleaned
