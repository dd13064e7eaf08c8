"""Make libraries, write pages, put consent forms in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cpms_portal.cms.resources import (
    ConsentForm,
    ConsentForms,
    Library,
    Page,
    PageText,
)
from cpms_portal.core.actor import Actor
from cpms_portal.core.resources import modified
from cpms_portal.networks.queries import networks_of
from cpms_portal.workflow.actions import begin, transition

FORMS = "consent-forms"


def bring_up(root: Any, actor: Actor) -> None:
    """Make the library of the portal in a new database."""
    if "library" not in root:
        add_library(root, actor)


def add_library(above: Any, actor: Actor) -> Library:
    """Make the library of the portal or of a network."""
    library = Library("Library", actor.now)
    above.add("library", library)
    return library


def add_network_libraries(root: Any, actor: Actor) -> int:
    """Give every network that has none its library; return how many were made."""
    bare = [network for network in networks_of(root) if "library" not in network]
    for network in bare:
        add_library(network, actor)
    return len(bare)


def add_page(library: Library, slug: str, texts: Mapping[str, PageText], *, actor: Actor) -> Page:
    """Make a page with its texts by language; it is private until it is published."""
    page = Page(created=actor.now)
    for language, text in texts.items():
        page.write(language, text)
    library.add(slug, page)
    begin(page, actor)
    return page


def arrange_page(page: Page, *, order: int, tags: Iterable[str], actor: Actor) -> None:
    """Say where a page stands in its library and what it is about."""
    page.order = order
    page.tags = tuple(tags)
    modified(page, actor.registry)


def publish(page: Page | ConsentForm, actor: Actor) -> None:
    """Let everybody read it."""
    transition(page, "publish", actor)


def add_consent_forms(library: Library, structure: dict[str, Any], actor: Actor) -> ConsentForms:
    """Make the container of the model consent forms."""
    forms = ConsentForms("Model consent forms", structure, actor.now)
    library.add(FORMS, forms)
    return forms


def put_consent_form(forms: ConsentForms, found: Mapping[str, Any], actor: Actor) -> ConsentForm:
    """Make or renew the form of a language; it is published at once.

    found: language, language_name, version, date, texts and the digest of its file.
    """
    language = found["language"]
    new = language not in forms
    form = ConsentForm(found["language_name"], language, actor.now) if new else forms[language]
    form.title = found["language_name"]
    form.version = str(found["version"])
    form.day = found["date"]
    form.texts = dict(found["texts"])
    form.digest = found["digest"]
    if new:
        forms.add(language, form)
        begin(form, actor)
        publish(form, actor)
    return form
