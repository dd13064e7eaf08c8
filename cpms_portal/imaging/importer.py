"""Invented studies of the training site, from ``content/training_site/study.yaml``."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.ingest.holders import known_identity
from cpms_portal.imaging.ingest.invented import InventedSeries, InventedStudy, invented_files
from cpms_portal.imaging.queries import studies_of

_KEYS = {"patient", "modality", "study_description", "days_ago", "seed", "series"}
_SERIES_KEYS = {"description", "slices", "rows", "columns"}


def read_studies(folder: Path) -> list[dict[str, Any]]:
    """Return the entries of the file; each names the patient it is for."""
    path = folder / "training_site" / "study.yaml"
    if not path.exists():
        return []
    found = read_yaml(path)
    check_keys(path, found, {"studies"})
    for entry in found["studies"]:
        check_keys(path, entry, _KEYS)
        for series in entry["series"]:
            check_keys(path, series, _SERIES_KEYS)
    return list(found["studies"])


def import_study(holder: Any, entry: dict[str, Any], actor: Actor) -> int:
    """Draw a study and receive it as if uploaded; 0 when the holder has one already."""
    if studies_of(holder):
        return 0
    known = known_identity(holder, actor.registry)
    study = InventedStudy(
        seed=entry["seed"],
        day=(actor.now - timedelta(days=entry["days_ago"])).date(),
        description=entry["study_description"],
        name="^".join(reversed(known.names)),
        number=next(iter(known.identifiers), ""),
        birth_date=known.birth_date,
        series=tuple(
            InventedSeries(one["description"], one["slices"], one["rows"])
            for one in entry["series"]
        ),
    )
    receipt = receive_study(holder, invented_files(study), actor)
    return len(receipt.studies)
