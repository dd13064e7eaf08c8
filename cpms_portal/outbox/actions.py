"""Send a notice: a sentence and a link. The sentence comes from a fixed catalogue of texts."""

from __future__ import annotations

from typing import Any

from pyramid.i18n import make_localizer
from pyramid.interfaces import ITranslationDirectories
from pyramid.registry import Registry
from pyramid_mailer.interfaces import IMailer
from pyramid_mailer.message import Message

from cpms_portal.core.i18n import _
from cpms_portal.core.settings import setting


def send_notice(registry: Registry, person: Any, subject: str, text: str, path: str = "/") -> None:
    """Send a person a mail when the transaction commits.

    subject, text: translation strings of the catalogue; they carry nothing clinical and no
    name of a patient. path: where the link leads; sign-in comes first there. Who has closed the
    account has no address any more and gets nothing.
    """
    if person.mail:
        registry.getUtility(IMailer).send(_written(registry, person, subject, text, path))


def send_notice_at_once(
    registry: Registry, person: Any, subject: str, text: str, path: str = "/"
) -> None:
    """Send a person a mail whatever becomes of this request: what was refused stores nothing."""
    if person.mail:
        registry.getUtility(IMailer).send_at_once(_written(registry, person, subject, text, path))


def _written(registry: Registry, person: Any, subject: str, text: str, path: str) -> Message:
    directories = registry.queryUtility(ITranslationDirectories, default=[])
    translate = make_localizer(person.language, directories).translate
    link = setting(registry, "cpms.url").rstrip("/") + path
    closing = translate(_("Open the portal to see it: ${link}", mapping={"link": link}))
    return Message(
        subject=translate(subject),
        sender=setting(registry, "cpms.mail.sender"),
        recipients=[person.mail],
        body=f"{translate(text)}\n\n{closing}\n",
    )
