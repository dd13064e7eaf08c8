"""Put the model consent forms in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cpms_portal.cms.resources import ConsentForm, ConsentForms, Library
from cpms_portal.cms.resources.consent_forms import EarlierForm
from cpms_portal.cms.schemas.written import written_form
from cpms_portal.core.actor import Actor
from cpms_portal.core.events import Changed, announce
from cpms_portal.core.resources import modified
from cpms_portal.workflow.actions import begin, transition

FORMS = "consent-forms"
#: So many earlier editions of a form are kept.
MOST_KEPT = 100


def add_consent_forms(library: Library, structure: dict[str, Any], actor: Actor) -> ConsentForms:
    """Make the container of the model consent forms."""
    forms = ConsentForms("Model consent forms", structure, actor.now)
    library.add(FORMS, forms)
    return forms


def write_consent_form(form: ConsentForm, values: Mapping[str, Any], actor: Actor) -> None:
    """Write what the form says in a language; what it said before is kept.

    values: version, day, and every text by its key.
    """
    before = EarlierForm(actor.name, actor.now, form.version, form.day, dict(form.texts))
    form.earlier = (*form.earlier, before)[-MOST_KEPT:]
    form.version, form.day = values["version"], values["day"]
    form.texts = {key: values[key] for key in form.texts}
    form.edition += 1
    form.written_here = True
    form.source = written_form(form)
    modified(form, actor.registry)
    announce(actor.registry, Changed(form, actor, "edit"))


def settle_consent_form(form: ConsentForm, digest: str) -> None:
    """Say that the files hold what was written here. digest: of the file."""
    form.written_here, form.digest = False, digest


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
    form.source = found.get("source", "")
    if new:
        forms.add(language, form)
        begin(form, actor)
        transition(form, "publish", actor)
    else:
        modified(form, actor.registry)
    return form
