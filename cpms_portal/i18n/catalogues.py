"""The catalogues of messages: the template that is read off the sources, one file per language.

Nothing in a file changes unless a text does: no dates, no line numbers, sorted by message.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from cpms_portal.core.i18n import DOMAIN
from cpms_portal.i18n.from_python import read_module
from cpms_portal.i18n.from_templates import read_template
from cpms_portal.i18n.from_workflows import read_workflow

LOCALE = Path(__file__).parent / "locale"
TEMPLATE = LOCALE / f"{DOMAIN}.pot"
#: A date that means nothing: files of equal content are equal.
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)
MOVING_HEADERS = (b'"POT-Creation-Date:', b'"PO-Revision-Date:', b'"Generated-By:')
#: Sample pages for developers; their texts are not for readers.
SAMPLES = frozenset({"style.pt"})


def po_path(language: str) -> Path:
    """Return where the translations of a language are written."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def languages() -> list[str]:
    """Return the codes of the languages that have a catalogue."""
    return sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def _texts(package: Path, workflows: Path) -> Iterator[tuple[str, str | tuple[str, str]]]:
    for path in sorted(package.rglob("*.pt")):
        if path.name not in SAMPLES:
            for text in read_template(path).messages:
                yield path.relative_to(package.parent).as_posix(), text
    for path in sorted(package.rglob("*.py")):
        for found in read_module(path):
            yield path.relative_to(package.parent).as_posix(), found
    for path in sorted(workflows.glob("*.yaml")):
        for text in read_workflow(path):
            yield f"{workflows.name}/{path.name}", text


def _empty(language: str | None = None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project="cpms-portal",
        version="1",
        copyright_holder="the authors of the open CPMS",
        header_comment="# Texts of the open CPMS. How to translate: docs/how-to/translations.md",
        creation_date=NO_DAY,
        revision_date=NO_DAY,
        last_translator="",
        language_team="",
        fuzzy=False,
    )


def extract(workflows: Path) -> Catalog:
    """Return the template: every text of the portal, and in which files it stands."""
    template = _empty()
    for place, text in _texts(Path(__file__).parents[1], workflows):
        template.add(text, locations=[(place, 0)])
    for message in template:
        message.locations = sorted(set(message.locations))
    return template


def read_catalogue(path: Path, language: str | None = None) -> Catalog:
    """Return the catalogue in a .po or .pot file."""
    with path.open("rb") as stream:
        return read_po(stream, locale=language, domain=DOMAIN)


def merged(template: Catalog, language: str) -> Catalog:
    """Return a language brought up to the template; texts that are gone are left out."""
    known = read_catalogue(po_path(language), language) if po_path(language).exists() else None
    made = _empty(language)
    for message in template:
        if not message.id:
            continue
        old = known.get(message.id) if known else None
        made.add(message.id, string=_string(made, message, old), locations=message.locations)
    return made


def _string(made: Catalog, message: Message, old: Message | None) -> str | tuple[str, ...]:
    forms = made.num_plurals if message.pluralizable else 1
    known = _forms(old) if old is not None and not old.fuzzy else ()
    words = known if len(known) == forms else ("",) * forms
    return words if message.pluralizable else words[0]


def _forms(message: Message) -> tuple[str, ...]:
    said = message.string
    return tuple(said) if isinstance(said, tuple | list) else (said or "",)


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the text of its file."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=100, sort_output=True, include_lineno=False)
    lines = stream.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(MOVING_HEADERS))


def compiled(language: str) -> bytes:
    """Return the translations of a language as gettext reads them."""
    catalogue = read_catalogue(po_path(language), language)
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def untranslated(language: str) -> list[str]:
    """Return the messages a language has no words for yet."""
    catalogue = read_catalogue(po_path(language), language)
    missing = []
    for message in catalogue:
        if message.id and (message.fuzzy or not all(_forms(message))):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing
