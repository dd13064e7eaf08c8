"""Mail on its way out: kept in a folder until the mail server takes it.

A request is done when its mail is kept. Whatever the mail server does, the mail is tried again,
ever more slowly, by every process of the portal but never by two at once. What the server refuses
for good is laid aside. Who looks after the site sees both.
"""

from __future__ import annotations

import fcntl
import logging
import os
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from repoze.sendmail.maildir import Maildir

LONGEST_WAIT = 900
SECONDS = 30
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Waiting:
    """A mail that was not taken yet. refused: the mail server will not have it."""

    recipient: str
    subject: str
    since: datetime
    refused: bool


@dataclass(frozen=True)
class MailServer:
    """Where mail goes. tls: encrypted on the way (STARTTLS), to a server that proves its name.

    Written here because the library's sender reads a kept mail again and loses its alphabet.
    """

    host: str = "localhost"
    port: int = 25
    username: str = ""
    password: str = ""
    tls: bool = False

    def take(self, sender: str, recipients: list[str], message: bytes) -> None:
        """Hand a mail over; SMTPException or OSError when it is not taken."""
        with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as connection:
            connection.ehlo()
            if self.tls:
                connection.starttls(context=ssl.create_default_context())
            if self.username:
                connection.login(self.username, self.password)
            connection.sendmail(sender, [one.strip() for one in recipients], message)


class PostRoom:
    """The folder and the thread that empties it. first_wait: seconds before the second try."""

    def __init__(self, folder: Path, server: MailServer, first_wait: int) -> None:
        self.folder = folder
        self.server = server
        self.first_wait = first_wait
        Maildir(str(folder), True)
        folder.chmod(0o700)
        (folder / "refused").mkdir(exist_ok=True)
        self._something = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to work in a thread of its own; what an earlier process kept goes out first."""
        self._thread = threading.Thread(target=self._work, name="post room", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is kept stays kept."""
        self._closed = True
        self._something.set()
        if self._thread is not None:
            self._thread.join(20)

    def wake(self) -> None:
        """Say that there is something new."""
        self._something.set()

    def _work(self) -> None:
        wait = self.first_wait
        while not self._closed:
            self._something.clear()
            left = self.post_all()
            wait = min(wait * 2, LONGEST_WAIT) if left else self.first_wait
            self._something.wait(wait)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _kept(self) -> list[Path]:
        # A name begins with the time the mail was kept.
        return sorted((self.folder / "new").iterdir(), key=lambda path: path.name)

    def post_all(self) -> int:
        """Post what is kept and return how many mails are left."""
        with self._alone() as alone:
            for path in self._kept() if alone else ():
                if self._closed or not self._post(path):
                    break
        return len(self._kept())

    def _post(self, path: Path) -> bool:
        """Post one mail; False when the server takes none just now."""
        message = message_from_bytes(path.read_bytes())
        sender, recipients = _header(message, "X-Actually-From"), _header(message, "X-Actually-To")
        del message["X-Actually-From"], message["X-Actually-To"]
        try:
            self.server.take(sender, recipients.split(","), message.as_bytes())
        except (smtplib.SMTPException, OSError) as error:
            # No address in the log: the kind of the problem is enough to look after it.
            LOG.warning("mail is kept: %s", type(error).__name__)
            if not _for_good(error):
                return False
            os.replace(path, self.folder / "refused" / path.name)
            return True
        path.unlink()
        return True

    def waiting(self) -> list[Waiting]:
        """Return the mails that are kept, the oldest first, then those refused for good."""
        refused = sorted((self.folder / "refused").iterdir(), key=lambda path: path.name)
        kept = [(path, False) for path in self._kept()] + [(path, True) for path in refused]
        return [_waiting(path, refused) for path, refused in kept if path.exists()]


def _for_good(error: Exception) -> bool:
    """Say whether the server will never take this mail (a reply of 5xx about the recipient)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _header(message: Message, name: str) -> str:
    return str(make_header(decode_header(message.get(name, ""))))


def _waiting(path: Path, refused: bool) -> Waiting:
    message = message_from_bytes(path.read_bytes())
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Waiting(_header(message, "X-Actually-To"), _header(message, "Subject"), since, refused)
