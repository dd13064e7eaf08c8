"""The model consent form: all its languages are one object, each a form below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from unicodedata import normalize

from cpms_portal.core.resources import Container, Content, content_type


@dataclass(frozen=True)
class EarlierForm:
    """What a consent form said before it was changed: by whom, when, and its texts."""

    who_name: str
    at: datetime
    version: str
    day: date | None
    texts: Mapping[str, str]


@content_type("ConsentForms")
class ConsentForms(Container):
    """The model consent form in all its languages; ``structure`` is the same in each.

    structure: head, sections and foot, as content/consent_forms/structure.yaml says. source: that
    file, word for word.
    """

    noun = "library"
    source = ""

    def __init__(self, title: str, structure: dict[str, Any], created: datetime | None) -> None:
        super().__init__(title, created)
        self.structure = structure

    def forms(self) -> list[ConsentForm]:
        """Return the form in every language, by the language's own name."""
        found = [form for form in self.values() if isinstance(form, ConsentForm)]
        return sorted(found, key=lambda form: normalize("NFKD", form.title).casefold())


@content_type("ConsentForm")
class ConsentForm(Content):
    """The model consent form in one language. title: the language's own name.

    language: ISO 639-1 code. version, day: of this text. texts: key of the structure → words.
    source: the file it was read from, word for word, or the one that says what was written here
    (written_here) since. edition: counts the saves here. earlier: what it said before each, the
    last one last.
    """

    noun = "consent_form"
    state: str = ""
    history: tuple[Any, ...] = ()
    version: str = ""
    day: date | None = None
    digest: str = ""
    source: str = ""
    written_here = False
    edition = 0
    earlier: tuple[EarlierForm, ...] = ()

    def __init__(self, title: str, language: str, created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.language = language
        self.texts: dict[str, str] = {}
