"""Names of files and folders that say no more than "series 1, image 4".

Discs from hospitals carry names of people in their paths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cpms_portal.imaging.deidentification.identity import Finder
from cpms_portal.imaging.deidentification.text import is_vocabulary

_NEUTRAL = re.compile(
    r"(?:(?:im|img|image|i|se|ser|series|s|st|stu|study|sl|slice|file|f|instance|inst|frame|"
    r"scan|vol|case|sub|subset|set|disc|cd|part|dicom|dcm|patient|pat|pa|out|in|ds|test)?\d{0,6}|"
    r"dicom|dicomdir|dcm|series|study|slice|file|instance|case|folder|set|disc|patient)"
)


@dataclass
class Names:
    """Neutral names for folders and files; the same input folder keeps the same name."""

    finder: Finder
    folders: dict[Path, Path] = field(default_factory=lambda: {Path("."): Path(".")})
    taken: set[Path] = field(default_factory=set)

    def _is_neutral(self, name: str) -> bool:
        words = [word for word in re.split(r"[\W_]+", name.lower()) if word]
        known = all(_NEUTRAL.fullmatch(word) or is_vocabulary(word) for word in words)
        return known and len(words) <= 8 and not self.finder.spans(name)

    def folder(self, folder: Path) -> Path:
        """Return the neutral folder of an input folder."""
        if folder not in self.folders:
            name = folder.name
            if not self._is_neutral(name):
                name = f"folder-{len(self.folders):04d}"
            self.folders[folder] = self._free(self.folder(folder.parent) / name)
        return self.folders[folder]

    def file(self, path: Path, extension: str = "") -> Path:
        """Return the neutral path of an input file. extension: of a document, as it is now."""
        stem = path.stem if self._is_neutral(path.stem) else f"file-{len(self.taken):06d}"
        if extension:
            return self._free(self.folder(path.parent) / f"{stem}.{extension}")
        known = path.suffix.lower() in ("", ".dcm", ".ima", ".dic")
        name = path.name if known and stem == path.stem else f"file-{len(self.taken):06d}.dcm"
        return self._free(self.folder(path.parent) / name)

    def _free(self, path: Path) -> Path:
        free, number = path, 1
        while free in self.taken:
            number += 1
            free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        self.taken.add(free)
        return free
