"""Nothing of a patient stands in the open: disk, database, mail, logs, addresses, titles."""

from __future__ import annotations

import io
import logging
import re
import shutil
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import transaction
from cryptography.exceptions import InvalidTag
from pyramid.scripting import prepare
from pyramid.traversal import resource_path
from pyramid_mailer.interfaces import IMailer
from webtest import TestApp
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

from cpms_portal.imaging.actions import receive_study
from cpms_portal.panels.actions.advice import (
    answer_information,
    contribute,
    edit_contribution,
    request_information,
)
from cpms_portal.panels.actions.invitations import answer_invitation, invite
from cpms_portal.panels.actions.outcome import object_to, sign, write_outcome
from cpms_portal.panels.actions.steering import edit_panel, keep_draft, move, open_panel
from cpms_portal.patients.actions import remove_patient
from cpms_portal.patients.queries import opened_identity
from cpms_portal.records.actions import add_document, save_section
from cpms_portal.records.actions import keep_draft as keep_section_draft
from cpms_portal.storage.keys import KeyDestroyedError, keyring
from cpms_portal.storage.sealing import open_json
from tests import ground
from tests.factories.dicom import StudyPlan, planted_person, study_files
from tests.factories.files import pdf
from tests.factories.panels import MEMBER, REQUESTER, SECOND, SECTIONS, Cast

NICKNAME = "Bolimaro"
FAMILY, GIVEN, TOWN, NUMBER = "Zwirbelkampf", "Qorilinde", "Ganzweitfort", "ZZ90417Q"
#: A word for each place where somebody writes; none means anything.
WORDS = {
    place: f"plantage{place}xq"
    for place in (
        "section", "edited", "draft", "question", "requestion", "note", "decline", "contribution",
        "recontribution", "ask", "answer", "paneldraft", "summary", "resummary", "objection",
        "return", "document", "filename",
    )
}  # fmt: skip


def planted() -> list[str]:
    """Everything that must not be found."""
    return [FAMILY, GIVEN, TOWN, NUMBER, *WORDS.values(), *planted_person(77).strings()]


def spellings(word: str) -> set[bytes]:
    """Return the bytes a word may stand in."""
    forms = {word, word.lower(), word.upper()}
    return {
        form.encode(code, "ignore")
        for form in forms
        for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
    }


def packed_inside(content: bytes) -> Iterator[bytes]:
    """Yield what can be unpacked (zlib, gzip) anywhere inside."""
    for mark in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", content):
        window = 31 if mark[0][0] == 0x1F else 15
        try:
            found = zlib.decompressobj(window).decompress(
                content[mark.start() : mark.start() + 2**20], 2**22
            )
        except zlib.error:
            continue
        if len(found) > 3:
            yield found


def found_in(content: bytes, words: list[str], *, unpack: bool = True) -> set[str]:
    """Return the words that stand in some bytes, openly or packed."""
    parts = [content, *(packed_inside(content) if unpack else ())]
    return {
        word for word in words for form in spellings(word) if any(form in part for part in parts)
    }


class Recorder:
    """A portal whose addresses, headers and titles are noted."""

    def __init__(self, wsgi: Any) -> None:
        self.wsgi = wsgi
        self.noted: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.noted.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self.noted.append(f"{status} {headers}")
            return start_response(status, headers, *more)

        parts = list(self.wsgi(environ, started))
        self.noted += re.findall(r"<title>.*?</title>", b"".join(parts).decode("utf-8", "ignore"))
        return parts


def whole_way(cast: Cast) -> Any:
    """Take a patient with planted words through everything; return the panel."""
    patient = cast.patient(
        given_name=GIVEN, family_name=FAMILY, place_of_birth=TOWN, hospital_number=NUMBER,
        nickname=NICKNAME, birth_date=date(1979, 4, 17),
    )  # fmt: skip
    transaction.commit()
    asks = cast(REQUESTER)
    save_section(patient, "question", {"question": WORDS["section"]}, base_version=0, actor=asks)
    transaction.commit()
    save_section(patient, "question", {"question": WORDS["edited"]}, base_version=1, actor=asks)
    keep_section_draft(patient, "history", {"history": WORDS["draft"]}, asks)
    letter = pdf(WORDS["document"])
    add_document(patient, f"{WORDS['filename']}.pdf", io.BytesIO(letter), asks)
    person = planted_person(77)
    plan = StudyPlan(person=person, uid_seed="rest", series=1, slices=2, size=32)
    assert receive_study(patient, study_files(plan), asks).stored == 2
    transaction.commit()
    asked = {"question": WORDS["question"], "area": "aih", "urgent": False}
    panel = open_panel(patient, asked, asks)
    transaction.commit()
    edit_panel(panel, {**asked, "question": WORDS["requestion"]}, cast(REQUESTER))
    move(panel, "submit", cast(REQUESTER))
    people = [cast.person(login) for login in (MEMBER, SECOND, "rareliverhpuser5")]
    invited = invite(panel, people, cast(REQUESTER), note=WORDS["note"])
    answer_invitation(invited[0], cast(MEMBER), accept=True)
    answer_invitation(invited[1], cast(SECOND), accept=True)
    declines = cast("rareliverhpuser5")
    answer_invitation(invited[2], declines, accept=False, reason=WORDS["decline"])
    transaction.commit()
    one = cast(MEMBER)
    question = request_information(panel, WORDS["ask"], one)
    answer_information(question, WORDS["answer"], cast(REQUESTER))
    move(panel, "assess", cast(REQUESTER))
    keep_draft(panel, "contribution", WORDS["paneldraft"], cast(MEMBER))
    advice = contribute(panel, WORDS["contribution"], cast(SECOND))
    transaction.commit()
    edit_contribution(advice, WORDS["recontribution"], cast(SECOND))
    contribute(panel, "Agreed.", one)
    move(panel, "write_outcome", cast(REQUESTER))
    write_outcome(panel, {**SECTIONS, "summary": WORDS["summary"]}, cast(REQUESTER))
    transaction.commit()
    move(panel, "ask_signatures", cast(REQUESTER))
    object_to(panel, WORDS["objection"], cast(MEMBER))
    move(panel, "back_to_outcome", cast(REQUESTER), reason=WORDS["return"])
    transaction.commit()
    write_outcome(panel, {**SECTIONS, "summary": WORDS["resummary"]}, cast(REQUESTER))
    move(panel, "ask_signatures", cast(REQUESTER))
    for login in (REQUESTER, MEMBER, SECOND):
        sign(panel, cast(login))
    move(panel, "close", cast(REQUESTER))
    transaction.commit()
    return panel


def looked_at(browser: TestApp, place: str) -> None:
    """Open the pages a clinician opens, search, and make a mistake."""
    patient = place.partition("panels/")[0]
    for view in ("", "identity", "record", "documents", "studies", "consents", "edit"):
        browser.get(patient + view)
    for view in ("", "case", "advice", "outcome", "members", "download"):
        browser.get(place + view)
    for link in browser.get(patient + "documents").html.select(".listing-title a"):
        browser.get(link["href"])
    form = browser.get(patient + "edit-section/question").forms["form"]
    form["question"] = WORDS["edited"] * 2
    form["base_version"] = "0"
    form.submit(status="*")
    search = browser.get("/search")
    form = next(one for one in search.forms.values() if one.action.endswith("/search"))
    name = next(name for name in form.fields if name == "q" or name == "text")
    form[name] = FAMILY
    form.submit(status="*")
    browser.get(patient + "nothing-here", status=404)


@pytest.fixture(scope="module")
def lived(site, tmp_path_factory):
    """A portal after the whole way: what was noted and said, and a copy of the database before."""
    ground.CLOCK.reset()
    said, stream = logging.getLogger(), io.StringIO()
    handler, level = logging.StreamHandler(stream), said.level
    said.addHandler(handler)
    said.setLevel(logging.INFO)
    recorder = Recorder(site.wsgi)
    environment = prepare(registry=site.registry)
    try:
        cast = Cast(environment["root"], site.registry)
        panel = whole_way(cast)
        place = resource_path(panel) + "/"
        browser = TestApp(recorder, extra_environ={"REMOTE_ADDR": "127.0.0.1"}, lint=False)
        ground.sign_in(browser, site, REQUESTER)
        looked_at(browser, place)
    finally:
        transaction.abort()
        environment["closer"]()
        said.removeHandler(handler)
        said.setLevel(level)
    return recorder.noted, stream.getvalue(), place


def database_rows(site: Any) -> bytes:
    """Return every byte PostgreSQL keeps of the objects."""
    parts = urlsplit(site.registry.settings["cpms.zodb"])
    out = io.BytesIO()
    opened = psycopg2.connect(
        host=parts.hostname, port=parts.port, user=parts.username, password=parts.password,
        dbname=parts.path.strip("/"),
    )  # fmt: skip
    try:
        with opened.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (table,) in cursor.fetchall():
                cursor.copy_expert(f'COPY "{table}" TO STDOUT (FORMAT binary)', out)
    finally:
        opened.close()
    return out.getvalue()


def test_no_file_holds_a_planted_word_openly_or_packed(site, lived):
    found = {}
    for path in sorted(site.var.rglob("*")):
        if path.is_file() and not path.name.startswith("terms."):
            words = found_in(path.read_bytes(), planted())
            if words:
                found[str(path.relative_to(site.var))] = words
    assert found == {}


def test_no_row_of_the_database_holds_a_planted_word(site, lived):
    if site.kind == "filestorage":
        content = (site.var / "data" / "Data.fs").read_bytes()
    else:
        content = database_rows(site)
    assert found_in(content, [NICKNAME]) == {NICKNAME}, "the search itself does not work"
    assert found_in(content, planted()) == set()


def test_no_log_mail_address_header_or_title_holds_a_planted_word(site, lived):
    noted, logged, _place = lived
    mails = site.registry.getUtility(IMailer).outbox
    assert len(noted) > 30
    assert len(mails) > 2
    written = "\n".join([*noted, logged, *(f"{one.subject}\n{one.body}" for one in mails)])
    assert found_in(written.encode(), [*planted(), NICKNAME], unpack=False) == set()


def test_a_file_that_leaves_the_portal_has_a_neutral_name(lived):
    noted, _logged, _place = lived
    names = re.findall(r'filename="([^"]*)"', "\n".join(noted))
    assert names
    assert [name for name in names if not re.fullmatch(r"[a-z0-9.-]+", name)] == []


@pytest.mark.storages("filestorage")  # a backup of PostgreSQL holds the same sealed values
def test_after_removal_a_backup_of_the_database_opens_nothing(
    site, lived, root, registry, tmp_path
):
    _noted, _logged, place = lived
    shutil.copytree(site.var / "data", tmp_path / "data")
    cast, node = Cast(root, registry), root
    for name in place.partition("panels/")[0].strip("/").split("/"):
        node = node[name]
    key_id = node.key_id
    assert opened_identity(node, registry)["family_name"] == FAMILY
    remove_patient(node, "The patient asked for it.", cast(REQUESTER))
    transaction.commit()
    assert not keyring(registry).exists(key_id)
    assert found_in((site.var / "keyring.sqlite").read_bytes(), [key_id], unpack=False) == set()

    backup = DB(FileStorage(str(tmp_path / "data" / "Data.fs"), read_only=True,
                            blob_dir=str(tmp_path / "data" / "blobs")))  # fmt: skip
    opened = backup.open(transaction.TransactionManager())
    try:
        node = opened.root()["app_root"]
        for name in place.partition("panels/")[0].strip("/").split("/"):
            node = node[name]
        assert node.identity
        with pytest.raises((KeyDestroyedError, InvalidTag)):
            open_json(registry, key_id, "identity", node.identity)
        document = next(iter(node["documents"].values()))
        with pytest.raises(KeyDestroyedError):
            b"".join(document.blob.read(registry))
    finally:
        opened.close()
        backup.close()
