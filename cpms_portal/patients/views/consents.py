"""The consents of a patient: what was signed, record, withdraw, and how it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.forms.views import FormView
from cpms_portal.networks.queries import institution_of
from cpms_portal.patients.actions import record_consent, withdraw_consent
from cpms_portal.patients.resources import CONSENTS, Patient
from cpms_portal.patients.schemas.enrolment import (
    CONSENT_TEXTS,
    CONSENT_TITLES,
    SIGNER_TITLES,
    RecordConsentSchema,
    WithdrawConsentSchema,
)
from cpms_portal.patients.views.overview import facts_of
from cpms_portal.security.permissions import Permission


@view_config(
    context=Patient,
    name="consents",
    permission=Permission.CONSENT_VIEW,
    renderer="cpms_portal.patients:templates/consents.pt",
)
def consents_page(patient: Patient, request: Request) -> dict[str, Any]:
    """Show the three consents and their history."""
    kinds = [
        {
            "kind": kind,
            "title": CONSENT_TITLES[kind],
            "text": CONSENT_TEXTS[kind],
            "consent": patient.consent(kind),
            "state": _("Given") if patient.consent(kind) else _("Not given"),
        }
        for kind in CONSENTS
    ]
    return {
        **facts_of(patient, request),
        "title": _("Consents"),
        "centre": oid_of(institution_of(patient)),
        "kinds": kinds,
        "signers": SIGNER_TITLES,
        "steps": sorted(_steps(patient, request), key=lambda step: step["at"], reverse=True),
        "may_record": request.has_permission(Permission.CONSENT_RECORD, patient),
        "may_withdraw": request.has_permission(Permission.CONSENT_WITHDRAW, patient),
    }


def _steps(patient: Patient, request: Request) -> Iterator[dict[str, Any]]:
    say = request.localizer.translate
    for consent in patient.consents:
        named = {"kind": say(CONSENT_TITLES[consent.kind])}
        yield {
            "title": _("${kind}: recorded", mapping=named),
            "at": consent.recorded,
            "who": consent.recorded_by,
            "signed": consent.given,
            "text": "",
        }
        if consent.withdrawn is not None:
            yield {
                "title": _("${kind}: withdrawn", mapping=named),
                "at": consent.withdrawn,
                "who": consent.withdrawn_by,
                "signed": None,
                "text": consent.reason,
            }


class OneConsent(FormView):
    """A form about one consent, named by the last part of the address."""

    def kind(self) -> str:
        """Return the kind of consent; not found when there is no such."""
        kind = "/".join(self.request.subpath)
        if kind not in CONSENTS:
            raise HTTPNotFound()
        return kind

    def extra(self) -> dict[str, Any]:
        """Say which consent it is about."""
        return {"intro": CONSENT_TITLES[self.kind()]}

    def cancel_url(self) -> str:
        """Go back to the consents."""
        return self.request.resource_path(self.context, "consents")


@view_config(context=Patient, name="record-consent", permission=Permission.CONSENT_RECORD)
class RecordConsent(OneConsent):
    """Record a consent that was signed."""

    schema = RecordConsentSchema
    title = _("Record a consent")
    submit_label = _("Record consent")

    def save(self, values: dict[str, Any]) -> Response:
        """Record it."""
        record_consent(self.context, self.kind(), values, self.request.actor)
        self.request.tell(_("The consent is recorded."))
        return HTTPSeeOther(self.cancel_url())


@view_config(context=Patient, name="withdraw-consent", permission=Permission.CONSENT_WITHDRAW)
class WithdrawConsent(OneConsent):
    """End a consent."""

    schema = WithdrawConsentSchema
    title = _("Withdraw a consent")
    submit_label = _("Withdraw consent")
    tone = "danger"

    def extra(self) -> dict[str, Any]:
        """Say what will happen."""
        care = _(
            "Consent for care: running panels freeze at once and nobody outside your centre can"
            " read the case any more."
        )
        return {"intro": care if self.kind() == "care" else CONSENT_TITLES[self.kind()]}

    def save(self, values: dict[str, Any]) -> Response:
        """End it."""
        withdraw_consent(self.context, self.kind(), values["reason"], self.request.actor)
        self.request.tell(_("The consent is withdrawn."))
        return HTTPSeeOther(self.cancel_url())
