"""Libraries, pages and consent forms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from persistent import Persistent
from persistent.mapping import PersistentMapping

from cpms_portal.core.resources import Container, Content, content_type, oid_of
from cpms_portal.security.roles import Role

LIBRARY_ROLES = frozenset({Role.EDITOR, Role.REVIEWER})
#: The language every page has and that stands in for a missing one.
ORIGINAL = "en"


@content_type("Library")
class Library(Container):
    """The pages of the portal, or of one network."""

    noun = "library"

    def role_nodes(self, role: str) -> Iterable[int] | None:
        """A library bears its editors and reviewers."""
        return (oid_of(self),) if role in LIBRARY_ROLES else None


class PageText(Persistent):
    """What a page says in one language.

    text: CommonMark. imported: digest of the file it came from, empty when written here.
    """

    def __init__(self, title: str, text: str, imported: str = "") -> None:
        self.title = title
        self.text = text
        self.imported = imported


@content_type("Page")
class Page(Content):
    """One text in one or more languages. order: its place in the library, lowest first."""

    noun = "page"
    state: str = ""
    history: tuple[Any, ...] = ()
    tags: tuple[str, ...] = ()
    order: int = 1000

    def __init__(self, title: str = "", created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.texts: PersistentMapping = PersistentMapping()

    def write(self, language: str, text: PageText) -> None:
        """Put what the page says in a language; the original gives the page its title."""
        self.texts[language] = text
        if language == ORIGINAL or not self.title:
            self.title = text.title

    def text_for(self, languages: Iterable[str]) -> tuple[str, PageText]:
        """Return language and text of the first language there is, else of the original."""
        chosen = next((one for one in languages if one in self.texts), ORIGINAL)
        if chosen not in self.texts:
            chosen = min(self.texts)
        return chosen, self.texts[chosen]

    def index_facets(self) -> dict[str, Any]:
        """Pages are found by tag and by language."""
        return {"tag": self.tags, "language": tuple(self.texts)}

    def index_sorts(self) -> dict[str, Any]:
        """Pages are listed in the order their editors chose."""
        return {"title": f"{self.order:06d} {self.title}"}

    def index_words(self) -> str:
        """Pages are looked up by the words of their titles, in every language."""
        return " ".join(text.title for text in self.texts.values())


@content_type("ConsentForms")
class ConsentForms(Container):
    """The model consent form in all its languages; ``structure`` is the same in each.

    structure: head, sections and foot, as content/consent_forms/structure.yaml says.
    """

    noun = "library"

    def __init__(self, title: str, structure: dict[str, Any], created: datetime | None) -> None:
        super().__init__(title, created)
        self.structure = structure

    def forms(self) -> list[ConsentForm]:
        """Return the form in every language, by the language's own name."""
        found = [form for form in self.values() if isinstance(form, ConsentForm)]
        return sorted(found, key=lambda form: form.title.casefold())


@content_type("ConsentForm")
class ConsentForm(Content):
    """The model consent form in one language. title: the language's own name.

    language: ISO 639-1 code. version, day: of this text. texts: key of the structure → words.
    """

    noun = "consent_form"
    state: str = ""
    history: tuple[Any, ...] = ()
    version: str = ""
    day: date | None = None
    digest: str = ""

    def __init__(self, title: str, language: str, created: datetime | None = None) -> None:
        super().__init__(title, created)
        self.language = language
        self.texts: dict[str, str] = {}
