"""Documents: what is taken, under which name, how it leaves the portal."""

from __future__ import annotations

import io
import shutil
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from cpms_portal.core.errors import UploadRefusedError, ValueRefusedError
from cpms_portal.imaging.deidentification.identity import KnownIdentity
from cpms_portal.patients.actions import share_with, unshare_from
from cpms_portal.patients.queries import opened_identity
from cpms_portal.records.actions import add_document, destroy_document, release_document
from cpms_portal.records.queries import held_documents_of
from cpms_portal.records.schemas.formats import clean_name
from cpms_portal.search.queries import find
from cpms_portal.security.grants import grant
from cpms_portal.security.roles import Role
from cpms_portal.storage.formats import FORMATS, check_content
from tests.factories.files import docx, odt, pdf, picture
from tests.factories.patients import SECRETS, acting_as, centre_of, enrolled, person_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OPENDOCUMENT = b"application/vnd.oasis.opendocument.text"
PDF = pdf("planted words of a letter")
KNOWN = KnownIdentity(("Quirinella", "Musterbaumgarten"), None, ("HN-7731904",))


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


LETTER = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}
DOCX = packed(**LETTER)
MACROS = packed(**LETTER, **{"word/vbaProject.bin": b"x"})
ODT = packed(mimetype=OPENDOCUMENT, **{"content.xml": b"<c/>"})


def photo(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (40, 30), "teal")
    exif = picture.getexif()
    exif[0x010E] = "Musterbaumgarten in the garden"
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def upload(browser, address, *files, status=None):
    page = browser.get(address + "add-documents")
    token = page.forms["form"]["csrf_token"].value
    fields = [("csrf_token", token), ("__start__", "files:sequence")]
    sent = [("files", name, content) for name, content in files]
    body = browser.encode_multipart([*fields], sent)
    # The closing mark of the sequence has to follow the files.
    kind, content = body
    boundary = kind.rpartition("boundary=")[2].strip('"').encode()
    mark = b'\r\nContent-Disposition: form-data; name="__end__"\r\n\r\nfiles:sequence\r\n'
    end = b"--" + boundary + mark
    content = content.replace(b"--" + boundary + b"--", end + b"--" + boundary + b"--")
    return browser.post(
        address + "add-documents", content, headers={"Content-Type": kind}, status=status
    )


def test_document_when_uploaded_is_listed_and_leaves_as_a_file_only(browser, address):
    page = upload(browser, address, ("letter.pdf", PDF)).follow()
    link = page.html.find("a", string="letter.pdf")
    answer = browser.get(link["href"])
    assert b"/Helvetica" in answer.body
    assert answer.body.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_document_when_its_name_tells_the_patient_is_renamed(browser, address, patient, registry):
    number = opened_identity(patient, registry)["hospital_number"]
    name = f"Musterbaumgarten Quirinella {number} biopsy.pdf"
    page = upload(browser, address, (name, PDF)).follow()
    assert [link.text for link in page.html.select(".listing-title a")] == ["biopsy.pdf"]
    assert not [secret for secret in (number, *SECRETS) if secret in page.text]


def test_documents_when_one_is_refused_none_is_kept(browser, address):
    answer = upload(browser, address, ("good.pdf", PDF), ("bad.pdf", b"MZ\x90"), status=422)
    assert "bad.pdf: The content is not what its name says (pdf)." in answer
    assert "good.pdf" not in browser.get(address + "documents")


def test_upload_when_nothing_is_chosen_says_so(browser, address):
    assert "Please choose a file." in upload(browser, address, status=422)


@pytest.mark.parametrize("login", ["rareliverhpuser2", "ernskinhpuser1", "rareliverresearcher"])
def test_document_when_asked_for_from_outside_is_not_found(browser, browser_of, address, login):
    page = upload(browser, address, ("letter.pdf", PDF)).follow()
    link = page.html.find("a", string="letter.pdf")["href"]
    for view in ("", "preview", "remove"):
        browser_of(login).get(link + view, status=404)


@pytest.mark.storages("filestorage")  # other storages are read through their own tools
def test_document_when_at_rest_stands_nowhere_in_the_open(browser, address, site):
    upload(browser, address, ("unheard-of-name.pdf", PDF))
    for path in site.var.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"planted words" not in content and b"unheard-of-name" not in content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_picture_when_looked_at_is_drawn_anew_without_what_the_camera_wrote(browser, address, kind):
    name = f"skin.{kind.lower()}"
    page = upload(browser, address, (name, photo(kind))).follow()
    link = page.html.find("a", string=name)["href"]
    shown = browser.get(link + "preview")
    assert shown.content_type == "image/jpeg"
    assert b"Musterbaumgarten" not in shown.body
    assert Image.open(io.BytesIO(shown.body)).size == (40, 30)


def test_picture_when_it_is_broken_is_refused_in_words(browser, address):
    answer = upload(browser, address, ("skin.jpg", b"\xff\xd8\xff and no more"), status=422)
    assert "damaged or not what its name says" in answer


def test_photo_when_uploaded_loses_what_the_camera_wrote_and_says_so(browser, address):
    page = upload(browser, address, ("mole.jpg", picture("JPEG", "Camera of Musterfrau"))).follow()
    link = page.html.find("a", string="mole.jpg")["href"]
    assert b"Camera of" not in browser.get(link).body
    report = browser.get(f"{link}report")
    assert "taken out" in report
    told = browser.get(f"{link}report.json").json["report"]
    assert (told["status"], told["changes"]["removed"]) == ("stored", 1)


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "txt"])
def test_document_that_names_the_patient_waits_and_nobody_opens_it(
    browser, browser_of, address, kind
):
    text = f"Dear colleague, about Musterbaumgarten {kind}"
    made = {"pdf": pdf, "docx": docx, "odt": odt, "txt": str.encode}[kind](text)
    page = upload(browser, address, (f"letter.{kind}", made)).follow()
    assert page.html.find("a", string=f"letter.{kind}") is None
    assert "names the patient" in page
    decide = page.html.find("a", string="Decide")["href"]
    held = decide.removesuffix("decide")
    for view in ("", "preview", "remove"):
        assert b"Musterbaumgarten" not in browser.get(held + view, status=303).body
    for login in ("rareliverhpuser2", "ernskinhpuser1"):
        browser_of(login).get(decide, status=404)
    form = browser.get(decide).forms["form"]
    form.submit(status=422)
    form["decision"] = "release"
    page = form.submit().follow()
    link = page.html.find("a", string=f"letter.{kind}")["href"]
    assert b"Musterbaumgarten" in browser.get(link).body or kind != "txt"
    assert "by decision of a person" in browser.get(f"{link}report")
    browser.get(decide, status=404)


def test_document_that_waits_when_destroyed_or_too_old_is_gone(root, registry, clock):
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    for _ in range(2):
        add_document(patient, "a.txt", io.BytesIO(b"Musterbaumgarten"), actor)
    first, second = held_documents_of(patient, actor.now)
    destroy_document(first, actor)
    clock.advance(days=15)
    later = acting_as(root, registry)
    assert held_documents_of(patient, later.now) == []
    with pytest.raises(ValueRefusedError):
        release_document(second, later)
    add_document(patient, "b.txt", io.BytesIO(b"a liver"), later)
    assert list(patient["held-documents"].values()) == []


def test_old_word_file_when_libreoffice_is_missing_is_refused_in_words(root, registry, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    with pytest.raises(UploadRefusedError) as refused:
        add_document(patient, "a.doc", io.BytesIO(OLE + b" rest"), actor)
    assert "LibreOffice" in refused.value.message


def test_document_when_removed_needs_a_reason_and_is_gone(browser, address):
    page = upload(browser, address, ("letter.pdf", PDF)).follow()
    link = page.html.find("a", string="letter.pdf")["href"]
    form = browser.get(link + "remove").forms["form"]
    form.submit(status=422)
    form["reason"] = "mistake"
    assert "letter.pdf" not in form.submit().follow()
    browser.get(link, status=404)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"plain words"),
        ("a.csv", "a;b\nü;é".encode("latin-1")),
        ("a.pdf", PDF),
        ("a.xml", b"<a>1</a>"),
        ("a.docx", DOCX),
        ("A.DOCM", DOCX),
        ("a.odt", ODT),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"),
        ("a.jpeg", photo()),
        ("a.png", photo("PNG")),
        ("a.mp4", b"\0\0\0\x18ftypmp42"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt "),
        ("a.mp3", b"ID3\x04"),
    ],
)
def test_file_when_it_is_what_its_name_says_is_taken(name, content):
    check_content(name, io.BytesIO(content))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "Files of this kind are not taken."),
        ("a.svg", b"<svg/>", "Files of this kind are not taken."),
        ("noextension", b"x", "Files of this kind are not taken."),
        ("a.dcm", b"\0" * 128 + b"DICM", "DICOM files go to the tab Images"),
        ("a.txt", b"MZ\x90\0", "is not what its name says"),
        ("a.txt", b"text\0with nothing", "is not what its name says"),
        ("a.pdf", b"<html>", "is not what its name says"),
        ("a.docx", b"PK\x03\x04 broken", "is not what its name says"),
        ("a.xlsx", DOCX, "is not what its name says"),
        ("a.docm", MACROS, "macros"),
        ("a.docx", MACROS, "macros"),
        ("a.doc", OLE + "_VBA_PROJECT".encode("utf-16-le"), "macros"),
        ("a.odt", packed(mimetype=OPENDOCUMENT, **{"Basic/x": b""}), "macros"),
        ("a.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type"),
        ("a.xml", b"<a>", "is not what its name says"),
        ("a.wav", b"RIFF\0\0\0\0AVI ", "is not what its name says"),
        ("a.pcm", b"<html>", "is not what its name says"),
    ],
)
def test_file_when_it_is_something_else_is_refused(name, content, said):
    with pytest.raises(UploadRefusedError) as refused:
        check_content(name, io.BytesIO(content))
    assert said in refused.value.message


@given(some.sampled_from(sorted(FORMATS)), some.binary(max_size=200))
def test_check_when_given_any_bytes_takes_or_refuses(extension, content):
    try:
        check_content(f"a.{extension}", io.BytesIO(content))
    except UploadRefusedError as error:
        assert error.status == 422


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\scans\\Biopsy.PDF", "Biopsy.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("MUSTERBAUMGARTEN_biopsy.pdf", "biopsy.pdf"),
        ("Musterbaumgarten.pdf", "document.pdf"),
        ("hn-7731904.pdf", "document.pdf"),
        ("a\u202eb\n.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_name_when_cleaned_is_harmless_and_names_nobody(name, clean):
    assert clean_name(name, KNOWN) == clean


@given(some.text(max_size=80))
def test_name_when_cleaned_twice_stays_the_same(name):
    once = clean_name(name, KNOWN)
    assert clean_name(once, KNOWN) == once
    assert "quirinella" not in once.lower()


def test_document_when_the_patient_is_shared_is_found_by_the_experts_and_not_after(root, registry):
    node = centre_of(root, "/networks/ern-skin/france/guest/")
    grant(person_of(root, "ernskinhpuser1"), Role.MEMBER, node)
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    add_document(patient, "letter.pdf", io.BytesIO(PDF), actor)
    expert = acting_as(root, registry, "ernskinhpuser1")
    for change, expected in ((share_with, 1), (unshare_from, 0)):
        change(patient, node, actor)
        assert find(expert, "document", within=patient).total == expected


def test_document_when_larger_than_the_portal_takes_is_refused(root, registry, monkeypatch):
    monkeypatch.setitem(registry.cpms_settings, "cpms.records.largest_document", 10)
    patient, actor = enrolled(root, registry), acting_as(root, registry)
    with pytest.raises(UploadRefusedError) as refused:
        add_document(patient, "letter.pdf", io.BytesIO(PDF), actor)
    assert "too large" in refused.value.message
    assert "documents" not in patient
