"""What is said when an answer cannot be taken: our words instead of the library's."""

from __future__ import annotations

from typing import Any

from translationstring import TranslationString

from cpms_portal.core.i18n import _

#: The library's message → ours; both take the same values.
PLAIN: dict[str, TranslationString] = {
    "Required": _("Please fill this in."),
    "Invalid date": _("Enter the date as day, month and year, for example 21 May 2019."),
    "Invalid time": _("Enter the time as hours and minutes, for example 14:30."),
    "Invalid email address": _("Enter an e-mail address like name@hospital.eu."),
    "Must be a URL": _("Enter a web address that begins with https://."),
    '"${val}" is not a number': _("Enter a number, for example 12 or 3.5."),
    '"${val}" is not one of ${choices}': _("Choose one of the answers offered."),
    "One or more of the choices you made was not acceptable": _("Choose from what is offered."),
    "Shorter than minimum length ${min}": _("Write at least ${min} characters."),
    "Longer than maximum length ${max}": _("This is too long: at most ${max} characters."),
    "${val} is less than minimum value ${min}": _("Enter ${min} or more."),
    "${val} is greater than maximum value ${max}": _("Enter ${max} or less."),
    "${val} is earlier than earliest date ${min}": _("Enter a date from ${min} on."),
    "${val} is later than latest date ${max}": _("Enter a date up to ${max}."),
    "Invalid value": _("This cannot be taken. Please enter it again."),
    "There was a problem with your submission": _("Please look at this again."),
    "${val} is not a string: ${err}": _("This text cannot be read. Please enter it again."),
    "${val} is not iterable": _("Choose from what is offered."),
    '"${val}" is not a mapping type: ${err}': _("This part did not arrive whole. Enter it again."),
    "Pstruct is not a string": _("This did not arrive whole. Please enter it again."),
    "Pstruct is not a list": _("This did not arrive whole. Please enter it again."),
    "Pstruct is not a dict": _("This did not arrive whole. Please enter it again."),
}


def plain(message: Any) -> Any:
    """Return our sentence for a message of the library, or the message itself."""
    ours = PLAIN.get(str(message))
    if ours is None:
        return message
    mapping = dict(getattr(message, "mapping", None) or {})
    return TranslationString(ours, domain=ours.domain, default=ours.default, mapping=mapping)
