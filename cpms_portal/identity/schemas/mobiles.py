"""What is asked about mobile numbers."""

from __future__ import annotations

import colander
import phonenumbers

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import TextWidget
from cpms_portal.identity.schemas import code_field

#: Numbers that can get a text message; some countries do not tell them from others.
KINDS = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
HOW = _("Enter the number with its country, for example +32 470 12 34 56.")


class MobileNumber(Text):
    """A mobile number in international format ↔ E.164."""

    def read(self, node: colander.SchemaNode, text: str) -> str:
        """Return the number in E.164."""
        plain = f"+{text[2:]}" if text.startswith("00") else text
        if not plain.startswith("+"):
            raise colander.Invalid(node, HOW)
        try:
            number = phonenumbers.parse(plain, None)
        except phonenumbers.NumberParseException as error:
            raise colander.Invalid(node, HOW) from error
        if not phonenumbers.is_valid_number(number):
            said = _("There is no such number in that country. Please look at each digit.")
            raise colander.Invalid(node, said)
        if phonenumbers.number_type(number) not in KINDS:
            raise colander.Invalid(node, _("This number gets no text messages. Enter a mobile."))
        return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def mobile_schema() -> colander.Schema:
    """Return what is asked for a new number."""
    return colander.Schema(
        colander.SchemaNode(
            MobileNumber(40),
            name="number",
            title=_("Mobile number"),
            description=HOW,
            widget=TextWidget(autocomplete="tel", width="medium"),
        )
    )


def sms_code_schema() -> colander.Schema:
    """Return the field for a code from a text message."""
    hint = _("Six digits, from the text message. They count for five minutes.")
    return colander.Schema(code_field(hint))
