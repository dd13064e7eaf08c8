"""Pages and consent forms from ``content/``.

A text changed on the site is left alone; a text that still is what was imported follows its file.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from cpms_portal.cms.actions.consent_forms import FORMS, add_consent_forms, put_consent_form
from cpms_portal.cms.actions.libraries import add_network_libraries
from cpms_portal.cms.actions.writing import add_page, arrange_page, put_text
from cpms_portal.cms.queries.consent_forms import texts_needed
from cpms_portal.cms.resources import ORIGINAL, Library, PageText
from cpms_portal.contentio.reading import check_keys, read_front_matter, read_yaml
from cpms_portal.core.actor import Actor
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.workflow.actions import transition

PAGE_KEYS = {"title", "order", "tags", "language"}
STRUCTURE_KEYS = {"version", "head", "sections", "foot", "languages"}
FORM_KEYS = {"language", "language_name", "version", "date", "texts"}
#: What a section of a kind says besides ``id`` and ``kind``.
SECTION_KEYS: dict[str, set[str]] = {
    "text": set(),
    "fields": {"fields"},
    "choices": {"choices"},
    "signatures": {"lines"},
}


def digest_of(*parts: str) -> str:
    """Return a digest of texts, to see later whether they changed."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def import_library(root: Any, folder: Path, actor: Actor) -> int:
    """Make what is missing of the libraries; return how many objects were made."""
    made = add_network_libraries(root, actor)
    slugs: dict[str, dict[str, tuple[dict[str, Any], PageText]]] = {}
    for path in sorted((folder / "library").glob("*/*.md")):
        slugs.setdefault(path.stem, {})[path.parent.name] = _read_page(path)
    for slug, found in slugs.items():
        made += _import_page(root["library"], slug, found, actor)
    return made


def _read_page(path: Path) -> tuple[dict[str, Any], PageText]:
    head, text = read_front_matter(path)
    check_keys(path, head, PAGE_KEYS)
    if head["language"] != path.parent.name:
        raise ConfigurationRefusedError(f"{path}: language is not that of its folder")
    return head, PageText(head["title"], text, digest_of(head["title"], text))


def _import_page(
    library: Library, slug: str, found: dict[str, tuple[dict[str, Any], PageText]], actor: Actor
) -> int:
    if ORIGINAL not in found:
        raise ConfigurationRefusedError(f"library: {slug}: the {ORIGINAL} text is missing")
    head = found[ORIGINAL][0]
    if slug in library:
        return _renew_page(library[slug], found, actor)
    page = add_page(library, slug, {name: text for name, (_, text) in found.items()}, actor=actor)
    arrange_page(page, order=head["order"], tags=head["tags"], actor=actor)
    transition(page, "publish", actor)
    return 1


def _renew_page(page: Any, found: dict[str, tuple[dict[str, Any], PageText]], actor: Actor) -> int:
    for language, (_head, text) in found.items():
        kept = page.texts.get(language)
        untouched = kept is None or digest_of(kept.title, kept.text) == kept.imported
        if untouched and (kept is None or kept.imported != text.imported):
            put_text(page, language, text, actor)
    return 0


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
    made = 0
    for language in structure["languages"]:
        found = _read_form(path.with_name(f"{language}.yaml"), structure)
        made += language not in forms
        if language not in forms or forms[language].digest != found["digest"]:
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
    return {**found, "digest": digest_of(path.read_text(encoding="utf-8"))}
