"""Videos inside DICOM, a second long, with somebody's name where pictures are not."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from tests.factories.dicom import Planted, StudyPlan, patient_module

MPEG2, H264, HEVC = (f"1.2.840.10008.1.2.4.{number}" for number in (100, 102, 107))
ENDOSCOPY = "1.2.840.10008.5.1.4.1.1.77.1.1.1"
_ENCODERS = {MPEG2: "mpeg2video", H264: "libx264", HEVC: "libx265"}
#: What a stream of supplemental information begins with: a UUID, then anybody's words.
_USER_DATA = "086f3693-b7b3-4f2c-9653-21492feee5b8"


def stream(syntax: str, container: str, planted: str, size: tuple[int, int] = (64, 48)) -> bytes:
    """Return a video with a tone, a title, and user data between its pictures.

    container: mp4, mpegts, mpeg (program stream), or the name of a bare stream.
    """
    bare = container in ("h264", "hevc", "mpeg2video")
    sound = [] if bare else ["-f", "lavfi", "-i", "sine=d=1", "-c:a", "mp2"]
    plants = (
        [] if syntax != H264 else ["-bsf:v", f"h264_metadata=sei_user_data={_USER_DATA}+{planted}"]
    )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "made"
        subprocess.run(
            ["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i",
             f"testsrc=d=1:r=25:s={size[0]}x{size[1]}", *sound, "-c:v", _ENCODERS[syntax],
             "-pix_fmt", "yuv420p", *plants, "-metadata", f"title={planted}",
             "-metadata:s:v", f"handler_name={planted}", "-f", container, str(target)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        made = target.read_bytes()
    if syntax == MPEG2:
        at = made.index(b"\0\0\1\xb8")
        made = made[:at] + b"\0\0\1\xb2" + planted.encode() + made[at:] if bare else made
    return made


def video(content: bytes, syntax: str, person: Planted, seed: str = "video") -> Dataset:
    """Return a video in DICOM's wrapping, as an endoscope sends it."""
    dataset, plan = patient_module(person), StudyPlan(uid_seed=seed)
    dataset.SOPClassUID, dataset.Modality = ENDOSCOPY, "ES"
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = plan.uid("i"), plan.uid("s")
    dataset.StudyInstanceUID, dataset.SeriesNumber, dataset.InstanceNumber = plan.uid("study"), 1, 1
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 48, 64, 25
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "YBR_PARTIAL_420"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation, dataset.PlanarConfiguration = 7, 0, 0
    dataset.CineRate, dataset.FrameTime = 25, "40"
    dataset.PixelData = encapsulate([content], has_bot=False)
    dataset["PixelData"].is_undefined_length = True
    return dataset
