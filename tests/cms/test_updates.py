"""An update of the content reads again what changed in it, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import transaction

from cpms_portal.cms.importer import import_library
from cpms_portal.core.settings import setting
from cpms_portal.search.fulltext import following


def test_the_index_of_texts_reads_again_what_an_update_changed_alone(
    root, portal, registry, tmp_path, monkeypatch
):
    content = Path(setting(registry, "cpms.content"))
    copy = Path(shutil.copytree(content, tmp_path / "content"))
    read = []

    def noting(resource, registry):
        read.append(resource.__name__)
        return read_resource(resource, registry)

    read_resource = following.read_resource
    monkeypatch.setattr(following, "read_resource", noting)
    import_library(root, copy, portal)
    transaction.commit()
    assert read == []
    path = copy / "library" / "en" / "terms.md"
    path.write_text(path.read_text() + "\nSaid anew.\n")
    import_library(root, copy, portal)
    transaction.commit()
    assert read == ["terms"]
