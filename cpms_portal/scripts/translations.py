"""Keep the languages of the interface: extract, check, compile, or begin a new one (add CODE)."""

from __future__ import annotations

import argparse

from babel import Locale
from babel.core import UnknownLocaleError

from cpms_portal.core.errors import CPMSError
from cpms_portal.i18n.catalogues import (
    TEMPLATE,
    compiled,
    extract,
    languages,
    merged,
    po_path,
    untranslated,
    written,
)
from cpms_portal.i18n.negotiation import LANGUAGES
from cpms_portal.scripts._project import project_folder


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take one of the steps."""
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("extract", help="read the texts off the sources into all catalogues")
    steps.add_parser("check", help="say what is not extracted, translated or compiled")
    steps.add_parser("compile", help="write what the portal reads")
    add = steps.add_parser("add", help="begin a language")
    add.add_argument("language", metavar="CODE", help="such as it, or pt")


def _extract(new: str = "") -> int:
    template = extract(project_folder() / "workflows")
    TEMPLATE.write_bytes(written(template))
    for language in sorted({*languages(), *filter(None, [new])}):
        path = po_path(language)
        made = written(merged(template, language))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made)
        print(f"{language}: {len(untranslated(language))} of {len(template)} wait for words")
    return _compile()


def _compile() -> int:
    for language in languages():
        po_path(language).with_suffix(".mo").write_bytes(compiled(language))
    return 0


def _add(language: str) -> int:
    try:
        Locale.parse(language)
    except (UnknownLocaleError, ValueError) as error:
        raise CPMSError(f"{language} is not the code of a language") from error
    return _extract(language)


def _problems() -> list[str]:
    found = []
    if TEMPLATE.read_bytes() != written(extract(project_folder() / "workflows")):
        found.append("texts changed: run ./cpms translations extract")
    for language in languages():
        # A language that was begun may wait; one that is offered may not.
        missing = untranslated(language) if language in LANGUAGES else []
        found += [f"{language}: no words for {text!r}" for text in missing]
        if po_path(language).with_suffix(".mo").read_bytes() != compiled(language):
            found.append(f"{language}: run ./cpms translations compile")
    return found


def _check() -> int:
    problems = _problems()
    print("\n".join(problems) or f"nothing missing: en, {', '.join(languages())}")
    return 1 if problems else 0


def run(options: argparse.Namespace) -> int:
    """Do the step; check answers 1 when something is missing."""
    if options.step == "add":
        return _add(options.language)
    return {"extract": _extract, "check": _check, "compile": _compile}[options.step]()
