"""What the pages of identity ask."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import colander
from zxcvbn import zxcvbn

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import CodeWidget, PasswordWidget, SelectWidget, TextWidget
from cpms_portal.i18n.negotiation import LANGUAGES

SHORTEST, LONGEST_BYTES, LEAST_SCORE = 12, 256, 3
#: zxcvbn's work grows with the length; what comes later can only make a password stronger.
LOOKED_AT = 72
#: Words everybody here thinks of first.
OF_THE_FIELD = (
    *("cpms", "ern", "european", "reference", "network", "rare", "disease", "patient", "panel"),
    *("hospital", "clinic", "university", "doctor", "password"),
)
#: Zones of people in Europe and its outermost regions, and UTC.
ZONES = (
    *sorted(zone for zone in available_timezones() if zone.startswith(("Europe/", "Atlantic/"))),
    *("America/Cayenne", "America/Guadeloupe", "America/Martinique", "Asia/Nicosia"),
    *("Indian/Mayotte", "Indian/Reunion", "UTC"),
)
LEAST_OWN_LETTERS = 6
OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français"}


class Password(colander.String):
    """A password: kept as typed, in one Unicode form (NFC), so that every keyboard fits."""

    def deserialize(self, node: colander.SchemaNode, cstruct: Any) -> Any:
        """Return the password; colander.null when nothing was typed."""
        typed = super().deserialize(node, cstruct)
        return typed if typed is colander.null else unicodedata.normalize("NFC", typed)


#: Says whether a password is known from a breach.
Breached = Callable[[str], bool] | None


@dataclass(frozen=True)
class StrongEnough:
    """Refuses a password that is short, very long, common, or made of what is known of its owner.

    known: names, mail address and the like. breached: says whether it is known from a breach.
    """

    known: Sequence[str] = ()
    breached: Breached = None

    def __call__(self, node: colander.SchemaNode, value: str) -> None:
        """Check a password; colander.Invalid says what to do."""
        problem = self.problem(value)
        if problem is not None:
            raise colander.Invalid(node, problem)

    def problem(self, value: str) -> str | None:
        """Return what is wrong with a password, or None."""
        if len(value) < SHORTEST:
            return _(
                "Use at least ${least} characters, for example four words that do not "
                "belong together.",
                mapping={"least": SHORTEST},
            )
        if len(value.encode()) > LONGEST_BYTES:
            return _("This is too long: use at most 256 characters.")
        known = [part for text in self.known for part in (text, *text.split())]
        inputs = [*known, *OF_THE_FIELD]
        guessed = zxcvbn(value[:LOOKED_AT], user_inputs=inputs)["score"] < LEAST_SCORE
        if guessed or _only_of_the_field(value):
            return _("This would be guessed quickly. Add words that have nothing to do with you.")
        if self.breached is not None and self.breached(value):
            return _("This password is known from a breach elsewhere. Choose another one.")
        return None


def _only_of_the_field(value: str) -> bool:
    """Say whether words of the field, digits and signs are nearly all of a password."""
    rest = value.casefold()
    for word in sorted(OF_THE_FIELD, key=len, reverse=True):
        rest = rest.replace(word, "")
    left = sum(1 for char in rest if char.isalpha())
    return len(rest) < len(value) and left < LEAST_OWN_LETTERS


class OneTimeCode(Text):
    """The digits of an authenticator app, typed with or without spaces."""

    def read(self, node: colander.SchemaNode, text: str) -> str:
        """Return the six digits."""
        digits = "".join(text.split())
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise colander.Invalid(node, _("Enter the six digits that the app shows now."))
        return digits


def password_field(name: str, title: str, autocomplete: str, **more: Any) -> colander.SchemaNode:
    """Return a field for a password."""
    widget = PasswordWidget(autocomplete=autocomplete, strip=False, width="full")
    return colander.SchemaNode(Password(), name=name, title=title, widget=widget, **more)


FROM_APP = _("Six digits, from the authenticator app on your phone.")


def code_field(hint: Any = FROM_APP) -> colander.SchemaNode:
    """Return a field for a code of six digits. hint: where they come from."""
    return colander.SchemaNode(
        OneTimeCode(40),
        name="code",
        title=_("Code"),
        description=hint,
        widget=CodeWidget(),
    )


def sign_in_schema() -> colander.Schema:
    """Return what the front door asks."""
    return colander.Schema(
        colander.SchemaNode(
            Text(254),
            name="login",
            title=_("E-mail or account name"),
            widget=TextWidget(autocomplete="username"),
        ),
        password_field("password", _("Password"), "current-password"),
    )


def code_schema(trusted_days: int = 0) -> colander.Schema:
    """Return what the second step asks. trusted_days: how long a browser can be trusted."""
    schema = colander.Schema(code_field())
    if trusted_days:
        said = _(
            "Ask for no code in this browser for ${days} days. Only on a computer of your own.",
            mapping={"days": trusted_days},
        )
        box = colander.Boolean()
        schema.add(colander.SchemaNode(box, name="trust", title=said, missing=False))
    return schema


def recovery_schema() -> colander.Schema:
    """Return what is asked of somebody without a phone at hand."""
    return colander.Schema(
        colander.SchemaNode(
            Text(40),
            name="recovery_code",
            title=_("Recovery code"),
            description=_("One of the codes you printed. Each works once."),
            widget=TextWidget(autocomplete="off", width="medium"),
        )
    )


def device_schema() -> colander.Schema:
    """Return what is asked for a new device."""
    return colander.Schema(
        colander.SchemaNode(
            Text(60),
            name="name",
            title=_("Name of the device"),
            description=_("So that you recognise it later, for example “My phone”."),
            widget=TextWidget(autocomplete="off", width="medium"),
        ),
        code_field(),
    )


def new_password_schema(known: Sequence[str], breached: Breached = None) -> colander.Schema:
    """Return what is asked for a new password. known: what it must not be made of."""
    return colander.Schema(
        password_field(
            "new",
            _("New password"),
            "new-password",
            validator=StrongEnough(tuple(known), breached),
            description=_("At least 12 characters. Four unrelated words are easy to keep in mind."),
        ),
        password_field("again", _("The same once more"), "new-password"),
        validator=_same_twice,
    )


def change_password_schema(known: Sequence[str], breached: Breached = None) -> colander.Schema:
    """Return what is asked to change a password."""
    schema = new_password_schema(known, breached)
    schema.children.insert(0, password_field("old", _("Present password"), "current-password"))
    return schema


def _same_twice(node: colander.SchemaNode, values: dict[str, str]) -> None:
    if values["new"] != values["again"]:
        problem = colander.Invalid(node)
        problem["again"] = _("This is not the same as above. Type the new password twice.")
        raise problem


def language_field() -> colander.SchemaNode:
    """Return the question for the language of the portal, each named in itself."""
    return colander.SchemaNode(
        colander.String(),
        name="language",
        title=_("Language of the portal"),
        validator=colander.OneOf(LANGUAGES),
        widget=SelectWidget(values=[(code, OWN_NAMES[code]) for code in LANGUAGES], width="medium"),
    )


def details_schema() -> colander.Schema:
    """Return what a person may choose about the interface."""
    return colander.Schema(
        language_field(),
        colander.SchemaNode(
            colander.String(),
            name="timezone",
            title=_("Time zone"),
            validator=colander.OneOf(ZONES),
            widget=SelectWidget(values=[(zone, zone) for zone in ZONES], width="medium"),
        ),
    )


def reason_schema() -> colander.Schema:
    """Return what an administrator says before an account is changed."""
    return colander.Schema(
        colander.SchemaNode(
            Text(500),
            name="reason",
            title=_("Reason"),
            description=_("How the person was recognised, and who asked. Kept in the audit trail."),
        )
    )
