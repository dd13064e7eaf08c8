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
    if not person.mail:
        return
    directories = registry.queryUtility(ITranslationDirectories, default=[])
    translate = make_localizer(person.language, directories).translate
    link = setting(registry, "cpms.url").rstrip("/") + path
    closing = translate(_("Open the portal to see it: ${link}", mapping={"link": link}))
    message = Message(
        subject=translate(subject),
        sender=setting(registry, "cpms.mail.sender"),
        recipients=[person.mail],
        body=f"{translate(text)}\n\n{closing}\n",
    )
    registry.getUtility(IMailer).send(message)
