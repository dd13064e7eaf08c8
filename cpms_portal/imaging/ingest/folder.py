"""The pipeline of an upload on a folder of files: ``./cpms deidentify IN_DIR OUT_DIR``.

Subfolders stay; names that may tell a person become neutral. DICOM files, slides and
documents go the way they go in the portal, and end in one report: a JSON line for each file.
"""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.documents.kinds import KINDS, clean_document
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.harvest import traces_of
from cpms_portal.imaging.deidentification.identity import Traces
from cpms_portal.imaging.deidentification.reasons import (
    REFUSED,
    STORED,
    WITHHELD,
    RefusedError,
    WithheldError,
)
from cpms_portal.imaging.ingest.neutral import Names
from cpms_portal.imaging.ingest.slides import Found, planned, slides_among
from cpms_portal.imaging.ingest.sources import Entry
from cpms_portal.imaging.slides.pyramid import HEADER
from cpms_portal.imaging.slides.writing import Plan, header_of, written


class FolderSource:
    """A folder as an upload: its files in order of their names, links left out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        self._paths = sorted(found)
        self.entries = [
            Entry(number, path.stat().st_size, number) for number, path in enumerate(self._paths)
        ]

    def relative(self, entry: Entry) -> Path:
        """Return where a file lies in its folder."""
        return self._paths[entry.place].relative_to(self._folder)

    def head(self, entry: Entry, length: int) -> bytes:
        """Return the first bytes of a file."""
        with self._paths[entry.place].open("rb") as stream:
            return stream.read(min(length, entry.size))

    def read(self, entry: Entry) -> bytes:
        """Return a file."""
        return self._paths[entry.place].read_bytes()

    def opened(self, entry: Entry, scratch: Path) -> BinaryIO:
        """Return a file as a stream."""
        return self._paths[entry.place].open("rb")


def _extension_of(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


@dataclass
class _Known:
    """What the files say of each patient, and of everybody together.

    A name may stand in one file as an attribute and in another only inside a text.
    """

    by_patient: dict[str, Traces] = field(default_factory=dict)
    together: Traces = field(default_factory=Traces)

    @classmethod
    def of(cls, engine: Deidentifier, source: FolderSource, entries: Iterable[Entry]) -> _Known:
        """Return what files say, each read once."""
        known, seen = cls(), set()
        for entry in entries:
            try:
                number, evidence = engine.evidence(source.read(entry))
            except (RefusedError, OSError, ValueError, LookupError, RecursionError):
                continue
            if (number, evidence) in seen:
                continue
            seen.add((number, evidence))
            traces = traces_of(evidence)
            known.by_patient.setdefault(number, Traces()).merge(traces)
            known.together.merge(traces)
        known.by_patient[""] = known.together
        return known


@dataclass(frozen=True)
class _Line:
    """What became of a file: one line of the report."""

    path: Path
    decision: Decision
    output: Path | None = None

    def as_json(self) -> str:
        """Return the line."""
        decision = self.decision
        line = {
            "file": self.path.as_posix(),
            "status": decision.status,
            "reason": decision.code or None,
            "message": str(decision.reason) or None,
            "output": self.output.as_posix() if self.output else None,
            "head": decision.head,
            "changes": {name: count for name, count in decision.counts.items() if count},
            "rules": Deidentifier.rules_version,
        }
        return json.dumps(line, ensure_ascii=False)


class _Run:
    """One folder on its way into another."""

    def __init__(self, key: bytes, in_dir: Path, out_dir: Path) -> None:
        self._key, self._out = key, out_dir
        self._source = FolderSource(in_dir)
        self._among = slides_among(self._source)
        self._reader = Deidentifier(key)
        self._known = _Known.of(self._reader, self._source, self._among.others)
        self._names = Names(self._known.together.finder())
        self._engines: dict[str, Deidentifier] = {}

    def lines(self) -> Iterator[_Line]:
        """Decide on every file."""
        for entry in self._among.others:
            yield self._file(entry)
        for entry, code in self._among.withheld:
            yield _Line(self._source.relative(entry), Decision(WITHHELD, code))
        for slide in self._among.slides:
            yield from self._slide(slide)

    def _file(self, entry: Entry) -> _Line:
        relative, content = self._source.relative(entry), self._source.read(entry)
        decision = self._engine(content).deidentify(content)
        if decision.code == "not_dicom":
            return self._document(relative, content)
        return self._stored(relative, decision)

    def _engine(self, content: bytes) -> Deidentifier:
        try:
            number = self._reader.evidence(content)[0]
        except (RefusedError, ValueError, LookupError, RecursionError):
            number = ""
        if number not in self._engines:
            known = self._known.by_patient.get(number, self._known.together)
            self._engines[number] = Deidentifier(self._key, extra=known)
        return self._engines[number]

    def _document(self, relative: Path, content: bytes) -> _Line:
        extension = _extension_of(relative)
        if extension not in KINDS:
            return _Line(relative, Decision(REFUSED, "not_dicom"))
        return self._stored(relative, clean_document(extension, content, self._names.finder))

    def _stored(self, relative: Path, decision: Decision) -> _Line:
        if decision.status != STORED:
            return _Line(relative, decision)
        output = self._names.file(relative, decision.extension)
        self._target(output).write_bytes(decision.content or b"")
        return _Line(relative, decision, output)

    def _target(self, output: Path) -> Path:
        target = self._out / output
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _slide(self, slide: Found) -> Iterator[_Line]:
        """Write a slide; a picture of the same kind that is none is a document."""
        paths = [self._source.relative(entry) for entry in slide.entries]
        output = None
        try:
            with ExitStack() as stack:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                finder = self._names.finder
                plan = planned(self._source, slide, finder, folder / "slide", stack=stack)
                output = self._names.file(paths[0], "tif")
                _write(plan, self._target(output))
            decision = Decision(STORED)
        except RefusedError as error:
            if output is not None:
                (self._out / output).unlink(missing_ok=True)
            if error.code == "no_slide":
                yield self._document(paths[0], self._source.read(slide.entries[0]))
                return
            withheld = isinstance(error, WithheldError)
            decision, output = Decision(WITHHELD if withheld else REFUSED, error.code), None
        for path in paths:
            yield _Line(path, decision, output)


def _write(plan: Plan, target: Path) -> None:
    """Write a slide; its header is known when everything else is written."""
    with target.open("wb") as out:
        out.write(bytes(HEADER))
        for part in written(plan):
            out.write(part)
        if plan.pyramid is None:
            raise RefusedError("unreadable")
        out.seek(0)
        out.write(header_of(plan.pyramid))


def deidentify_folder(
    in_dir: Path, out_dir: Path, report: TextIO, *, key: bytes | None = None
) -> dict[str, int]:
    """De-identify a folder into another; one JSON line a file goes to ``report``.

    key: 32 secret bytes; a new one for each run when None. Returns files by status.
    """
    if not in_dir.is_dir():
        raise NotADirectoryError(in_dir)
    run_of = _Run(key or secrets.token_bytes(32), in_dir, out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    for line in run_of.lines():
        report.write(line.as_json() + "\n")
        status = line.decision.status
        counts[status] = counts.get(status, 0) + 1
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
