"""The pipeline of an upload on a folder of files: ``./cpms deidentify IN_DIR OUT_DIR``.

Subfolders stay, but names that say more than "series 1, image 4" become neutral,
because discs from hospitals carry names of people in their paths.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from cpms_portal.imaging.deidentification.documents.kinds import KINDS, clean_document
from cpms_portal.imaging.deidentification.engine import Decision, Deidentifier
from cpms_portal.imaging.deidentification.harvest import traces_of
from cpms_portal.imaging.deidentification.identity import Finder, Traces
from cpms_portal.imaging.deidentification.reasons import REFUSED, STORED, RefusedError
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


def extension_of(path: Path) -> str:
    """Return the extension of a file, in lower case, without its dot."""
    return path.suffix.lower().removeprefix(".")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _known_traces(engine: Deidentifier, paths: list[Path]) -> tuple[dict[str, Traces], Traces]:
    """Return what the files say of each patient, and of everybody together.

    A name may stand in one file as an attribute and in another only inside a text.
    """
    by_patient: dict[str, Traces] = {}
    seen: set[object] = set()
    together = Traces()
    for path in paths:
        try:
            number, evidence = engine.evidence(path.read_bytes())
        except (RefusedError, OSError, ValueError, LookupError, RecursionError):
            continue
        if (number, evidence) in seen:
            continue
        seen.add((number, evidence))
        traces = traces_of(evidence)
        by_patient.setdefault(number, Traces()).merge(traces)
        together.merge(traces)
    by_patient[""] = together
    return by_patient, together


def _line(path: Path, decision: Decision, output: Path | None) -> str:
    line = {
        "file": path.as_posix(),
        "status": decision.status,
        "reason": decision.code or None,
        "message": str(decision.reason) or None,
        "output": output.as_posix() if output else None,
        "changes": {name: count for name, count in decision.counts.items() if count},
        "rules": Deidentifier.rules_version,
    }
    return json.dumps(line, ensure_ascii=False)


def _decided(
    key: bytes, in_dir: Path, out_dir: Path, paths: list[Path]
) -> Iterator[tuple[Path, Decision, Path | None]]:
    """Yield each file with its decision and where it was written."""
    reader = Deidentifier(key)
    by_patient, together = _known_traces(reader, paths)
    names = Names(together.finder())
    engines: dict[str, Deidentifier] = {}
    for path in paths:
        content, relative = path.read_bytes(), path.relative_to(in_dir)
        try:
            number = reader.evidence(content)[0]
        except (RefusedError, ValueError, LookupError, RecursionError):
            number = ""
        if number not in engines:
            engines[number] = Deidentifier(key, extra=by_patient.get(number, together))
        decision = engines[number].deidentify(content)
        if decision.code == "not_dicom" and extension_of(path) in KINDS:
            decision = clean_document(extension_of(path), content, names.finder)
        if decision.status != STORED:
            yield relative, decision, None
            continue
        output = names.file(relative, decision.extension)
        target = out_dir / output
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(decision.content or b"")
        yield relative, decision, output


def deidentify_folder(
    in_dir: Path, out_dir: Path, report: TextIO, *, key: bytes | None = None
) -> dict[str, int]:
    """De-identify a folder into another; one JSON line a file goes to ``report``.

    key: 32 secret bytes; a new one for each run when None. Returns files by status.
    """
    if not in_dir.is_dir():
        raise NotADirectoryError(in_dir)
    paths = _files(in_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    for relative, decision, output in _decided(
        key or secrets.token_bytes(32), in_dir, out_dir, paths
    ):
        report.write(_line(relative, decision, output) + "\n")
        counts[decision.status] = counts.get(decision.status, 0) + 1
    return counts


def run(in_dir: str, out_dir: str, report: str | None = None, stream: TextIO = sys.stdout) -> int:
    """The command: 0 when every file was decided, 1 when a folder or file failed us."""
    try:
        if report is None:
            deidentify_folder(Path(in_dir), Path(out_dir), stream)
            return 0
        with open(report, "w", encoding="utf-8") as out:
            counts = deidentify_folder(Path(in_dir), Path(out_dir), out)
        stream.write(json.dumps(counts) + "\n")
        return 0
    except OSError as error:
        stream.write(json.dumps({"status": REFUSED, "error": error.strerror or "?"}) + "\n")
        return 1
