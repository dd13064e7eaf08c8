"""What became of an upload: counts and reasons, never a name of a file or a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cpms_portal.core.i18n import _
from cpms_portal.imaging.deidentification.reasons import TEXTS

STOPPED: dict[str, str] = {
    "several_people": _(
        "These files speak of more than one person. Nothing was stored. "
        "Please upload the files of one patient only."
    ),
    "cut_off": _("The upload is not complete. Nothing was stored. Please try again."),
    "bad_zip": _("This ZIP cannot be opened. Nothing was stored. Please pack it again."),
    "unsafe_zip": _("This ZIP holds links, passwords or unsafe paths. Nothing was stored."),
    "zip_bomb": _("This ZIP unpacks to far more than it is. Nothing was stored."),
    "too_many_files": _("These are more than 10,000 files. Please upload them in parts."),
    "too_large": _("This unpacks to more than the portal takes. Please upload it in parts."),
}


@dataclass(frozen=True)
class Line:
    """How many files were not stored for one reason. ``text``: translatable sentence."""

    status: str
    code: str
    count: int

    @property
    def text(self) -> str:
        """Why, as a translatable sentence."""
        return TEXTS.get(self.code, "")


@dataclass
class StudyReceipt:
    """What a person is told after an upload. ``studies``: names of studies made or extended, and
    of slides brought; ``slides``: of these alone. held: images a person must look at.
    heads: names of studies that show a head. missing: images that a list of key images or a
    manifest among the files names, and that did not come.
    """

    stored: int = 0
    series: int = 0
    duplicates: int = 0
    studies: list[str] = field(default_factory=list)
    slides: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    other_person: bool = False
    stopped: str = ""
    held: int = 0
    heads: list[str] = field(default_factory=list)
    missing: int = 0

    @property
    def total(self) -> int:
        """How many files were looked at."""
        return self.stored + self.duplicates + sum(line.count for line in self.lines)

    @property
    def stopped_text(self) -> str:
        """Why nothing was stored at all; empty when the upload was taken."""
        return STOPPED.get(self.stopped, "")


def lines_of(reasons: Counter[tuple[str, str]]) -> list[Line]:
    """Return the reasons, the most frequent first."""
    return [Line(status, code, count) for (status, code), count in reasons.most_common()]
