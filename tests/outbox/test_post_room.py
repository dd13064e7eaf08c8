"""Mail by a real mail server on loopback: kept until it is taken, shown while it waits."""

from __future__ import annotations

import shutil
import stat
import time
from email import message_from_string

import pytest
import transaction
from aiosmtpd.controller import Controller
from pyramid.scripting import prepare
from pyramid_mailer.interfaces import IMailer
from webtest import TestApp

from cpms_portal.outbox.actions import send_notice
from cpms_portal.outbox.mailers import KeepingMailer
from tests import ground
from tests.served import free_port

pytestmark = pytest.mark.storages("filestorage")  # what a mail server does is the same on both


class Server:
    """A mail server that notes what it takes, and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.answer = "250 Taken"

    async def handle_DATA(self, server, session, envelope):
        """Take a mail, or answer as told."""
        if self.answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos[0], envelope.content.decode()))
        return self.answer


@pytest.fixture(scope="module")
def smtp_site(storage_kind, born, tmp_path_factory):
    """A portal that sends its mail to a port where nobody listens yet."""
    var = tmp_path_factory.mktemp("smtp") / "var"
    shutil.copytree(born, var)
    more = {"cpms.mail.way": "smtp", "mail.host": "127.0.0.1", "mail.port": str(free_port())}
    running = ground.start(ground.file_uri(var), var, storage_kind, **more)
    # The thread would work beside the test: here the test says when mail goes out.
    running.registry.cpms_post_room.close()
    running.registry.cpms_post_room._closed = False
    running.port = int(more["mail.port"])
    yield running
    running.close()


@pytest.fixture
def server(smtp_site):
    """The mail server, up."""
    made = Server()
    controller = Controller(made, hostname="127.0.0.1", port=smtp_site.port)
    controller.start()
    yield made
    controller.stop()


@pytest.fixture
def send(smtp_site):
    """Send a notice in a transaction of its own."""

    def send(*, commit: bool = True):
        environment = prepare(registry=smtp_site.registry)
        person = environment["root"]["people"].person_of_login("rareliverhpuser1")
        send_notice(smtp_site.registry, person, "Something waits", "Please look, ä.", "/x")
        if commit:
            transaction.commit()
        else:
            transaction.abort()
        environment["closer"]()

    return send


@pytest.fixture
def post_room(smtp_site):
    """The post room, empty at the end."""
    room = smtp_site.registry.cpms_post_room
    yield room
    for folder in ("new", "refused"):
        for path in (room.folder / folder).iterdir():
            path.unlink()


def test_mail_goes_out_when_the_change_is_stored(send, post_room, server):
    send()
    assert post_room.post_all() == 0
    assert len(server.taken) == 1
    mail = message_from_string(server.taken[0][1])
    text = mail.get_payload(decode=True).decode(mail.get_content_charset())
    assert text.startswith("Please look, ä.")
    assert "X-Actually" not in server.taken[0][1]


def test_what_is_given_up_sends_nothing(send, post_room, server):
    send(commit=False)
    assert post_room.post_all() == 0
    assert server.taken == []


def test_with_the_mail_server_down_the_mail_is_kept_and_goes_out_later(
    send, post_room, smtp_site, request
):
    send()
    assert post_room.post_all() == 1
    server = request.getfixturevalue("server")
    assert post_room.post_all() == 0
    assert len(server.taken) == 1


def test_a_server_that_is_busy_is_asked_again(send, post_room, server):
    server.answer = "451 Later"
    send()
    assert post_room.post_all() == 1
    server.answer = "250 Taken"
    assert post_room.post_all() == 0
    assert len(server.taken) == 1


def test_what_the_server_will_never_take_is_laid_aside_and_holds_nothing_up(
    send, post_room, server
):
    server.answer = "554 Never"
    send()
    assert post_room.post_all() == 0
    server.answer = "250 Taken"
    send()
    assert post_room.post_all() == 0
    assert len(server.taken) == 1
    assert [one.refused for one in post_room.waiting()] == [True]


def test_administrators_see_what_waits_and_nobody_else_does(send, post_room, smtp_site):
    send()
    browser = TestApp(smtp_site.wsgi, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
    ground.sign_in(browser, smtp_site, "siteadmin")
    page = browser.get("/outbox")
    assert "Something waits" in page.text
    assert "Please look" not in page.text
    ground.sign_in(browser, smtp_site, "rareliverhpuser1")
    assert browser.get("/outbox", status="*").status_int in (403, 404)


def test_the_thread_sends_by_itself(send, post_room, server, smtp_site):
    post_room.open()
    send()
    for _number in range(200):
        if server.taken:
            break
        time.sleep(0.05)
    post_room.close()
    post_room._closed = False
    assert len(server.taken) == 1


def test_the_folder_is_for_the_portal_alone(post_room):
    assert stat.S_IMODE(post_room.folder.stat().st_mode) == 0o700


def test_the_log_names_no_address(send, post_room, caplog):
    send()
    post_room.post_all()
    assert "mail is kept" in caplog.text
    assert "invalid" not in caplog.text


def test_the_mailer_is_the_one_that_keeps(smtp_site):
    assert isinstance(smtp_site.registry.getUtility(IMailer), KeepingMailer)
