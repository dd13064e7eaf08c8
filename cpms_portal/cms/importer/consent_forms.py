"""The model consent forms from ``content/``; what was written here stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from cpms_portal.cms.actions.consent_forms import (
    FORMS,
    add_consent_forms,
    put_consent_form,
    settle_consent_form,
)
from cpms_portal.cms.queries.consent_forms import texts_needed
from cpms_portal.cms.schemas.written import digest_of
from cpms_portal.contentio.reading import check_keys, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError

STRUCTURE_KEYS = {"version", "head", "sections", "foot", "languages"}
FORM_KEYS = {"language", "language_name", "version", "date", "texts"}
#: What a section of a kind says besides ``id`` and ``kind``.
SECTION_KEYS: dict[str, set[str]] = {
    "text": set(),
    "fields": {"fields"},
    "choices": {"choices"},
    "signatures": {"lines"},
}


def import_consent_forms(root: Any, folder: Path, actor: Actor) -> int:
    """Make or renew the model consent forms; return how many languages were made."""
    path = folder / "consent_forms" / "structure.yaml"
    if not path.exists():
        return 0
    structure = read_yaml(path)
    _check_structure(path, structure)
    library = root["library"]
    if FORMS not in library:
        add_consent_forms(library, structure, actor)
    forms = library[FORMS]
    if forms.structure != structure:
        forms.structure = structure
    if forms.source != (source := path.read_text(encoding="utf-8")):
        forms.source = source
    made = 0
    for language in structure["languages"]:
        found = _read_form(path.with_name(f"{language}.yaml"), structure)
        made += language not in forms
        there = forms.get(language)
        if there is not None and there.written_here:
            # What the office wrote here stays until its file says the same.
            if there.source == found["source"]:
                settle_consent_form(there, found["digest"])
        elif there is None or there.digest != found["digest"]:
            put_consent_form(forms, found, actor)
    return made


def _check_structure(path: Path, structure: Any) -> None:
    check_keys(path, structure, STRUCTURE_KEYS)
    for section in structure["sections"]:
        kind = section.get("kind")
        if kind not in SECTION_KEYS:
            raise ConfigurationRefusedError(f"{path}: section {section.get('id')}: kind {kind}")
        check_keys(path, section, {"id", "kind"} | SECTION_KEYS[kind])


def _read_form(path: Path, structure: dict[str, Any]) -> dict[str, Any]:
    found = read_yaml(path)
    check_keys(path, found, FORM_KEYS)
    check_keys(path, found["texts"], texts_needed(structure))
    if found["language"] != path.stem or not isinstance(found["date"], date):
        raise ConfigurationRefusedError(f"{path}: language or date is not right")
    source = path.read_text(encoding="utf-8")
    return {**found, "digest": digest_of(source), "source": source}
