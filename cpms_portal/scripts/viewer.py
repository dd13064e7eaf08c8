"""Build the browser bundle of the image viewer anew from npm (build); needs Node."""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from cpms_portal.core.errors import CPMSError
from cpms_portal.scripts._project import project_folder

SOURCES = ("package.json", "package-lock.json", "source.js", "vite.config.js")
TEXTS = ("LICENSE-cornerstone3D.txt",)
BUILT = ("cornerstone.js", "LICENSES.txt")
STEPS = (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), ("npx", "vite", "build"))


def bundle_folder() -> Path:
    """Return where the bundle ships, with its sources."""
    return project_folder() / "cpms_portal" / "imaging" / "static" / "cornerstone"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take build."""
    parser.add_argument("step", choices=["build"])


def manifest_of(folder: Path) -> dict[str, object]:
    """Return the packages asked for, and the SHA-256 of every file that ships."""
    asked = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    return {
        "packages": asked["dependencies"] | asked["devDependencies"],
        "sha256": {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in sorted((*SOURCES, *TEXTS, *BUILT))
        },
    }


def run(options: argparse.Namespace) -> int:
    """Build in a folder of its own; nothing is replaced until all of it is there."""
    if shutil.which("npm") is None:
        raise CPMSError("npm is missing: install Node.js 20 or newer")
    shipped = bundle_folder()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in SOURCES:
            shutil.copy(shipped / name, folder / name)
        for step in STEPS:
            if subprocess.run(step, cwd=folder, check=False).returncode:
                raise CPMSError(f"{' '.join(step)} failed; nothing was changed")
        for name in BUILT:
            shutil.copy(folder / "built" / name, shipped / name)
    text = json.dumps(manifest_of(shipped), indent=2, ensure_ascii=False)
    (shipped / "MANIFEST.json").write_text(text + "\n", encoding="utf-8")
    print(f"{shipped / BUILT[0]}: {(shipped / BUILT[0]).stat().st_size:,} bytes")
    return 0
