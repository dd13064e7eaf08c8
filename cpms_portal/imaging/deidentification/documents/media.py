"""Video and sound: streams copied bit for bit into a new container by ffmpeg, in memory."""

from __future__ import annotations

from collections import Counter

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
    if program(PROGRAM) is None:
        raise WithheldError("no_media_program")
    reads, writes = CONTAINERS[extension]
    streams = ["-map", "0:a"] if extension in _SOUND else ["-map", "0:V?", "-map", "0:a?"]
    with memory_file(content) as source, memory_file() as target:
        command = [
            PROGRAM, "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file",
            "-f", reads, "-i", path_of(source), *streams, "-c", "copy",
            "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
            *(["-id3v2_version", "0", "-write_xing", "0"] if extension == "mp3" else []),
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
