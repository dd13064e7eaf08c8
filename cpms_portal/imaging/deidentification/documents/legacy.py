"""Word, Excel and PowerPoint as they were before 2007: turned into their newer form.

LibreOffice needs names of files, so it works in a folder of the memory (/dev/shm) that is
removed at once. Without LibreOffice, or without such a folder, these files are withheld.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cpms_portal.imaging.deidentification.programs import ProgramFailedError, program, run
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError

PROGRAM = "soffice"
NEWER = {"doc": "docx", "xls": "xlsx", "ppt": "pptx"}
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of the memory, on no disk


def renewed(extension: str, content: bytes) -> bytes:
    """Return an old office file in its newer form."""
    if program(PROGRAM) is None or not _MEMORY.is_dir():
        raise WithheldError("no_office_program")
    folder = Path(tempfile.mkdtemp(prefix="cpms-", dir=_MEMORY))
    try:
        source = folder / f"document.{extension}"
        source.write_bytes(content)
        command = [
            PROGRAM, "--headless", "--norestore", "--nologo",
            f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to", NEWER[extension], "--outdir", str(folder / "out"), str(source),
        ]  # fmt: skip
        run(command, environment={"HOME": str(folder)})
        return (folder / "out" / f"document.{NEWER[extension]}").read_bytes()
    except (ProgramFailedError, OSError) as error:
        raise RefusedError("broken_document") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
