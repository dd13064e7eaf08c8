"""A library as a ZIP: taken along, sent back, shown before anything is changed."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile, ZipInfo

import pytest
import transaction
from webtest import Upload

from cpms_portal.cms.actions import archives
from cpms_portal.cms.actions.files import put_captions, put_file
from cpms_portal.cms.actions.moving import discard, remove_for_good
from cpms_portal.cms.actions.writing import put_text
from cpms_portal.cms.exporter import files_of, items_for_files
from cpms_portal.cms.resources import PageText
from cpms_portal.core.resources import oid_of
from cpms_portal.security.grants import grant, revoke
from cpms_portal.security.roles import Role
from tests.cms.conftest import EDITOR, OUTSIDER, READER, REVIEWER
from tests.factories.files import pdf, picture

FOLDER = "networks/rare-liver/library"
PLACE = f"/{FOLDER}/as-files"
BOTH_ROLES = "rareliverhpuser4"


@pytest.fixture
def library(root):
    return root["networks"]["rare-liver"]["library"]


@pytest.fixture
def people(root, library):
    """An editor, a reviewer, and somebody who is both, in the library of a network."""
    given = [(EDITOR, Role.EDITOR), (REVIEWER, Role.REVIEWER), (BOTH_ROLES, Role.EDITOR),
             (BOTH_ROLES, Role.REVIEWER)]  # fmt: skip
    for login, role in given:
        grant(root["people"].person_of_login(login), role, library)
    transaction.commit()
    yield
    transaction.abort()
    for login, role in given:
        revoke(root["people"].person_of_login(login), role, library)
    transaction.commit()


@pytest.fixture
def browser(people, browser_of):
    return browser_of(BOTH_ROLES)


def presses(form):
    return [one.value_if_submitted() for one in form.fields.get("act", [])]


def pressed(browser, act, **values):
    page = browser.get(PLACE)
    form = next(one for one in page.forms.values() if act in presses(one))
    for name, value in values.items():
        form[name] = value
    return form.submit("act", value=act)


def downloaded(browser):
    answer = pressed(browser, "download")
    assert answer.content_type == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with ZipFile(io.BytesIO(answer.body)) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


def zipped(files):
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def sent(browser, files):
    """Send files back; return the page that shows what they would change."""
    if "Drop it all" in browser.get(PLACE):
        pressed(browser, "drop")
    content = files if isinstance(files, bytes) else zipped(files)
    return pressed(browser, "send", files=Upload("back.zip", content)).follow()


def shown(page):
    """Return what is shown of each file: path → (what, state afterwards, ticked)."""
    rows = {}
    for card in page.html.select("main section.card"):
        path = card.select_one(".faint").text
        box = card.select_one("input[name=path]")
        state = card.select(".sent-file > .faint")
        after = state[0].text.split(":")[1].strip() if state else ""
        ticked = box is not None and box.has_attr("checked")
        rows[path] = (card.select_one(".chip").text.strip(), after, ticked)
    return rows


def taken(page, *paths):
    form = next(one for one in page.forms.values() if one.action.endswith("as-files"))
    for box in form.fields.get("path", []):
        box.checked = not paths or box._value in paths
    answer = form.submit("act", value="take").follow()
    transaction.abort()
    return answer


def page_file(title, body="New.", **head):
    lines = "".join(f"{key}: {value}\n" for key, value in head.items())
    return f'---\ntitle: "{title}"\norder: 1\ntags: []\nlanguage: en\n{lines}---\n{body}\n'


def everything(library):
    return {
        path: content for item in items_for_files(library) for path, content in
        files_of(FOLDER, item)
    }  # fmt: skip


def test_what_is_taken_along_comes_back_as_it_was(browser, library, made, portal):
    shelf = made("folder", "Zip shelf", into=library, published=True)
    seen = made("picture", "Zip picture", into=shelf, alternative="A liver")
    put_file(seen, "", "seen.png", io.BytesIO(picture("png")), actor=portal)
    film = made("video", "Zip film", into=shelf, published=True)
    captions = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHallo\n"
    put_captions(film, "de", io.BytesIO(captions), portal)
    paper = made("download", "Zip paper", into=shelf)
    put_file(paper, "", "paper.pdf", io.BytesIO(pdf("Words")), actor=portal)
    steps = [{"title": "One", "text": "<p>Do</p>", "picture": oid_of(seen)}]
    made("guide", "Zip guide", into=shelf, steps=steps, related=(oid_of(paper),), tags=("liver",))
    transaction.commit()
    before = everything(library)
    files = downloaded(browser)
    packed = json.loads(files.pop(archives.PACKED))
    assert files == before and set(packed) == set(files)
    assert not shown(sent(browser, files)), "they say what the library says already"
    pressed(browser, "drop")
    transaction.abort()
    library.remove("zip-shelf")
    transaction.commit()
    page = sent(browser, files)
    new = shown(page)
    assert new[f"{FOLDER}/en/zip-shelf/zip-film.md"] == ("New", "Published", True)
    assert new[f"{FOLDER}/en/zip-shelf/zip-guide.md"] == ("New", "Private", True)
    assert "Files taken: 5." in taken(page)
    after = everything(library)
    # A picture is drawn anew, as every picture that is uploaded.
    drawn = f"{FOLDER}/files/zip-shelf/zip-picture/all/seen.jpg"
    assert {**after, drawn: b""} == {**before, drawn: b""} and after[drawn]
    back = library["zip-shelf"]
    (step,) = back["zip-guide"].texts["en"].more["steps"]
    assert step["picture"] == oid_of(back["zip-picture"])
    assert tuple(back["zip-guide"].about["related"]) == (oid_of(back["zip-paper"]),)


def test_nothing_is_changed_before_it_is_confirmed_and_only_what_is_ticked(
    browser, library, made, portal
):
    mine, theirs = (made("page", title, text="<p>Old.</p>", into=library, published=True)
                    for title in ("Of mine", "Of theirs"))  # fmt: skip
    files = downloaded(browser)
    for name in ("of-mine", "of-theirs"):
        path = f"{FOLDER}/en/{name}.md"
        files[path] = files[path].replace(b"Old.", b"From a file.")
    put_text(theirs, "en", PageText("Of theirs", "<p>Meanwhile.</p>", syntax="html"), portal)
    transaction.commit()
    page = sent(browser, files)
    transaction.abort()
    assert mine.texts["en"].text == "<p>Old.</p>"
    assert shown(page) == {
        f"{FOLDER}/en/of-mine.md": ("Changed", "", True),
        f"{FOLDER}/en/of-theirs.md": ("Changed here as well since", "", False),
    }
    assert "<ins>From a file</ins>" in page and "<del>Meanwhile</del>" in page
    taken(page, f"{FOLDER}/en/of-mine.md")
    assert mine.texts["en"].text == "<p>From a file.</p>"
    assert mine.versions[mine.version].note == "From a file."
    assert mine.state == "published"
    assert theirs.texts["en"].text == "<p>Meanwhile.</p>"
    assert "Show what would change" in browser.get(PLACE)


def test_what_was_changed_here_alone_is_left_alone(browser, library, made, portal):
    page = made("page", "Here alone", text="<p>Old.</p>", into=library)
    files = downloaded(browser)
    put_text(page, "en", PageText("Here alone", "Meanwhile."), portal)
    transaction.commit()
    assert f"{FOLDER}/en/here-alone.md" not in shown(sent(browser, files))


@pytest.mark.parametrize("login", [EDITOR, READER, OUTSIDER, "vascerncoordinator", None])
def test_who_does_not_publish_here_neither_takes_along_nor_sends(login, people, browser_of):
    other = browser_of(login)
    status = other.get(PLACE, status="*").status_int
    assert status in (303, 302) if login is None else status in (403, 404)
    # Somebody not signed in has no token and is asked to sign in.
    assert other.post(PLACE, {"act": "download"}, status="*").status_int in (
        302,
        303,
        400,
        403,
        404,
    )


def test_who_reviews_and_does_not_write_changes_nothing(people, browser_of, library, made):
    made("page", "Not yours", text="<p>Old.</p>", into=library)
    reviewer = browser_of(REVIEWER)
    files = downloaded(reviewer)
    path = f"{FOLDER}/en/not-yours.md"
    files |= {path: files[path].replace(b"Old.", b"New."), f"{FOLDER}/en/add.md": page_file("Add")}
    page = sent(reviewer, files)
    assert {what for what, _state, _ticked in shown(page).values()} == {"Cannot be taken"}
    taken(page)
    assert "add" not in library and library["not-yours"].texts["en"].text == "<p>Old.</p>"


def test_a_file_never_brings_an_item_further_than_who_sends_it_may(
    people, browser_of, root, library, made, portal
):
    """A reviewer of the whole library who is an editor in a folder publishes; nobody else does."""
    shelf = made("folder", "Half shelf", into=library)
    grant(root["people"].person_of_login(REVIEWER), Role.EDITOR, shelf)
    transaction.commit()
    page = sent(browser_of(REVIEWER), {f"{FOLDER}/en/half-shelf/one.md": page_file("One"),
                                       f"{FOLDER}/en/two.md": page_file("Two")})  # fmt: skip
    assert [one[0] for one in shown(page).values()] == ["Cannot be taken", "New"]
    taken(page)
    assert shelf["one"].state == "published" and "two" not in library
    steps = [(step.transition, step.who_name) for step in shelf["one"].history]
    assert steps[-1] == ("publish", root["people"].person_of_login(REVIEWER).title)


WRONG = {
    "an address that runs": ("link", 'address: "javascript:alert(1)"\n', "address"),
    "a day that is none": ("event", "begins: soon\n", "begins"),
    "a number that is none": ("video", "minutes: many\n", "minutes"),
    "a picture without words": ("picture", "", "alternative"),
    "an unknown place": ("collection", "within: //elsewhere.example\n", "within"),
    "another syntax": ("page", "syntax: script\n", "syntax"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_form_would_refuse_a_file_cannot_say(name, browser, library):
    kind, line, field = WRONG[name]
    head = "" if kind == "page" else f"kind: {kind}\n"
    content = f'---\ntitle: "Wrong"\norder: 1\ntags: []\nlanguage: en\n{head}{line}---\nText.\n'
    page = sent(browser, {f"{FOLDER}/en/wrong.md": content})
    assert [one[0] for one in shown(page).values()] == ["Cannot be taken"]
    assert field in page.html.main.text.lower()
    taken(page)
    assert "wrong" not in library


def test_script_in_a_file_is_dropped_and_a_file_that_runs_is_refused(browser, library, app):
    html = page_file("Tame", "<p>Fine<script>alert(1)</script></p>", syntax="html")
    taken(sent(browser, {f"{FOLDER}/en/tame.md": html}))
    assert library["tame"].texts["en"].text == "<p>Fine</p>"
    held = "\n  all:\n    name: x.pdf\n    type: application/pdf"
    page = sent(browser, {
        f"{FOLDER}/en/bad.md": page_file("Bad", "", kind="download", files=held),
        f"{FOLDER}/files/bad/all/x.pdf": b"<html><script>alert(1)</script>",
    })  # fmt: skip
    assert "cannot be taken" in taken(page)
    assert "bad" not in library, "all of it or nothing"


@pytest.mark.parametrize("name", ["../out.md", "/etc/out.md", "a\\..\\out.md", f"{FOLDER}/../x.md"])
def test_a_path_that_leads_elsewhere_is_refused(name, browser):
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr(ZipInfo(name), page_file("Out"))
        archive.writestr(f"{FOLDER}/en/in.md", page_file("In"))
    assert "leads elsewhere" in sent(browser, out.getvalue())


def test_what_is_no_zip_too_much_or_of_another_library_is_refused(browser, monkeypatch):
    assert "no ZIP file" in sent(browser, b"PK\x03\x04 nothing")
    assert "no ZIP file" in sent(browser, zipped({f"{FOLDER}/en/a.md": "x" * 999})[:-30])
    elsewhere = {"networks/vascern/library/en/a.md": page_file("A"), "library/en/b.md": ""}
    assert "no files of this library" in sent(browser, elsewhere)
    assert "cannot be read" in sent(browser, {f"{FOLDER}/en/a.md": "no front matter"})
    pressed(browser, "drop")
    monkeypatch.setattr(archives, "MOST_BYTES", 10)
    assert "holds too much" in sent(browser, {f"{FOLDER}/en/a.md": page_file("A")})
    assert "choose a file" in pressed(browser, "send").follow()


def test_a_translation_comes_to_what_it_translates(browser, library, made):
    page = made("page", "Original", text="<p>Words.</p>", into=library)
    german = page_file("Deutsch").replace("language: en", "language: de")
    seen = sent(browser, {f"{FOLDER}/de/original.md": german, f"{FOLDER}/de/lost.md": german})
    assert [one[0] for one in shown(seen).values()] == ["Cannot be taken", "New"]
    taken(seen)
    assert page.texts["de"].title == "Deutsch" and page.original == "en"


def test_what_was_exported_and_removed_for_good_does_not_come_back(browser, library, made, portal):
    page = made("page", "Gone for good", into=library)
    downloaded(browser)
    transaction.abort()
    assert (oid_of(library), "gone-for-good") in page.read_from
    discard(page, portal)
    remove_for_good(page, portal)
    assert "gone-for-good" in library.removed
