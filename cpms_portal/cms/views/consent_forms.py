"""The model consent form: to read and to download, in every language."""

from __future__ import annotations

import re
from typing import Any

from babel.dates import format_date
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response

from cpms_portal.cms.queries.consent_forms import FormWords, forms_for, words_of_form
from cpms_portal.cms.resources import ConsentForm, ConsentForms
from cpms_portal.cms.views.languages import languages_of_country, reading_languages
from cpms_portal.cms.views.pdf import fillable_pdf
from cpms_portal.core.resources import resource_of
from cpms_portal.networks.queries import country_of
from cpms_portal.networks.resources import Institution
from cpms_portal.security.permissions import Permission

PAPER = "cpms_portal.cms:templates/consent_form_paper.pt"

#: English here is British: 28 November 2026.
BRITISH = {"en": "en_GB"}
OID = re.compile(r"-?[0-9]{1,19}")


def centre_of(request: Request) -> Institution | None:
    """Return the centre the form is for, when the address names one the reader may see."""
    asked = request.GET.get("centre", "")
    if not asked:
        return None
    is_oid = OID.fullmatch(asked) is not None and abs(int(asked)) < 2**63
    centre = resource_of(request.root, int(asked)) if is_oid else None
    seen = isinstance(centre, Institution) and request.has_permission(
        Permission.INSTITUTION_VIEW, centre
    )
    if not seen:
        raise HTTPNotFound()
    return centre


def consent_forms_page(context: ConsentForms, request: Request) -> dict[str, Any]:
    """Show the form in every language, first in those the reader or the centre speaks."""
    centre = centre_of(request)
    languages = reading_languages(request)
    if centre is not None:
        country = country_of(centre)
        languages = [*languages_of_country(country.code if country else ""), *languages]
    forms = forms_for(context, languages, request.actor)
    near = [form for form in forms if form.language in languages]
    return {
        "near": near,
        "far": [form for form in forms if form not in near],
        "centre": centre,
        "query": {"centre": request.GET["centre"]} if centre is not None else {},
    }


def _words(context: ConsentForm, request: Request) -> FormWords:
    centre = centre_of(request)
    return words_of_form(context, centre.title if centre is not None else "")


def _shown(words: FormWords, form: ConsentForm) -> dict[str, Any]:
    locale = BRITISH.get(form.language, form.language)
    day = form.day and format_date(form.day, "long", locale=locale)
    return {"words": words, "form": form, "day": day}


def consent_form_page(context: ConsentForm, request: Request) -> dict[str, Any]:
    """Show the form in one language as a page."""
    query = {"centre": request.GET["centre"]} if "centre" in request.GET else {}
    return {**_shown(_words(context, request), context), "query": query}


def consent_form_pdf(context: ConsentForm, request: Request) -> Response:
    """Answer with the form as a PDF to fill in; the same paper is made once."""
    words = _words(context, request)
    paper = render(PAPER, _shown(words, context), request)
    made = fillable_pdf(paper)
    response = Response(made.content, content_type="application/pdf", charset=None)
    name = f"consent-form-{context.language}.pdf"
    response.content_disposition = f'attachment; filename="{name}"'
    response.etag = made.digest
    response.conditional_response = True
    named = bool(words.filled)
    response.cache_control = "private, no-cache" if named else "public, no-cache"
    return response


def includeme(config: Configurator) -> None:
    """Register the pages."""
    shared = {"permission": Permission.LIBRARY_VIEW, "request_method": "GET"}
    config.add_view(
        consent_forms_page,
        context=ConsentForms,
        renderer="cpms_portal.cms:templates/consent_forms.pt",
        **shared,
    )
    config.add_view(
        consent_form_page,
        context=ConsentForm,
        renderer="cpms_portal.cms:templates/consent_form.pt",
        **shared,
    )
    config.add_view(consent_form_pdf, context=ConsentForm, name="pdf", **shared)
