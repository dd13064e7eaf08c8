"""What ships of the browser's libraries is what was built, with sources and licences."""

from __future__ import annotations

import json

import pytest

from cpms_portal.core.errors import CPMSError
from cpms_portal.scripts import viewer

SHIPPED = viewer.bundle_folder()


def test_every_shipped_file_has_the_hash_of_the_manifest():
    told = json.loads((SHIPPED / "MANIFEST.json").read_text(encoding="utf-8"))
    assert told == viewer.manifest_of(SHIPPED)
    there = {path.name for path in SHIPPED.iterdir()} - {"MANIFEST.json"}
    assert there == set(told["sha256"])


def test_every_package_of_the_bundle_has_its_licence_and_the_lock_names_no_registry():
    licences = (SHIPPED / "LICENSES.txt").read_text(encoding="utf-8")
    for name in ("@cornerstonejs/core 5.14.0: MIT", "@kitware/vtk.js 36.4.1: BSD-3-Clause"):
        assert name in licences
    assert "://" not in (SHIPPED / "package-lock.json").read_text(encoding="utf-8").replace(
        "https://github.com/sponsors", ""
    ) or '"resolved"' not in (SHIPPED / "package-lock.json").read_text(encoding="utf-8")


def test_the_bundle_asks_nobody_else_for_code_and_evaluates_none():
    bundle = (SHIPPED / "cornerstone.js").read_text(encoding="utf-8")
    for word in ("new Function(", "eval(", "sourceMappingURL", "importScripts(", "new Worker("):
        assert word not in bundle, word


def test_without_node_it_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CPMSError, match=r"Node\.js"):
        viewer.run(None)
