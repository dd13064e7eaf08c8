"""Film what a page shows: frames with their times, put together by ffmpeg; captions beside it."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from cpms_portal.scripts._training import NotReadyError

WIDTH, HEIGHT = 1280, 720
#: How long a caption stands at least, by its length: so many seconds, and so many a character.
AT_LEAST, EACH = 2.5, 0.045


class Film:
    """A film in the making: frames as they come, captions as they are said."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.frames: list[tuple[float, str]] = []
        self.said: list[tuple[float, float, str]] = []
        self.debugger = page.context.new_cdp_session(page)
        self.debugger.on("Page.screencastFrame", self._keep)

    def _keep(self, frame: dict[str, Any]) -> None:
        name = f"{len(self.frames):05d}.jpg"
        (self.folder / name).write_bytes(base64.b64decode(frame["data"]))
        self.frames.append((frame["metadata"]["timestamp"], name))
        self.debugger.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    def begin(self) -> None:
        """Start the camera."""
        options = {"format": "jpeg", "quality": 85, "maxWidth": WIDTH, "maxHeight": HEIGHT}
        self.debugger.send("Page.startScreencast", options)

    def say(self, text: str) -> None:
        """Show a caption and give the reader time."""
        begins = time.time()
        self.page.wait_for_timeout(1000 * max(AT_LEAST, EACH * len(text)))
        self.said.append((begins, time.time(), text))

    def end(self) -> None:
        """Stop the camera."""
        self.debugger.send("Page.stopScreencast")

    def captions(self) -> str:
        """Return the captions as WebVTT, in seconds from the first frame."""
        start = self.frames[0][0]
        cues = [
            f"{_clock(begins - start)} --> {_clock(ends - start)}\n{text}\n"
            for begins, ends, text in self.said
        ]
        return "WEBVTT\n\n" + "\n".join(cues)

    def develop(self, path: Path) -> None:
        """Write the film as WebM; NotReadyError without ffmpeg."""
        program = shutil.which("ffmpeg")
        if program is None:
            raise NotReadyError("ffmpeg is missing: apt-get install ffmpeg")
        list_of_frames = self.folder / "frames.txt"
        list_of_frames.write_text(self._durations(), encoding="utf-8")
        command = [
            program, "-y", "-loglevel", "error", "-f", "concat", "-i", str(list_of_frames),
            "-vf", f"scale={WIDTH}:{HEIGHT},fps=10", "-c:v", "libvpx-vp9", "-crf", "40",
            "-b:v", "0", "-row-mt", "1", "-cpu-used", "4", "-fflags", "+bitexact",
            "-map_metadata", "-1", str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True)

    def _durations(self) -> str:
        ends = [begins for begins, _name in self.frames[1:]] + [self.said[-1][1]]
        lines = []
        for (begins, name), end in zip(self.frames, ends, strict=True):
            lines += [f"file '{name}'", f"duration {max(end - begins, 0.01):.3f}"]
        return "\n".join([*lines, f"file '{self.frames[-1][1]}'"])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(seconds, 0.0), 60)
    return f"{int(minutes):02d}:{rest:06.3f}"


def folder_for_frames() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that goes when the film is made."""
    return tempfile.TemporaryDirectory(prefix="cpms-film-")
