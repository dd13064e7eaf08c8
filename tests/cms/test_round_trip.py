"""Libraries as files and back: exact, idempotent, and it is known who changed what."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.cms.actions.writing import add_item, put_text
from cpms_portal.cms.exporter import libraries
from cpms_portal.cms.importer import import_library
from cpms_portal.cms.resources import FileVersion, PageText
from cpms_portal.cms.schemas.written import written
from cpms_portal.contentio.actions import import_content
from cpms_portal.contentio.exporting import Change, differences, export_content, exported, remember
from cpms_portal.contentio.reading import read_front_matter
from cpms_portal.core.resources import oid_of
from cpms_portal.core.settings import setting
from cpms_portal.workflow.actions import transition

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
    """Take every item out of the libraries."""

    def empty():
        for _folder, library in libraries(root):
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
