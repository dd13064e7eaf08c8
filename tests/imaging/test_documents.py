"""Pictures, PDF, office files, video and sound: what describes is gone, what is seen stays."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
import zlib
from collections import Counter

import numpy
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pikepdf import Name
from PIL import Image, ImageDraw

from cpms_portal.imaging.deidentification import programs, recognition
from cpms_portal.imaging.deidentification.decisions import Decision
from cpms_portal.imaging.deidentification.documents.kinds import KINDS, clean_document
from cpms_portal.imaging.deidentification.documents.media import CONTAINERS
from cpms_portal.imaging.deidentification.documents.portable import clean_pdf
from cpms_portal.imaging.deidentification.identity import Finder
from tests.factories.files import docx, odt, packed, pdf, picture
from tests.imaging.planting import jpeg, jpeg_2000

NAME = "Quandelmoor"
FINDER = Finder(frozenset({NAME}), frozenset({"HN-884411"}))
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "BMP": "bmp"}
#: As the manual of the portal lists them (DICOM goes another way).
LISTED = frozenset((
    "txt", "pdf", "xml", "csv", "xls", "xlsx", "xlsm", "ppt", "pptx", "pptm", "doc", "docx", "docm",
    "odt", "ods", "odp", "odc", "odi", "jpg", "jpeg", "bmp", "tiff", "png", "avi", "flv", "wmv",
    "mov", "mp4", "pcm", "wav", "ogg", "flac", "mp3",
))  # fmt: skip


def inside(content: bytes) -> bytes:
    """Return everything a file holds, unpacked."""
    if content[:2] != b"PK":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def stored(extension: str, content: bytes) -> bytes:
    """Return what is stored of a document."""
    decision = clean_document(extension, content, FINDER)
    assert (decision.status, decision.code) == ("stored", "")
    return decision.content


def test_every_kind_of_the_manual_when_asked_for_then_is_known() -> None:
    assert LISTED <= KINDS


@pytest.mark.parametrize("kind", list(EXTENSIONS))
def test_a_photo_when_cleaned_then_has_the_same_pixels_and_nothing_else(kind: str) -> None:
    original = picture(kind, NAME)
    cleaned = stored(EXTENSIONS[kind], original)
    assert NAME.encode() in original
    assert NAME.encode() not in cleaned
    before, after = (Image.open(io.BytesIO(one)) for one in (original, cleaned))
    assert before.tobytes() == after.tobytes()
    if kind == "JPEG":
        assert after.getexif() == {0x0112: 6}


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_pages_of_a_tiff_when_cleaned_then_are_the_same(compression: str) -> None:
    pages = [Image.effect_noise((64, 48), 40).convert("RGB") for _ in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression=compression,
                  description=NAME)  # fmt: skip
    cleaned = stored("tiff", out.getvalue())
    assert NAME.encode() not in cleaned
    with Image.open(io.BytesIO(cleaned)) as after, Image.open(out) as before:
        assert after.n_frames == 3
        for number in range(3):
            after.seek(number)
            before.seek(number)
            assert (numpy.asarray(after) == numpy.asarray(before)).all()


def test_a_photo_when_it_shows_the_name_then_waits_for_a_decision() -> None:
    drawn = Image.new("RGB", (400, 120), "white")
    ImageDraw.Draw(drawn).text((20, 40), f"{NAME} left arm", fill="black", font_size=28)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    decision = clean_document("png", out.getvalue(), FINDER)
    assert (decision.status, decision.code, decision.content) == ("withheld", "names_patient", None)
    assert decision.held


def test_a_pdf_when_cleaned_then_shows_its_page_and_holds_nothing_beside_it() -> None:
    cleaned = stored("pdf", pdf("About a liver", NAME))
    with pikepdf.open(io.BytesIO(cleaned)) as made:
        everything = b"".join(
            one.read_bytes() for one in made.objects if isinstance(one, pikepdf.Stream)
        )
        assert b"About a liver" in everything
        assert NAME not in " ".join(map(repr, made.objects))
        assert NAME.encode() not in everything
        assert not made.attachments
        assert "/OpenAction" not in made.Root
        assert "/Metadata" not in made.Root


def test_a_pdf_when_a_page_names_the_patient_then_waits() -> None:
    for text in (f"Letter on {NAME.upper()}", "number HN-884411"):
        decision = clean_document("pdf", pdf(text), FINDER)
        assert (decision.status, decision.code) == ("withheld", "names_patient")


def _scan(text: str) -> bytes:
    page = Image.new("RGB", (900, 500), "white")
    ImageDraw.Draw(page).text((40, 80), text, fill="black", font_size=36)
    out = io.BytesIO()
    page.save(out, "PDF")
    return out.getvalue()


def test_a_scan_in_a_pdf_when_it_names_the_patient_then_waits(monkeypatch) -> None:
    assert clean_document("pdf", _scan(f"Dear {NAME}"), FINDER).code == "names_patient"
    monkeypatch.setattr(recognition, "is_installed", lambda: False)
    assert clean_document("pdf", _scan("Dear colleague"), FINDER).code == "scan_unread"


def test_a_pdf_with_a_password_when_met_then_is_refused() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert clean_document("pdf", out.getvalue(), FINDER).code == "protected"


@pytest.mark.parametrize(("extension", "make"), [("docx", docx), ("odt", odt)])
def test_an_office_file_when_cleaned_then_names_no_author_and_keeps_its_words(
    extension, make
) -> None:
    cleaned = inside(stored(extension, make("About a liver", NAME)))
    assert NAME.encode() not in cleaned
    assert b"liver" in cleaned
    assert b"thumbnail" not in cleaned.lower()


@pytest.mark.parametrize(("extension", "make"), [("docx", docx), ("odt", odt)])
def test_an_office_file_when_its_words_name_the_patient_then_waits(extension, make) -> None:
    assert clean_document(extension, make(f"Dear {NAME}"), FINDER).code == "names_patient"


@pytest.mark.parametrize("member", ["xl/vbaProject.bin", "Basic/x.xml"])
def test_macros_when_met_then_are_refused(member: str) -> None:
    extension = "xlsm" if member.startswith("xl") else "odt"
    assert clean_document(extension, packed({member: b"x"}), FINDER).code == "macros"


def test_a_file_inside_a_file_when_it_cannot_be_cleaned_then_is_withheld() -> None:
    decision = clean_document("docx", packed({"word/embeddings/oleObject1.bin": b"x"}), FINDER)
    assert (decision.status, decision.code) == ("withheld", "embedded")


def test_an_office_file_that_is_a_bomb_when_met_then_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 30_000_000)
    assert clean_document("docx", out.getvalue(), FINDER).code == "too_large"


@pytest.mark.parametrize("evil", [
    b'<!DOCTYPE a [<!ENTITY x "yyyy">]><a>&x;</a>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
])  # fmt: skip
def test_entities_in_xml_when_met_then_are_refused(evil: bytes) -> None:
    for extension, content in (("xml", evil), ("docx", packed({"word/document.xml": evil}))):
        assert clean_document(extension, content, FINDER).status == "refused"


def test_an_old_word_file_when_libreoffice_is_there_then_becomes_docx(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("About a liver")
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/p", "--convert-to",
         "doc", "--outdir", str(tmp_path), str(tmp_path / "a.txt")],
        check=True, capture_output=True,
    )  # fmt: skip
    decision = clean_document("doc", (tmp_path / "a.doc").read_bytes(), FINDER)
    assert (decision.status, decision.extension) == ("stored", "docx")
    assert b"About a liver" in inside(decision.content)


def test_programs_that_are_not_there_when_needed_then_the_file_is_withheld(monkeypatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert clean_document("doc", b"\xd0\xcf", FINDER).code == "no_office_program"
    assert clean_document("mp4", b"ftyp", FINDER).code == "no_media_program"


def _media(extension: str) -> bytes:
    sound = ["-f", "lavfi", "-i", "sine=d=0.3"]
    sight = [] if extension in ("wav", "ogg", "flac", "mp3") else [
        "-f", "lavfi", "-i", "testsrc=d=0.3:s=32x24:r=5"]  # fmt: skip
    muxer = CONTAINERS[extension][1]
    with programs.memory_file() as target:
        programs.run(
            ["ffmpeg", "-loglevel", "error", *sound, *sight, "-metadata", f"title={NAME}",
             "-metadata", f"comment={NAME}", "-f", muxer, "-y", programs.path_of(target)],
            files=(target,),
        )  # fmt: skip
        return programs.content_of(target)


@pytest.mark.parametrize("extension", sorted(CONTAINERS))
def test_video_and_sound_when_cleaned_then_play_on_without_tags(extension: str) -> None:
    original = _media(extension)
    cleaned = stored(extension, original)
    assert FINDER.in_bytes(original)
    assert not FINDER.in_bytes(cleaned)
    assert len(cleaned) > 0.8 * len(original)


@pytest.mark.parametrize(("content", "code"), [
    (b"about a liver", ""), (f"about {NAME}".encode("utf-16"), "names_patient"),
    (f"a;b\nHN-884411;{NAME}".encode("latin-1"), "names_patient"),
])  # fmt: skip
def test_text_when_it_names_the_patient_then_waits(content: bytes, code: str) -> None:
    decision = clean_document("csv", content, FINDER)
    assert decision.code == code
    assert b"".join(decision.chunks or decision.held) == content


def test_remarks_in_xml_when_cleaned_then_are_gone() -> None:
    assert stored("xml", f"<a><!-- {NAME} --><b>1</b></a>".encode()) == b"<a><b>1</b></a>"


@given(
    extension=some.sampled_from(sorted(KINDS - set(CONTAINERS) - {"doc", "xls", "ppt"})),
    start=some.sampled_from([b"", picture("JPEG"), picture("TIFF"), picture("BMP"), pdf(),
                             docx(), odt(), b"<a>"]),
    at=some.integers(0, 4000), more=some.binary(max_size=60),
)  # fmt: skip
@settings(max_examples=150)
def test_a_document_with_any_bytes_in_it_when_met_then_is_decided(
    extension: str, start: bytes, at: int, more: bytes
) -> None:
    decision = clean_document(extension, start[:at] + more + start[at + len(more) :], FINDER)
    assert isinstance(decision, Decision)
    assert decision.status in ("stored", "withheld", "refused")


@pytest.mark.parametrize("shape", ["plain", "list", "packed", "jpeg 2000"])
def test_words_a_camera_wrote_into_a_picture_of_a_pdf_when_cleaned_then_are_gone(
    shape: str,
) -> None:
    said = NAME.encode()
    image = jpeg_2000(plain=False) + b"\0\0\0\x12xml " + said.ljust(10)
    name = Name.JPXDecode
    if shape != "jpeg 2000":
        image, name = jpeg(said), Name.DCTDecode
    with pikepdf.new() as made:
        page = made.add_blank_page(page_size=(99, 99))
        filters = {"packed": [Name.FlateDecode, name], "list": [name]}.get(shape)
        drawn = pikepdf.Stream(
            made, b"", Type=Name.XObject, Subtype=Name.Image, Width=8, Height=8,
            BitsPerComponent=8, ColorSpace=Name.DeviceGray,
        )  # fmt: skip
        drawn.write(
            zlib.compress(image) if shape == "packed" else image,
            filter=pikepdf.Array(filters) if filters else name,
        )
        page.add_resource(drawn, Name.XObject)
        out = io.BytesIO()
        made.save(out)
    counts: Counter[str] = Counter()
    cleaned = clean_pdf(out.getvalue(), counts)
    assert counts["unread"] == 0
    with pikepdf.open(io.BytesIO(cleaned)) as found:
        (kept,) = [one for one in found.objects if isinstance(one, pikepdf.Stream)
                   and one.get("/Subtype") == Name.Image]  # fmt: skip
        assert said not in kept.read_raw_bytes()
        assert pikepdf.PdfImage(kept).as_pil_image().size == (8, 8)
