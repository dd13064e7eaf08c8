"""The report of an upload: what was done, by which rules. Numbers and codes, nobody's identity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cpms_portal.imaging.deidentification.table import EDITION, OPTIONS, RULES_VERSION
from cpms_portal.imaging.ingest.work import Outcome

RULES = {
    "version": RULES_VERSION,
    "standard": f"DICOM PS3.15 {EDITION} Annex E",
    "options": list(OPTIONS),
}


def report_of(outcome: Outcome, stored: int, at: datetime) -> dict[str, Any]:
    """Return the report of one upload into one study, ready for JSON.

    stored: instances of this upload in this study. The other figures are of the whole upload.
    """
    return {
        "at": at.isoformat(timespec="seconds"),
        "rules": RULES,
        "stored": stored,
        "duplicates": outcome.counts["duplicate"],
        "changes": {name: count for name, count in sorted(outcome.changes.items()) if count},
        "left_out": [
            {"status": status, "code": code, "count": count}
            for (status, code), count in outcome.reasons.most_common()
        ],
        "held": len(outcome.held),
        "masked": outcome.counts["masked"],
    }
