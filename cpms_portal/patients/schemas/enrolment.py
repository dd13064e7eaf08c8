"""What is asked at enrolment, for a consent and for a removal; the words for what is chosen."""

from __future__ import annotations

from datetime import date
from typing import Any

import colander
from babel import Locale
from chameleon.utils import Markup

from cpms_portal.core.i18n import _
from cpms_portal.core.resources import oid_of
from cpms_portal.forms.fields import LocalDate, Text
from cpms_portal.forms.widgets import (
    CheckboxWidget,
    DateWidget,
    HiddenWidget,
    RadioWidget,
    SelectWidget,
    TextWidget,
)
from cpms_portal.networks.queries import institution_of
from cpms_portal.patients.resources import CONSENTS, SEXES

SEX_TITLES = dict(zip(SEXES, (_("Female"), _("Male"), _("Other"), _("Not known")), strict=True))
CONSENT_TITLES = {
    "care": _("Care"),
    "registries": _("ERN databases and registries"),
    "research": _("Contact for research"),
}
CONSENT_TEXTS = {
    "care": _("To share the case, without name, with experts of the networks. Needed to enrol."),
    "registries": _("To use the case, without name, in databases and registries of the networks."),
    "research": _("To be asked, through the own clinician, whether to take part in research."),
}
SIGNER_TITLES = {"patient": _("The patient"), "guardian": _("A legal guardian")}
WITHDRAWAL_REASONS = (
    _("The patient withdrew it."),
    _("The legal guardian withdrew it."),
    _("It was recorded by mistake."),
    _("The signed form is not valid."),
)
REMOVAL_REASONS = (
    _("The patient asked for it."),
    _("The patient was enrolled twice."),
    _("The wrong person was enrolled."),
    _("The time for keeping the record is over."),
)
_OLDEST = 130


def _options(titles: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(titles.items())


def _hint(kw: dict[str, Any], text: str, link: str) -> Any:
    """Return a translated hint followed by markup; plain when there is no page."""
    request = kw.get("request")
    if request is None:
        return text
    return Markup(f"{request.localizer.translate(text)} {link}")


@colander.deferred
def residence_widget(node: colander.SchemaNode, kw: dict[str, Any]) -> SelectWidget:
    """A list of countries in the reader's language."""
    request = kw.get("request")
    language = "en" if request is None else request.locale_name.partition("_")[0]
    territories = Locale.parse(language).territories
    known = [(code.lower(), name) for code, name in territories.items() if _is_country(code)]
    known.sort(key=lambda pair: str(pair[1]))
    return SelectWidget(values=known, width="medium")


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "QO", "UN", "XA", "ZZ"}


NICKNAME_HINT = _(
    "The only name other hospitals see. Made by chance; never use a part of the name."
)


class IdentitySchema(colander.MappingSchema):
    """What is sealed and seen by the own centre alone."""

    given_name = colander.SchemaNode(
        Text(120), title=_("Given name"), widget=TextWidget(autocomplete="off")
    )
    family_name = colander.SchemaNode(
        Text(120), title=_("Family name"), widget=TextWidget(autocomplete="off")
    )
    birth_date = colander.SchemaNode(
        LocalDate(), title=_("Date of birth"), widget=DateWidget(autocomplete="off")
    )
    place_of_birth = colander.SchemaNode(
        Text(120), title=_("Place of birth"), missing="", widget=TextWidget(autocomplete="off")
    )
    hospital_number = colander.SchemaNode(
        Text(60),
        title=_("Hospital number"),
        missing="",
        widget=TextWidget(autocomplete="off", width="medium"),
    )
    residence = colander.SchemaNode(
        Text(2), title=_("Country of residence"), missing="", widget=residence_widget
    )


class ShownSchema(colander.MappingSchema):
    """What the experts of a panel see, besides the age."""

    nickname = colander.SchemaNode(
        Text(40),
        title=_("Nickname"),
        widget=TextWidget(
            hint=NICKNAME_HINT,
            button=("other-nickname", _("Propose another")),
            width="medium",
            autocomplete="off",
        ),
        validator=colander.Regex(
            r"^[^\W\d_][\w '-]*$", msg=_("Use letters, digits, spaces and hyphens.")
        ),
    )
    sex = colander.SchemaNode(
        Text(),
        title=_("Sex"),
        widget=RadioWidget(values=_options(SEX_TITLES)),
        validator=colander.OneOf(SEXES),
    )


class GivenConsentSchema(colander.MappingSchema):
    """A consent on paper: when it was signed, and by whom."""

    given = colander.SchemaNode(
        LocalDate(), title=_("Date of the signature"), missing=None, widget=DateWidget()
    )
    signer = colander.SchemaNode(
        Text(),
        title=_("Signed by"),
        default="patient",
        widget=SelectWidget(values=_options(SIGNER_TITLES), width="medium"),
        validator=colander.OneOf(tuple(SIGNER_TITLES)),
    )


class GivenCareSchema(GivenConsentSchema):
    """The consent without which nobody is enrolled."""

    given = colander.SchemaNode(
        LocalDate(),
        title=_("Date of the signature"),
        missing_msg=_("Without a consent for care nobody can be enrolled. Enter its date."),
        widget=DateWidget(),
    )


class ConsentsSchema(colander.MappingSchema):
    """The three consents."""

    care = GivenCareSchema(title=CONSENT_TITLES["care"], description=CONSENT_TEXTS["care"])
    registries = GivenConsentSchema(
        title=CONSENT_TITLES["registries"], description=CONSENT_TEXTS["registries"]
    )
    research = GivenConsentSchema(
        title=CONSENT_TITLES["research"], description=CONSENT_TEXTS["research"]
    )

    def after_bind(self, node: colander.SchemaNode, kw: dict[str, Any]) -> None:
        """Put the way to the model forms beside the consents."""
        request = kw.get("request")
        say = str if request is None else request.localizer.translate
        text = say(_("Download model consent forms"))
        centre = institution_of(kw["context"]) if kw.get("context") is not None else None
        query = f"?centre={oid_of(centre)}" if centre is not None else ""
        link = f'<a href="/library/consent-forms{query}">{text}</a>'
        node.description = _hint(kw, _("The signed paper stays in your centre."), link)


def refuse_impossible_dates(node: colander.SchemaNode, values: Any, today: date) -> None:
    """Refuse a birth in the future or long ago, and consents before birth or after today."""
    refused = colander.Invalid(node)
    born = values["identity"]["birth_date"]
    if born > today:
        _refuse(refused, node, "identity.birth_date", _("This date is in the future."))
    elif born.year < today.year - _OLDEST:
        _refuse(refused, node, "identity.birth_date", _("Please check the year of birth."))
    for kind in CONSENTS if "consents" in values else ():
        said = wrong_date(values["consents"][kind]["given"], born, today)
        if said:
            _refuse(refused, node, f"consents.{kind}.given", said)
    if refused.children:
        raise refused


def wrong_date(given: date | None, born: date | None, today: date) -> str | None:
    """Return what is wrong with the date of a consent, or None."""
    if given is not None and given > today:
        return _("This date is in the future.")
    if given is not None and born is not None and given < born:
        return _("This date is before the birth.")
    return None


def _refuse(refused: colander.Invalid, node: colander.SchemaNode, path: str, said: str) -> None:
    """Put a message at a question below a schema, named by a dotted path."""
    for name in path.split("."):
        position = [child.name for child in node.children].index(name)
        node = node.children[position]
        found = [child for child in refused.children if child.pos == position]
        below = found[0] if found else colander.Invalid(node)
        if not found:
            refused.add(below, position)
        refused = below
    refused.msg = said


@colander.deferred
def possible_dates(node: colander.SchemaNode, kw: dict[str, Any]) -> Any:
    """Check dates against the day it is for the actor."""
    today = kw["actor"].now.date()
    return lambda node, values: refuse_impossible_dates(node, values, today)


class EnrolmentSchema(colander.MappingSchema):
    """Everything asked to enrol a patient."""

    validator = possible_dates
    identity = IdentitySchema(
        title=_("Identity"), description=_("Sealed. Only your own centre can read it.")
    )
    shown = ShownSchema(
        title=_("What others see"), description=_("Besides this, others see the age in years.")
    )
    consents = ConsentsSchema(title=_("Consents"))


class EditEnrolmentSchema(colander.MappingSchema):
    """What can be changed after enrolment."""

    validator = possible_dates
    identity = IdentitySchema(
        title=_("Identity"), description=_("Sealed. Only your own centre can read it.")
    )
    shown = ShownSchema(
        title=_("What others see"), description=_("Besides this, others see the age in years.")
    )
    base_version = colander.SchemaNode(colander.Integer(), widget=HiddenWidget())


class RecordConsentSchema(GivenConsentSchema):
    """A consent recorded later."""

    def after_bind(self, node: colander.SchemaNode, kw: dict[str, Any]) -> None:
        """Ask for the date, and for one that can be."""
        node["given"].missing = colander.required
        today, patient = kw["actor"].now.date(), kw.get("context")
        born = date.fromisoformat(f"{patient.birth_month}-01") if patient is not None else None

        def possible(field: colander.SchemaNode, given: date) -> None:
            said = wrong_date(given, born, today)
            if said:
                raise colander.Invalid(field, said)

        node["given"].validator = possible


def _reason(reasons: tuple[Any, ...]) -> colander.SchemaNode:
    """A reason to choose: written ones end up in histories, where nothing clinical may stand."""
    return colander.SchemaNode(
        Text(),
        name="reason",
        title=_("Why?"),
        widget=RadioWidget(values=[(str(reason), reason) for reason in reasons]),
        validator=colander.OneOf([str(reason) for reason in reasons]),
    )


class WithdrawConsentSchema(colander.MappingSchema):
    """Why a consent ends."""

    reason = _reason(WITHDRAWAL_REASONS)


class RemovePatientSchema(colander.MappingSchema):
    """Why a patient is removed, and that it is meant."""

    reason = _reason(REMOVAL_REASONS)
    sure = colander.SchemaNode(
        colander.Boolean(),
        title=_("I know that nobody can bring this back."),
        widget=CheckboxWidget(),
        validator=colander.Function(bool, msg=_("Please tick this box if you mean it.")),
    )


def values_of(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of a form of enrolment as the actions take them."""
    values = {**answers["identity"], **answers["shown"]}
    if "consents" in answers:
        values["consents"] = answers["consents"]
    return values
