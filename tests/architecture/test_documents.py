"""What the documents name is there: links, files, names of the code, verbs."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cpms_portal
from cpms_portal.scripts._verbs import verb_names
from tests.architecture.sources import PACKAGE, PROJECT, holds_for_all

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]
#: What tells how it was on a day, and why; it may name what has gone since.
OF_A_DAY = ("changes", "decisions")
OF_TODAY = [one for one in DOCUMENTS if not set(one.parts) & set(OF_A_DAY)]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FOLDERS = ("bench", "content", "cpms_portal", "docs", "requirements", "tests", "workflows")
PATH = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`")
IMPORT = re.compile(r"^from (cpms_portal[\w.]*) import (?:\(([^)]*)\)|(.*))$", re.M)
PACKAGES = "|".join(one.name for one in PACKAGE.iterdir() if (one / "__init__.py").exists())
DOTTED = re.compile(rf"`(?:cpms_portal\.)?((?:{PACKAGES})(?:\.\w+)+)(?:\(\))?`")
VERB = re.compile(r"\./cpms ([a-z]+)")


def _missing(document: Path, names: Iterator[str], verdict: str) -> None:
    found = sorted(set(names))
    assert not found, f"{document.relative_to(PROJECT)}: {verdict}: {', '.join(found)}"


def _is_there(name: str) -> bool:
    """Say whether a dotted name below the package is a module or something in one."""
    found: object = cpms_portal
    for part in name.split("."):
        if not hasattr(found, part) and hasattr(found, "__path__"):
            with suppress(ModuleNotFoundError):
                importlib.import_module(f"{found.__name__}.{part}")
        if not hasattr(found, part):
            return False
        found = getattr(found, part)
    return True


@holds_for_all(DOCUMENTS)
def test_every_link_leads_to_a_file(document):
    """A reader who follows a link that ends nowhere trusts the next one less."""
    targets = (one.partition("#")[0] for one in LINK.findall(document.read_text("utf-8")))
    local = (one for one in targets if one and "://" not in one and not one.startswith("mailto:"))
    _missing(document, (one for one in local if not (document.parent / one).exists()), "no file")


@holds_for_all(OF_TODAY)
def test_every_path_is_there(document):
    """What was moved is named by its new place."""
    paths = PATH.findall(document.read_text("utf-8"))
    _missing(document, (one for one in paths if not (PROJECT / one).exists()), "not there")


@holds_for_all(OF_TODAY)
def test_every_name_of_the_code_is_there(document):
    """Whoever copies an import from a document must not find it gone."""
    text = document.read_text("utf-8")
    names = set(DOTTED.findall(text))
    for module, many, one in IMPORT.findall(text):
        for line in (many or one).splitlines():
            plain = line.partition("#")[0]
            words = re.findall(r"\w+", plain)
            names |= {f"{module}.{word}".removeprefix("cpms_portal.") for word in words}
    _missing(document, (one for one in names if not _is_there(one)), "not in the code")


@holds_for_all([*OF_TODAY, *sorted(PROJECT.glob("*.ini"))])
def test_every_verb_is_one(document):
    """Commands of the documents can be typed."""
    verbs = VERB.findall(document.read_text("utf-8"))
    _missing(document, (one for one in verbs if one not in verb_names()), "no verb")
