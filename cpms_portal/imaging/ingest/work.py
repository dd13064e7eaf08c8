"""The work of an upload: look at every file, then de-identify and pack series by series."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, cast

from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.elements import Dataset
from cpms_portal.imaging.deidentification.engine import Deidentifier
from cpms_portal.imaging.deidentification.harvest import evidence_of, traces_of
from cpms_portal.imaging.deidentification.identity import KnownIdentity, Traces, folded
from cpms_portal.imaging.deidentification.reader import read_header
from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.deidentification.returning import Given
from cpms_portal.imaging.ingest.facts import INSTANCE, SERIES, SOP_CLASS, text_of
from cpms_portal.imaging.ingest.holding import HeldInstance, Holding
from cpms_portal.imaging.ingest.packing import Pack, write_pack
from cpms_portal.imaging.ingest.slides import Bench, Found, pack_slide, slides_among
from cpms_portal.imaging.ingest.sources import Entry, Source, SourceRefusedError, open_source
from cpms_portal.imaging.slides.taking import TakenSlide
from cpms_portal.storage.spooled import Spans, spans_of, spooled

Progress = Callable[[int, int], None]

_HEAD = 64 * 1024
_PATIENT_ID, _PATIENT_NAME, _BIRTH_DATE = 0x00100020, 0x00100010, 0x00100030


@dataclass(frozen=True)
class Order:
    """What a worker is given.

    known: UIDs (mapped) of instances that are stored already. given: every UID and every day
    the portal gave in this case; what comes back from a viewer refers to them.
    """

    place: Path
    staging: Path
    key_id: str
    key: bytes
    identity: KnownIdentity
    known: frozenset[str] = frozenset()
    largest: int = 4 * 1024**3
    given: Given = Given()


@dataclass(frozen=True)
class Verdict:
    """What became of one file. uids: its SOP Class and SOP Instance UID, as it came."""

    status: str
    code: str = ""
    uids: tuple[str, str] = ("", "")


@dataclass
class Outcome:
    """What a worker answers.

    stopped: why nothing at all was taken, a code. verdicts: by the number of the file.
    held: images a person must look at. changes: what was removed, emptied, moved, in all.
    """

    packs: list[Pack] = field(default_factory=list)
    slides: list[TakenSlide] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    other_person: bool = False
    stopped: str = ""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    held: list[HeldInstance] = field(default_factory=list)
    changes: Counter[str] = field(default_factory=Counter)

    def note(self, entry: Entry, status: str, code: str = "") -> None:
        """Keep what became of a file."""
        seen = self.verdicts.get(entry.number, Verdict(status))
        self.verdicts[entry.number] = replace(seen, status=status, code=code)

    def leave(self, entry: Entry, error: RefusedError) -> None:
        """Count and keep why a file is not stored."""
        status = "withheld" if isinstance(error, WithheldError) else "refused"
        self.counts[status] += 1
        self.reasons[status, error.code] += 1
        self.note(entry, status, error.code)


@dataclass
class _Seen:
    """What the first look finds."""

    series: dict[str, list[tuple[str, Entry]]] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    traces: Traces = field(default_factory=Traces)
    evidence: set[object] = field(default_factory=set)


def subkey(key: bytes) -> bytes:
    """Return the key of UIDs, pseudonyms and dates, made from the patient's data key."""
    return hmac.digest(key, b"imaging/de-identification/1", "sha256")


def _header(source: Source, entry: Entry) -> Dataset:
    length = _HEAD
    while True:
        head = source.head(entry, length)
        dataset = read_header(head, len(head) >= entry.size or len(head) < length)
        if dataset is not None:
            return dataset
        length *= 16


def _person(dataset: Dataset) -> tuple[str, str, str]:
    name = " ".join(sorted(folded(text_of(dataset, _PATIENT_NAME)).replace("^", " ").split()))
    return dataset.text(_PATIENT_ID).casefold(), name, dataset.text(_BIRTH_DATE)


def _look(source: Source, entries: list[Entry], engine: Deidentifier, outcome: Outcome) -> _Seen:
    """Read every header: series, people, what identifies, what is no DICOM at all."""
    seen = _Seen()
    for entry in entries:
        try:
            dataset = _header(source, entry)
        except RefusedError as error:
            outcome.counts["refused"] += 1
            outcome.reasons["refused", error.code] += 1
            outcome.note(entry, "refused", error.code)
            continue
        uids = dataset.text(SOP_CLASS), dataset.text(INSTANCE)
        outcome.verdicts[entry.number] = Verdict("seen", uids=uids)
        number, *who = _person(dataset)
        if number or any(who):
            seen.people[number] = (who[0], who[1])
        evidence = evidence_of(dataset)
        if evidence not in seen.evidence:
            seen.evidence.add(evidence)
            seen.traces.merge(traces_of(evidence))
        uid = engine.uids(dataset.text(INSTANCE))
        seen.series.setdefault(dataset.text(SERIES), []).append((uid, entry))
    return seen


def _several_people(people: dict[str, tuple[str, str]]) -> bool:
    """Say whether files speak of more than one person: number, and name or birth date, differ."""
    return len(people) > 1 and len(set(people.values())) > 1


def _other_person(people: dict[str, tuple[str, str]], identity: KnownIdentity) -> bool:
    """Say whether name and birth date both differ from those of the patient."""
    if not identity.names or identity.birth_date is None:
        return False
    known = {word for name in identity.names for word in folded(name).replace(",", " ").split()}
    born = identity.birth_date.strftime("%Y%m%d")
    return any(
        name and birth and birth != born and not known & set(name.split())
        for name, birth in people.values()
    )


def _decisions(
    source: Source, engine: Deidentifier, entries: list[tuple[str, Entry]], outcome: Outcome,
    *, holding: Holding,
) -> Iterator[Decision]:  # fmt: skip
    """Yield what may be stored; hold what a person must look at; count everything."""
    for _, entry in entries:
        decision = engine.deidentify(source.read(entry))
        outcome.counts[decision.status] += 1
        outcome.changes += decision.counts
        if decision.held:
            outcome.held.append(holding.hold(decision))
        outcome.note(entry, decision.status, decision.code)
        if decision.status != "stored":
            outcome.reasons[decision.status, decision.code] += 1
            continue
        yield decision


def _without_duplicates(
    entries: list[tuple[str, Entry]], known: set[str], outcome: Outcome
) -> list[tuple[str, Entry]]:
    fresh = []
    for uid, entry in entries:
        if uid and uid in known:
            outcome.counts["duplicate"] += 1
            outcome.note(entry, "duplicate")
            continue
        known.add(uid)
        fresh.append((uid, entry))
    return fresh


def ingest(
    order: Order, stream: BinaryIO, size: int, progress: Progress, *, spans: Spans | None = None
) -> Outcome:
    """Take an upload apart and seal what may be stored into packs in ``order.staging``.

    progress: called with how many files are done, and of how many. spans: where the files lie.
    """
    outcome = Outcome()
    try:
        source = open_source(stream, size, order.largest, spans)
    except SourceRefusedError as error:
        outcome.stopped = error.code
        return outcome
    among = slides_among(source)
    seen = _look(source, among.others, Deidentifier(subkey(order.key), given=order.given), outcome)
    if _several_people(seen.people):
        return Outcome(stopped="several_people", verdicts=outcome.verdicts)
    outcome.other_person = _other_person(seen.people, order.identity)
    engine = Deidentifier(subkey(order.key), order.identity, extra=seen.traces, given=order.given)
    known = set(order.known)
    holding = Holding(order.staging, order.key, order.key_id)
    for number, entries in enumerate(seen.series.values()):
        (order.staging / "series").write_text(f"{number + 1} {len(seen.series)}")
        fresh = _without_duplicates(entries, known, outcome)
        decisions = _decisions(source, engine, fresh, outcome, holding=holding)
        _pack(order, number, _told(decisions, outcome, len(source.entries), progress), outcome)
    for pack in outcome.packs:
        pack_slide(pack, order.key, order.key_id)
    traces = seen.traces
    traces.add_known(order.identity)
    bench = Bench(order.key, order.key_id, order.staging, traces.finder())
    for entry, code in among.withheld:
        outcome.leave(entry, WithheldError(code))
    for slide in among.slides:
        _take_slide(bench, source, slide, outcome, progress=progress)
    return outcome


def _take_slide(
    bench: Bench, source: Source, slide: Found, outcome: Outcome, *, progress: Progress
) -> None:
    """Seal a slide, or say why not."""
    try:
        outcome.slides.append(bench.take(source, slide, progress))
    except RefusedError as error:
        for entry in slide.entries:
            outcome.leave(entry, error)
        return
    outcome.counts["stored"] += 1
    for entry in slide.entries:
        outcome.note(entry, "stored")


def _told(
    decisions: Iterator[Decision], outcome: Outcome, total: int, progress: Progress
) -> Iterator[Decision]:
    """Yield decisions and say from time to time how far the work is."""
    for number, decision in enumerate(decisions):
        if number % 16 == 0:
            progress(sum(outcome.counts.values()), total)
        yield decision


def _pack(order: Order, number: int, decisions: Iterator[Decision], outcome: Outcome) -> None:
    path = order.staging / f"pack-{number}"
    pack = write_pack(order.key, order.key_id, path, decisions)
    if pack.instances:
        outcome.packs.append(pack)
    else:
        path.unlink()
        pack.metadata.unlink()


def ingest_spooled(order: Order) -> Outcome:
    """Ingest an upload that waits in the spool; runs in a worker process."""
    counter = order.staging / "progress"

    def progress(done: int, total: int) -> None:
        counter.write_text(f"{done} {total}")

    spans = spans_of(order.place)
    with spooled(order.place) as stream:
        return ingest(order, cast(BinaryIO, stream), stream.size, progress, spans=spans)
