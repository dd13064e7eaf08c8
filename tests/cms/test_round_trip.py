"""Libraries as files and back: exact, idempotent, and it is known who changed what."""

from __future__ import annotations

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cpms_portal.cms.actions.files import put_captions, put_file
from cpms_portal.cms.actions.moving import (
    discard,
    move_item,
    remove_for_good,
    rename_item,
    restore,
    show_between,
)
from cpms_portal.cms.actions.ordering import put_at
from cpms_portal.cms.actions.writing import add_item, put_text, save_item
from cpms_portal.cms.exporter import file_of, libraries
from cpms_portal.cms.importer import import_library
from cpms_portal.cms.importer.sources import read_source
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.queries.links import addresses_that_lead_on
from cpms_portal.cms.resources import FileVersion, PageText
from cpms_portal.cms.schemas.written import written
from cpms_portal.contentio.actions import import_content
from cpms_portal.contentio.exporting import (
    Change,
    differences,
    export_content,
    exported,
    remember,
    remove_gone,
)
from cpms_portal.contentio.reading import read_front_matter
from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from cpms_portal.workflow.actions import transition
from tests.factories.files import pdf, picture

pytestmark = pytest.mark.storages("filestorage")  # files do not depend on the storage
PARTS = ("library/**/*.*", "networks/*/library/**/*.*", "consent_forms/*.yaml")


@pytest.fixture
def content(registry):
    return Path(setting(registry, "cpms.content"))


@pytest.fixture
def copy(content, tmp_path):
    """A folder of content that may be changed."""
    return Path(shutil.copytree(content, tmp_path / "content"))


def files_in(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in PARTS
        for path in folder.glob(pattern)
    }


def test_all_that_was_born_from_files_is_written_again_byte_for_byte(root, portal, content):
    files = dict(exported(root, portal))
    assert len(files) > 60
    assert files == files_in(content)


def test_nothing_differs_in_a_portal_that_was_just_born(root, portal, content, tmp_path):
    top = root._p_jar.root()
    assert differences(top, root, content, portal) == []
    assert export_content(root, tmp_path, portal) == len(files_in(content))
    assert export_content(root, tmp_path, portal) == 0


def an_html_page(root, portal):
    faq = root["library"]["faq"]
    item = add_item(
        root["library"],
        "page",
        {
            "title": 'Of "all" sorts: ü',
            "text": f'<p>See <a href="/resolve/{oid_of(faq)}">it</a></p>',
        },
        language="en",
        actor=portal,
    )
    transition(item, "publish", portal)
    return item


def everything(root, portal):
    """Make an item of many types, in folders, drafts and with files."""
    library = root["networks"]["rare-liver"]["library"]

    def add(kind, where=library, **values):
        return add_item(where, kind, {"text": "", **values}, language="en", actor=portal)

    folder = add("folder", title="Shelf", summary="What stands here.")
    picture = add("picture", folder, title="A picture", alternative="A liver")
    add("guide", folder, title="A guide", text="<p>Begin</p>",
        steps=[{"title": "First", "text": "<p>Do</p>", "picture": oid_of(picture),
                "alternative": "What it shows"}])  # fmt: skip
    add("faq", folder, title="Asked", questions=[
        {"theme": "One", "question": "Why?", "answer": "<p>So.\n: - ---</p>"}])  # fmt: skip
    add("event", title="A meeting", begins=datetime(2027, 1, 2, 9, 30, tzinfo=UTC), ends=None,
        place="Hamburg", tags=("meeting", "liver"))  # fmt: skip
    add("link", title="Elsewhere", address="https://example.org/?a=1&b=2")
    add("collection", title="News", kinds=["news"], tags_any=[], sort="changed", limit=5)
    add("contact", title="Anna Help", disease_group="All", hours="9 to 5", phone="+49 40 1")
    add("video", title="A film", chapters=[{"at": 5, "title": "Start"}], transcript="Said.\n\nSo.")
    flyer = add("flyer", title="A flyer", shown_until=datetime(2030, 1, 1, tzinfo=UTC))
    version = FileVersion("flyer.pdf", "application/pdf", at=portal.now)
    with version.blob.open("w") as out:
        out.write(b"%PDF-1.7 \x00\xff")
    version.size, version.digest = 12, "x"
    flyer.add_file("", version)
    put_text(flyer, "de", PageText("Ein Faltblatt", "Kurz."), portal)
    transition(flyer, "publish", portal)
    an_html_page(root, portal)
    transaction.savepoint()


@pytest.fixture
def emptied(root):
    """Let the libraries be as in a portal into which no file was read yet."""

    def empty():
        root["library"].moved.clear()
        for _folder, library in libraries(root):
            library.removed = library.removed_taken = frozenset()
            library.removed_read = ""
            for name in list(library):
                if name != "consent-forms":
                    library.remove(name)

    return empty


def test_every_type_comes_back_as_it_was(root, portal, tmp_path, emptied):
    everything(root, portal)
    before = dict(exported(root, portal))
    export_content(root, tmp_path, portal)
    emptied()
    assert import_library(root, tmp_path, portal) > 10
    assert dict(exported(root, portal)) == before
    shelf = root["networks"]["rare-liver"]["library"]["shelf"]
    (step,) = shelf["a-guide"].texts["en"].more["steps"]
    assert step["picture"] == oid_of(shelf["a-picture"]), "what it names is found again"


def test_import_when_done_twice_makes_and_changes_nothing(root, portal, tmp_path, emptied):
    everything(root, portal)
    export_content(root, tmp_path, portal)
    emptied()
    import_library(root, tmp_path, portal)
    library = root["networks"]["rare-liver"]["library"]
    versions = {name: item.version for name, item in library.items()}
    assert import_library(root, tmp_path, portal) == 0
    assert {name: item.version for name, item in library.items()} == versions


def test_it_is_known_who_changed_what(root, portal, copy):
    top = root._p_jar.root()
    remember(top, root, copy, portal)
    for name in ("welcome", "privacy"):
        put_text(root["library"][name], "en", PageText("Here", "Changed here."), portal)
    for name in ("privacy", "terms"):
        path = copy / "library" / "en" / f"{name}.md"
        path.write_text(path.read_text() + "\nChanged in the file.\n")
    (copy / "library" / "en" / "fresh.md").write_text(
        '---\ntitle: "Fresh"\norder: 1\ntags: []\nlanguage: en\n---\nNew.\n'
    )
    add_item(root["library"], "page", {"title": "Own", "text": ""}, language="en", actor=portal)
    found = {one.path.rpartition("/")[2]: one.change for one in
             differences(top, root, copy, portal)}  # fmt: skip
    assert found == {
        "welcome.md": Change.HERE,
        "privacy.md": Change.BOTH,
        "terms.md": Change.FILES,
        "fresh.md": Change.NEW_FILES,
        "own.md": Change.NEW_HERE,
    }
    import_content(root, portal, copy)
    assert "Changed in the file." in root["library"]["terms"].texts["en"].text
    assert root["library"]["privacy"].texts["en"].text == "Changed here."
    assert "fresh" in root["library"]


@given(
    title=st.text(min_size=1, max_size=60).map(lambda one: " ".join(one.split())).filter(bool),
    order=st.one_of(st.integers(0, 10_000), st.floats(0, 10_000, allow_nan=False)),
    tags=st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), max_size=3, unique=True),
    body=st.text(
        st.characters(codec="utf-8", exclude_characters="\r\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e"),
        max_size=200,
    ),
)
def test_any_title_and_text_come_back_from_their_file(title, order, tags, body, tmp_path_factory):
    text = written({"title": title, "order": order, "tags": tags, "language": "en"}, body)
    path = tmp_path_factory.getbasetemp() / "any.md"
    path.write_bytes(text.encode())
    head, read = read_front_matter(path)
    assert (head["title"], head["order"]) == (title, order)
    assert written(head, read) == text


def a_day_of_an_office(root, portal):
    """Do everything an office does with pages of the portal and of a network."""
    own, bond = root["library"], root["networks"]["bond"]["library"]
    save_item(own["terms"], "en", {**values_of(own["terms"], "en"), "summary": "Ours."}, portal)
    shelf = add_item(own, "folder", {"title": "Shelf", "text": ""}, language="en", actor=portal)
    seen = add_item(shelf, "picture", {"title": "Seen", "alternative": "A liver"},
                    language="en", actor=portal)  # fmt: skip
    put_file(seen, "", "seen.png", io.BytesIO(picture("png")), actor=portal)
    steps = [{"title": "First", "text": "<p>Do</p>", "picture": oid_of(seen)}]
    said = {"title": "Ours", "text": "", "steps": steps, "related": [oid_of(own["faq"])]}
    add_item(shelf, "guide", said, language="en", actor=portal)
    film = add_item(shelf, "video", {"title": "Film", "text": ""}, language="en", actor=portal)
    put_captions(film, "de", io.BytesIO(b"WEBVTT\n\n00:01.000 --> 00:02.000\nGuten Tag\n"), portal)
    paper = add_item(own, "download", {"title": "Paper", "text": ""}, language="de", actor=portal)
    put_file(paper, "", "paper.pdf", io.BytesIO(pdf("Paper")), actor=portal)
    save_item(own["welcome"], "fr", {"title": "Bienvenue", "text": "<p>Ici.</p>"}, portal)
    show_between(own["welcome"], None, datetime(2031, 5, 1, 12, 30, tzinfo=UTC), portal)
    rename_item(own["welcome"], "first-of-all", portal)
    move_item(own["privacy"], shelf, portal)
    rename_item(shelf, "book-shelf", portal)
    move_item(bond["getting-started"], shelf, portal)
    put_at([own["faq"]], 3, portal)
    transition(own["terms"], "retract", portal, reason="Old.")
    transition(shelf, "publish", portal)
    discard(bond["questions"], portal)
    discard(own["accessibility"], portal)
    remove_for_good(discard_and_return(bond["helpdesk"], portal), portal)
    discard(paper, portal)
    restore(paper, portal)
    transaction.savepoint()


def discard_and_return(item, portal):
    discard(item, portal)
    return item


def test_after_a_day_of_an_office_another_portal_is_born_the_same(root, portal, copy, emptied):
    top = root._p_jar.root()
    remember(top, root, copy, portal)
    a_day_of_an_office(root, portal)
    changed = {one.path: one.change for one in differences(top, root, copy, portal)}
    assert changed["library/en/welcome.md"] == Change.GONE
    assert changed["library/en/first-of-all.md"] == Change.NEW_HERE
    export_content(root, copy, portal)
    assert remove_gone(top, root, copy, portal) >= 3
    remember(top, root, copy, portal)
    assert differences(top, root, copy, portal) == []
    before, led = dict(exported(root, portal)), addresses_that_lead_on(root)
    assert led["/library/welcome"] == "/library/first-of-all"
    assert led["/networks/bond/library/getting-started"] == "/library/book-shelf/getting-started"
    emptied()
    # A file that still stands at an old address makes nothing.
    shutil.copy(copy / "library/en/first-of-all.md", copy / "library/en/welcome.md")
    import_library(root, copy, portal)
    assert dict(exported(root, portal)) == before
    assert addresses_that_lead_on(root) == led
    bond = root["networks"]["bond"]["library"]
    assert not {"getting-started", "questions", "helpdesk"} & set(bond)
    assert import_library(root, copy, portal) == 0
    assert dict(exported(root, portal)) == before, "reading the same files again changes nothing"


def test_a_running_portal_follows_files_that_were_moved_without_making_a_second(root, portal, copy):
    toolkit = root["library"]["toolkit"]
    path = copy / "library" / "en"
    (path / "hello.md").write_text((path / "toolkit.md").read_text() + "\nSaid anew.\n")
    (copy / "library" / "moved.yaml").write_text("moved:\n  /library/toolkit: /library/hello\n")
    assert import_library(root, copy, portal) == 0
    assert "Said anew." in toolkit.texts["en"].text
    assert toolkit.__name__ == "toolkit" and "hello" not in root["library"]


def test_what_was_written_here_exported_and_removed_stays_removed(root, portal, copy):
    page = add_item(root["library"], "page", {"title": "Brief", "text": ""}, language="en",
                    actor=portal)  # fmt: skip
    transaction.savepoint()
    export_content(root, copy, portal)
    discard(page, portal)
    remove_for_good(page, portal)
    assert import_library(root, copy, portal) == 0
    assert "brief" not in root["library"]


#: Texts that editors, YAML and files quarrel about.
QUARREL = (
    *("yes", "null", "~", "2026-01-01", "1e3", "0x1f", "- a", "a: b", "# c", "'", '"', "%x", "|"),
    *("---", "...", "---\nx", "x\n---\n", "x\n---\ny: z\n", "  lead", "trail  ", "a\r\nb", "a\rb"),
    *("tab\there", "\u202eright to left", "\u05e9\u05dc\u05d5\u05dd", "\U0001f9ec\u200d\ufe0f"),
    *("\u2028x", "\x85", "\ufeff", "\x00", "&amp;<b>", "x" * 3_000, "word " * 900, ">", "@x"),
    *("*x", "&x", "!x", "?", ":", "\\U0001", "a\n\n\nb\n", "\n a", "{a}", "[b]", "${c}", " \n"),
)
NASTY = st.one_of(st.sampled_from(QUARREL), st.text(st.characters(codec="utf-8"), max_size=80))


@given(
    said=st.fixed_dictionaries(
        {"title": NASTY.filter(str.strip), "summary": NASTY, "transcript": NASTY, "body": NASTY}
    ),
    tags=st.lists(NASTY.filter(str.strip), max_size=3, unique=True),
    order=st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9), st.just(1e-06)),
    chapters=st.lists(st.tuples(st.integers(0, 9999), NASTY.filter(bool)), max_size=2),
)
@settings(max_examples=60)
def test_whatever_an_item_says_its_file_says_the_same(
    said, tags, order, chapters, film, tmp_path_factory
):
    more = {
        "transcript": said["transcript"],
        "chapters": [{"at": at, "title": title} for at, title in chapters],
    }
    film.texts["en"] = PageText(said["title"], said["body"], summary=said["summary"], more=more)
    film.tags, film.position = tuple(tags), order
    path = tmp_path_factory.getbasetemp() / "film.md"
    path.write_bytes(file_of(film, "en").encode())
    source = read_source(path, "en")
    assert source.body == said["body"].strip() + "\n"
    assert source.head["title"] == said["title"]
    assert source.head["tags"] == tags and source.head["order"] == order
    for name in ("summary", "transcript"):
        assert source.head.get(name, "") == (said | more)[name]
    assert source.head.get("chapters", []) == more["chapters"]
    assert written(source.head, source.body).encode() == path.read_bytes()


@pytest.fixture(scope="module")
def film(site):
    """A video beside the tree: only its file is looked at."""
    with site.connection() as connection:
        library = connection.root()["app_root"]["library"]
        actor = system_actor(site.registry)
        yield add_item(library, "video", {"title": "Any", "text": ""}, language="en", actor=actor)
