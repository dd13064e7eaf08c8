"""Receive studies, and remove them. One transaction at the end; nothing half stored."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import transaction
from pyramid.registry import Registry

from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.i18n import _
from cpms_portal.core.resources import modified
from cpms_portal.core.settings import setting
from cpms_portal.imaging.deidentification.keyed import pseudonym
from cpms_portal.imaging.held.keeping import destroy_expired, keep_held
from cpms_portal.imaging.held.queries import held_uids
from cpms_portal.imaging.ingest.facts import Facts
from cpms_portal.imaging.ingest.holders import known_identity
from cpms_portal.imaging.ingest.packing import Pack
from cpms_portal.imaging.ingest.receipts import StudyReceipt, lines_of
from cpms_portal.imaging.ingest.reporting import report_of
from cpms_portal.imaging.ingest.sources import in_memory
from cpms_portal.imaging.ingest.work import Order, Outcome, ingest, subkey
from cpms_portal.imaging.ingest.workers import workers
from cpms_portal.imaging.queries import (
    ASKED,
    FACE_ANSWERS,
    NOT_VISIBLE,
    REPORTS,
    SeriesIndex,
    array_reader,
    folded_index,
    given_in,
    index_of,
    known_uids,
    pyramid_of,
    reports_of,
    slides_of,
)
from cpms_portal.imaging.resources import STUDIES, Series, Slide, Studies, Study
from cpms_portal.imaging.slides.joining import Part, fit_together, joined
from cpms_portal.imaging.slides.taking import TakenSlide, sealed_slide
from cpms_portal.storage.blobs import SealedBlob
from cpms_portal.storage.keys import keyring
from cpms_portal.storage.sealing import seal_json
from cpms_portal.storage.uploads import spool

Beside = tuple[Study, SealedBlob] | None
_INSTANCE_ONLY = ("study_uid", "series_uid", "study_description", "series_description",
                  "study_date", "series_number", "modality", "head", "listed")  # fmt: skip


def _staging(registry: Registry) -> Path:
    """Return the folder where packs, already sealed, wait for their transaction."""
    folder = Path(setting(registry, "cpms.var")) / "staging"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _order(holder: Any, place: Path, staging: Path, registry: Registry) -> Order:
    return Order(
        place,
        staging,
        holder.key_id,
        keyring(registry).key(holder.key_id),
        known_identity(holder, registry),
        known_uids(registry, holder) | held_uids(registry, holder, now(registry)),
        setting(registry, "cpms.imaging.largest_unpacked"),
        given_in(registry, holder),
    )


def receive_study(holder: Any, files: Iterable[tuple[str, bytes]], actor: Actor) -> StudyReceipt:
    """De-identify and store files (name, content) of a patient at once, in this process.

    For importers and small uploads; large ones come through ``start_receiving``.
    """
    registry = actor.registry
    with tempfile.TemporaryDirectory(dir=_staging(registry)) as folder:
        order = _order(holder, Path(folder), Path(folder), registry)
        stream, size = in_memory(files)
        outcome = ingest(order, stream, size, lambda done, total: None)
        return store(holder, outcome, actor)


def start_receiving(holder: Any, upload_id: str, actor: Actor) -> Future[Outcome]:
    """Start work on a complete upload in a worker; asking again gives the same work.

    UploadRefusedError when the upload is not this person's.
    """
    registry = actor.registry
    upload = spool(registry).find(upload_id, actor.oid)
    running = workers(registry).find(upload_id)
    if running is not None and not (running.done() and running.exception()):
        return running
    staging = _staging(registry) / upload.upload_id
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    order = _order(holder, spool(registry).folder / upload.upload_id, staging, registry)
    return workers(registry).submit(upload_id, order)


def progress_of(registry: Registry, upload_id: str, kind: str = "progress") -> tuple[int, int]:
    """Return how many files of an upload are done, and of how many; (0, 0) at the start.

    kind: "series" for which series is worked on, and of how many.
    """
    try:
        done, total = (_staging(registry) / upload_id / kind).read_text().split()
    except (OSError, ValueError):
        return 0, 0
    return int(done), int(total)


def finish_receiving(holder: Any, upload_id: str, outcome: Outcome, actor: Actor) -> StudyReceipt:
    """Store what a worker made of an upload, and forget the upload once that is certain."""
    registry = actor.registry
    receipt = store(holder, outcome, actor)

    def forget(stored: bool) -> None:
        if stored:
            workers(registry).forget(upload_id)
            shutil.rmtree(_staging(registry) / upload_id, ignore_errors=True)
            spool(registry).drop(upload_id)

    transaction.get().addAfterCommitHook(forget)
    return receipt


def store(holder: Any, outcome: Outcome, actor: Actor) -> StudyReceipt:
    """Join packs to the studies of a holder; instances stored meanwhile are left out."""
    receipt = StudyReceipt(
        duplicates=outcome.counts["duplicate"],
        lines=lines_of(outcome.reasons),
        other_person=outcome.other_person,
        stopped=outcome.stopped,
    )
    known = set(known_uids(actor.registry, holder)) if outcome.packs else set()
    touched: dict[str, Study] = {}
    for pack in outcome.packs:
        fresh = [facts for facts in pack.instances if facts["uid"] not in known]
        receipt.duplicates += len(pack.instances) - len(fresh)
        if fresh:
            known.update(facts["uid"] for facts in fresh)
            study = _study(holder, fresh[0], actor)
            kept = _join(study, pack, fresh, actor.registry)
            add_report(study, report_of(outcome, len(fresh), actor.now), actor.registry)
            if any(facts["head"] for facts in fresh):
                # Slices that come after an answer may show what those before did not.
                _series_with(study, kept).faceless = False
                study.face = ASKED
            touched[study.__name__ or ""] = study
            receipt.stored += len(fresh)
            receipt.series += 1
            if pack.slide:
                _add_slide(holder, pack.slide, receipt, actor, beside=(study, kept))
    for taken in outcome.slides:
        _add_slide(holder, taken, receipt, actor)
    seen = {slide.study for slide in slides_of(holder)}
    receipt.studies = [name for name in sorted(touched) if name not in seen] + receipt.slides
    receipt.heads = sorted(name for name, study in touched.items() if study.face == ASKED)
    receipt.held = keep_held(holder, outcome.held, actor)
    receipt.missing = _missing(holder, outcome, known, actor)
    destroy_expired(holder, actor)
    for study in touched.values():
        _tell(study, actor)
    return receipt


def _missing(holder: Any, outcome: Outcome, known: set[str], actor: Actor) -> int:
    """Return how many images the manifests of an upload list that neither are here nor wait."""
    listed = {uid for pack in outcome.packs for facts in pack.instances
              for uid in facts.get("listed") or ()}  # fmt: skip
    left = listed - known
    return len(left - held_uids(actor.registry, holder, actor.now)) if left else 0


def _add_slide(
    holder: Any, taken: TakenSlide, receipt: StudyReceipt, actor: Actor, *, beside: Beside = None
) -> None:
    """Add a slide; one that is there already is known by its content.

    beside: for a slide in DICOM its study, and the pack its tiles stay in.
    """
    registry = actor.registry
    key = subkey(keyring(registry).key(holder.key_id))
    name = pseudonym(key, "slide", taken.digest, 10).lower()
    studies = _studies(holder, actor)
    if beside and (slide := _same_slide(holder, taken, beside, registry)):
        receipt.slides.append(slide.__name__ or "")
        _join_slide(slide, taken, beside[1], key, actor=actor)
        return
    receipt.slides.append(name)
    if name in studies:
        receipt.duplicates += 0 if beside else 1
        return
    own = _taken_over(holder.key_id, taken.path, taken.size)
    slide = Slide(holder.key_id, (beside[1], own) if beside else (own,), actor.now)
    slide.study = beside[0].__name__ or "" if beside else ""
    slide.sealed = seal_json(registry, holder.key_id, "slide", taken.pyramid.as_json())
    slide.version = pseudonym(key, "slide version", taken.digest, 10).lower()
    studies.add(name, slide)
    receipt.stored += 0 if beside else 1
    announce(registry, Changed(slide, actor, "slide.received"))


def _same_slide(
    holder: Any, taken: TakenSlide, beside: tuple[Study, SealedBlob], registry: Registry
) -> Slide | None:
    """Return the slide whose series a level that came later belongs to."""
    study, pack = beside
    series = _series_with(study, pack)
    for slide in slides_of(holder):
        same = slide.study == study.__name__ and slide.packs[0] in series.packs
        if same and fit_together(pyramid_of(registry, slide), taken.pyramid):
            return slide
    return None


def _series_with(study: Study, pack: SealedBlob) -> Series:
    return next(one for one in study.series.values() if pack in one.packs)


def _join_slide(
    slide: Slide, taken: TakenSlide, pack: SealedBlob, key: bytes, *, actor: Actor
) -> None:
    """Join levels that came later to a slide; its name and its annotations stay."""
    registry = actor.registry
    own = _taken_over(slide.key_id, taken.path, taken.size)
    *packs, arrays = slide.packs
    kept = Part(pyramid_of(registry, slide), array_reader(registry, arrays))
    came = Part(taken.pyramid, array_reader(registry, own), len(packs))
    path = taken.path.with_name(f"joined-{taken.path.name}")
    data_key = keyring(registry).key(slide.key_id)
    whole = sealed_slide(joined(kept, came), data_key, slide.key_id, path)
    blob = _taken_over(slide.key_id, whole.path, whole.size)
    slide.packs = (*packs, pack, blob)
    slide.sealed = seal_json(registry, slide.key_id, "slide", whole.pyramid.as_json())
    slide.version = pseudonym(key, "slide version", whole.digest, 10).lower()
    announce(registry, Changed(slide, actor, "slide.received"))


def add_report(study: Study, report: dict[str, Any], registry: Registry) -> None:
    """Add the report of an upload to a study; of one upload that brings several series, one."""
    kept = reports_of(registry, study)
    if kept and kept[-1]["at"] == report["at"]:
        report = {**report, "stored": report["stored"] + kept.pop()["stored"]}
    study.reports = seal_json(registry, study.key_id, REPORTS, [*kept, report])


def answer_about_face(study: Study, answer: str, actor: Actor) -> None:
    """Keep what somebody who looked says of the face in a study of a head."""
    if answer not in FACE_ANSWERS:
        raise ValueRefusedError(_("Please choose an answer."), "answer")
    study.face, study.face_by, study.face_at = answer, actor.name, actor.now
    for series in study.series.values():
        series.faceless = answer == NOT_VISIBLE
    announce(actor.registry, Changed(study, actor, "study.face_answered", {"answer": answer}))


def _tell(study: Study, actor: Actor) -> None:
    study.title = " · ".join(study.modalities)
    modified(study, actor.registry)
    announce(actor.registry, Changed(study, actor, "study.received"))


def _studies(holder: Any, actor: Actor) -> Studies:
    """Return the container of a holder's studies, made with the first one."""
    if STUDIES not in holder:
        holder.add(STUDIES, Studies("Studies", actor.now))
    return holder[STUDIES]


def _study(holder: Any, facts: Facts, actor: Actor) -> Study:
    """Return the study of an instance, made when it is new.

    Its name comes from its UID, so that one study sent twice at once meets itself: the
    second transaction conflicts, is tried again, and joins.
    """
    registry = actor.registry
    key = subkey(keyring(registry).key(holder.key_id))
    name = pseudonym(key, "study", facts["study_uid"], 10).lower()
    studies = _studies(holder, actor)
    if name in studies:
        return studies[name]
    study = Study(facts["study_uid"], holder.key_id, actor.now)
    about = {"description": facts["study_description"], "date": facts["study_date"]}
    study.about = seal_json(registry, holder.key_id, "about", about)
    study.title = facts["modality"]
    studies.add(name, study)
    return study


def _join(study: Study, pack: Pack, fresh: list[Facts], registry: Registry) -> SealedBlob:
    """Add a pack to the series its instances belong to; return it."""
    first = fresh[0]
    series, index = _series(study, first, registry)
    own = tuple(
        {name: value for name, value in facts.items() if name not in _INSTANCE_ONLY}
        | {"pack": len(series.packs)}
        for facts in fresh
    )
    index = replace(index, instances=index.instances + own)
    series.packs += (_taken_over(study.key_id, pack.path, pack.size),)
    series.metadata += (_taken_over(study.key_id, pack.metadata, pack.metadata_size),)
    series.count = len(index.instances)
    series.sealed = seal_json(registry, study.key_id, series.field, folded_index(index))
    return series.packs[-1]


def _taken_over(key_id: str, path: Path, size: int) -> SealedBlob:
    """Return a blob with a sealed file; a link is taken, so that a second try finds the file."""
    link = path.with_name(f"{path.name}-{os.urandom(4).hex()}")
    os.link(path, link)
    return SealedBlob.take_over(key_id, link, size)


def _series(study: Study, facts: Facts, registry: Registry) -> tuple[Series, SeriesIndex]:
    for series in study.series.values():
        index = index_of(registry, study, series)
        if index.uid == facts["series_uid"]:
            return series, index
    series = Series(str(len(study.series) + 1), facts["modality"])
    study.series[series.series_id] = series
    return series, SeriesIndex(
        facts["series_uid"], facts["series_description"], facts["series_number"], ()
    )


def remove_study(study: Study | Slide, actor: Actor) -> None:
    """Take a study, or a slide with the series its tiles lie in, away for good."""
    announce(actor.registry, Changed(study, actor, f"{study.noun}.removed"))
    studies, name = study.__parent__, study.__name__
    studies.remove(name)
    beside = studies.get(study.study) if isinstance(study, Slide) else None
    if beside is not None:
        _remove_series(beside, study.packs[0], actor)
    for slide in slides_of(studies.__parent__):
        if slide.study == name:
            remove_study(slide, actor)


def _remove_series(study: Study, pack: SealedBlob, actor: Actor) -> None:
    """Take the series away that holds a pack, and its study when nothing else is in it."""
    for name, series in list(study.series.items()):
        if pack in series.packs:
            del study.series[name]
    if study.series:
        _tell(study, actor)
    else:
        remove_study(study, actor)
