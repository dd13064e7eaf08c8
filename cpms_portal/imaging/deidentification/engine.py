"""The engine: a file in, a decision out; never an exception, never half a file."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import BinaryIO

from cpms_portal.imaging.deidentification.cleaning import Cleaner
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.elements import Bytes, Dataset
from cpms_portal.imaging.deidentification.encapsulated import document_in
from cpms_portal.imaging.deidentification.harvest import Evidence, evidence_of, traces_of
from cpms_portal.imaging.deidentification.identity import KnownIdentity, Traces
from cpms_portal.imaging.deidentification.keyed import UIDMap, pseudonym, shift_of
from cpms_portal.imaging.deidentification.reader import File, read_file
from cpms_portal.imaging.deidentification.reasons import (
    REFUSED,
    STORED,
    WITHHELD,
    RefusedError,
    WithheldError,
)
from cpms_portal.imaging.deidentification.returning import Given, comes_back
from cpms_portal.imaging.deidentification.rewriting import Rewriter
from cpms_portal.imaging.deidentification.screening import SOP_CLASS, SOP_INSTANCE, screen
from cpms_portal.imaging.deidentification.syntaxes import DEFLATED
from cpms_portal.imaging.deidentification.table import RULES_VERSION
from cpms_portal.imaging.deidentification.writer import file_meta

PATIENT_ID, PATIENT_NAME = 0x00100020, 0x00100010


class Deidentifier:
    """De-identifies the files of one patient (identity known), or of a folder (unknown).

    key: secret bytes; the patient's own key in the portal. identity: what enrolment
    knows. When it is None, each PatientID of the files counts as a patient of its own.
    given: what the portal gave already; an object that comes back keeps it.
    """

    rules_version = RULES_VERSION

    def __init__(
        self,
        key: bytes,
        identity: KnownIdentity | None = None,
        *,
        extra: Traces | None = None,
        given: Given | None = None,
    ) -> None:
        self.key = key
        self.identity = identity
        self.given = given or Given()
        self.uids = UIDMap(key, self.given.uids)
        self._extra = extra or Traces()
        if identity is not None:
            self._extra.add_known(identity)
        self._cleaners: dict[tuple[str, Evidence], Cleaner] = {}

    def deidentify(self, source: Bytes | BinaryIO) -> Decision:
        """Decide on one file."""
        try:
            content = source if isinstance(source, Bytes) else source.read()
            return self._stored(read_file(content))
        except WithheldError as error:
            return Decision(WITHHELD, error.code)
        except RefusedError as error:
            return Decision(REFUSED, error.code)
        except (MemoryError, RecursionError, ValueError, IndexError, KeyError, OverflowError,
                ArithmeticError, LookupError, TypeError, OSError):  # fmt: skip
            # Whatever a hostile file still provokes ends here: no file may stop the others.
            return Decision(REFUSED, "unreadable")

    def evidence(self, source: Bytes) -> tuple[str, Evidence]:
        """Return the PatientID of a file and its identifying values; RefusedError if unreadable."""
        dataset = read_file(source).dataset
        return dataset.text(PATIENT_ID), evidence_of(dataset)

    def _stored(self, file: File) -> Decision:
        dataset = file.dataset
        waits = screen(dataset, file.syntax)
        cleaner = self._cleaner(dataset)
        cleaner.counts = Counter()
        if file.trailing:
            cleaner.counts["trailing"] += 1
        inside = document_in(dataset, cleaner)
        pseudonym = self._pseudonym(dataset)
        back = self.given if comes_back(dataset, pseudonym, self.given) else None
        rewriter = Rewriter(cleaner, file.syntax, pseudonym, back)
        body = rewriter.rewritten(dataset, inside.values)
        meta = file_meta(
            dataset.text(SOP_CLASS), self.uids(dataset.text(SOP_INSTANCE)), file.syntax
        )
        if file.syntax == DEFLATED:
            packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
            packed = packer.compress(b"".join(body)) + packer.flush()
            body = [packed + b"\0" * (len(packed) % 2)]
        waits = waits or inside.waits
        if waits:
            return Decision(WITHHELD, waits, counts=cleaner.counts, held=[meta, *body])
        return Decision(STORED, "", [meta, *body], cleaner.counts, head=rewriter.head)

    def _subject(self, dataset: Dataset) -> str:
        if self.identity is not None:
            return ""
        number = dataset.text(PATIENT_ID).upper()
        return number or "name " + dataset.text(PATIENT_NAME).upper()

    def _pseudonym(self, dataset: Dataset) -> str:
        return "P" + pseudonym(self.key, "patient", self._subject(dataset))

    def _cleaner(self, dataset: Dataset) -> Cleaner:
        subject, evidence = self._subject(dataset), evidence_of(dataset)
        cleaner = self._cleaners.get((subject, evidence))
        if cleaner is None:
            traces = traces_of(evidence)
            traces.merge(self._extra)
            if len(self._cleaners) > 64:
                self._cleaners.clear()
            cleaner = Cleaner(self.key, traces.finder(), self.uids, shift_of(self.key, subject))
            self._cleaners[subject, evidence] = cleaner
        return cleaner
