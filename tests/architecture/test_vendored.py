"""Browser code of others is shipped with its licence, its version and the digest of each file."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "cpms_portal"
FOLDERS = sorted(path for path in PACKAGE.rglob("static/vendor/*") if path.is_dir())
MANIFEST = "MANIFEST.md"
_DIGEST = re.compile(r"\b([0-9a-f]{64})\b")


def test_the_folders_are_found():
    assert {"quill", "openseadragon"} <= {folder.name for folder in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_file_is_the_one_of_the_manifest(folder):
    told = {}
    for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines():
        found = _DIGEST.search(line)
        if found:
            (name,) = [one.name for one in folder.iterdir() if one.name in line]
            told[name] = found[1]
    there = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix in {".js", ".css"}
    }
    assert there and told.items() >= there.items()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_licence_and_version_are_there(folder):
    manifest = (folder / MANIFEST).read_text(encoding="utf-8")
    assert re.search(r"\b\d+\.\d+\.\d+\b", manifest)
    licences = [path for path in folder.iterdir() if path.name.startswith("LICENSE")]
    assert licences and all("Copyright" in path.read_text(encoding="utf-8") for path in licences)
    version = re.search(r"\b\d+\.\d+\.\d+\b", manifest)[0]
    code = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.js"))
    assert version in code
