"""Full text: what is committed is found by those who may view it, and by nobody else."""

from __future__ import annotations

from array import array
from datetime import timedelta
from types import SimpleNamespace

import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.core.actor import Actor
from cpms_portal.core.clock import now
from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.core.resources import Content, modified, oid_of
from cpms_portal.search.fulltext import upkeep
from cpms_portal.search.fulltext.asking import phrases_of
from cpms_portal.search.fulltext.following import store_of
from cpms_portal.search.fulltext.highlights import Stems, extract
from cpms_portal.search.fulltext.queries import seek, suggest
from cpms_portal.search.fulltext.registration import Passage, Reading, add_fulltext, reading_of
from cpms_portal.search.fulltext.stems import WORD, composed, stem_of, stems_of, variants_of
from cpms_portal.search.fulltext.store import TextStore, put
from cpms_portal.search.fulltext.upkeep import rebuild, settle
from cpms_portal.security.acl import apply_acl
from cpms_portal.security.roles import Role
from tests.search.conftest import Case


class Leaf(Content):
    noun = "page"
    since = until = None
    language = "en"
    tags = ("start",)
    text = ""
    insiders = ()


def read(leaf):
    passage = Passage(leaf.language, leaf.title, leaf.text)
    return Reading("page", (passage,), 0, leaf.tags, leaf.since, leaf.until, leaf.insiders)


@pytest.fixture
def readers(registry):
    registry.cpms_fulltext_readers[Leaf] = read


@pytest.fixture
def write(root, readers):
    def add(name, title, text="", roles=(Role.EVERYONE,), **values):
        leaf = Leaf(title)
        leaf.text = text
        for key, value in values.items():
            setattr(leaf, key, value)
        root["here"].add(name, leaf)
        apply_acl(leaf, {"page:view": roles})
        return leaf

    return add


@pytest.fixture
def ask(registry, root):
    def sought(text, *principals, **more):
        held = frozenset({"system.Everyone", *principals})
        return seek(Actor(registry, None, held, now(registry)), text, **more)

    return sought


def titles(sought):
    return ["".join(piece.text for piece in hit.title) for hit in sought.hits]


def test_a_word_is_found_in_any_of_its_forms_and_without_its_accents(write, ask):
    write("a", "Consents", "A consent that was withdrawn counts no more.")
    write("b", "Einwilligungen", "Für die Behandlung der Ärzte", language="de")
    write("c", "Données", "Les données des patients", language="fr")
    transaction.commit()
    assert titles(ask("consenting")) == ["Consents"]
    assert titles(ask("einwilligung arzte")) == ["Einwilligungen"]
    assert titles(ask("donnees")) == titles(ask("DONNÉES")) == ["Données"]
    assert titles(ask("consent arzte")) == []


def test_what_was_given_up_is_never_found_and_what_changed_is_at_once(write, ask, registry):
    leaf = write("a", "Slides")
    transaction.commit()
    leaf.title = "Panels"
    modified(leaf, registry)
    transaction.abort()
    assert titles(ask("slides")) == ["Slides"] and not titles(ask("panels"))
    leaf.title = "Panels"
    modified(leaf, registry)
    assert not titles(ask("panels"))
    transaction.commit()
    assert titles(ask("panels")) == ["Panels"] and not titles(ask("slides"))


def test_what_was_undone_to_a_savepoint_or_removed_is_not_found(write, ask, root):
    write("a", "Kept")
    point = transaction.savepoint()
    write("b", "Undone")
    point.rollback()
    transaction.commit()
    assert titles(ask("kept")) == ["Kept"] and not titles(ask("undone"))
    root["here"].remove("a")
    transaction.commit()
    assert not titles(ask("kept"))


def test_a_hidden_page_shows_in_no_hit_count_facet_or_suggestion(write, ask, root, registry):
    write("a", "Open guide", tags=("start",))
    write("b", "Hidden guide", roles=(Role.HP,), tags=("secret",))
    transaction.commit()
    found = ask("guide")
    assert (found.total, titles(found)) == (1, ["Open guide"])
    assert found.facets["tag"] == (("start", 1),)
    outsider = Actor(registry, None, frozenset({"system.Everyone", "hp@1"}), now(registry))
    assert suggest(outsider, "hid") == [] and len(suggest(outsider, "gui")) == 1
    insider = ask("guide", f"hp@{oid_of(root['here'])}")
    assert insider.total == 2 and ("secret", 1) in insider.facets["tag"]


def test_who_may_view_when_it_changes_counts_with_the_commit(write, ask):
    leaf = write("a", "Guide")
    transaction.commit()
    apply_acl(leaf, {"page:view": (Role.HP,)})
    transaction.commit()
    assert ask("guide").total == 0


def test_a_page_before_or_after_its_time_is_found_by_insiders_alone(write, ask, clock, registry):
    at = now(registry)
    write("a", "Soon", since=at + timedelta(hours=1), insiders=("editor@5",))
    write("b", "Over", until=at + timedelta(hours=1), insiders=("editor@5",))
    transaction.commit()
    assert ask("soon").total == 0 and ask("soon", "editor@5").total == 1
    assert ask("over").total == 1
    clock.advance(hours=1)
    assert ask("soon").total == 1
    assert ask("over").total == 0 and ask("over", "editor@5").total == 1


def test_facets_narrow_and_are_counted(write, ask):
    write("a", "One", "word", tags=("x",))
    write("b", "Two", "word", tags=("x", "y"))
    write("c", "Drei", "word", language="de", tags=("y",))
    transaction.commit()
    found = ask("word")
    assert dict(found.facets["tag"]) == {"x": 2, "y": 2}
    assert dict(found.facets["language"]) == {"en": 2, "de": 1}
    narrow = ask("word", narrowed={"tag": "y", "language": "de"})
    assert titles(narrow) == ["Drei"] and narrow.total == 1


def test_the_beginning_of_a_word_is_enough_when_no_word_is_the_same(write, ask):
    write("a", "Deidentification")
    transaction.commit()
    assert titles(ask("deident")) == ["Deidentification"]


def test_a_batch_begins_where_it_is_told(write, ask):
    for number in range(7):
        write(f"p{number}", f"Guide {number}")
    transaction.commit()
    seen = [title for start in (0, 3, 6) for title in titles(ask("guide", start=start, size=3))]
    assert len(seen) == len(set(seen)) == 7


def test_the_words_sought_are_marked_where_most_of_them_stand(write, ask):
    filler = "nothing of note stands here " * 40
    write("a", "Long", f"sealed. {filler} The sealed key of each patient. {filler}")
    transaction.commit()
    (hit,) = ask("sealed keys").hits
    assert [piece.text for piece in hit.extract if piece.sought] == ["sealed", "key"]
    assert hit.extract[0].text == "… " and hit.extract[-1].text == " …"


def test_an_index_that_was_lost_is_built_anew(write, ask, registry):
    write("a", "Guide")
    transaction.commit()
    store_of(registry).empty()
    assert ask("guide").total == 0
    assert rebuild(registry) == 1 and ask("guide").total == 1
    assert store_of(registry).is_whole


def test_what_a_process_that_died_left_is_finished_at_the_next_start(
    write, ask, registry, clock, monkeypatch
):
    leaf = write("a", "Slides")
    transaction.commit()
    leaf.title = "Panels"
    modified(leaf, registry)
    monkeypatch.setattr("cpms_portal.search.fulltext.following.write", lambda *_all: None)
    transaction.commit()
    monkeypatch.undo()
    assert settle(registry) == 0, "it may be about to finish still"
    clock.advance(seconds=upkeep.DEAD + 1)
    assert settle(registry) == 1
    assert titles(ask("panels")) == ["Panels"] and not titles(ask("slides"))


def test_nothing_of_patients_can_be_registered_or_read(registry, root, add_case):
    with pytest.raises(ConfigurationRefusedError):
        add_fulltext(SimpleNamespace(registry=registry), Case, read)
    case = add_case("here", "k1", now(registry))
    leaf = Leaf("Inside")
    leaf.__parent__ = case
    registry.cpms_fulltext_readers[Leaf] = read
    assert reading_of(leaf, registry) is None


@pytest.mark.parametrize(
    "text",
    ['"', "a OR", "NEAR(", "* *", "names:x", "-", "x' --", "\x00", "^a", "a" * 5000, "( (", "🦋"],
)
def test_no_text_is_taken_as_a_formula(write, ask, text):
    write("a", "Guide", "x or a")
    transaction.commit()
    assert ask(text).total in (0, 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = TextStore(tmp_path_factory.mktemp("store") / "fulltext.sqlite")
    yield opened
    opened.close()


@given(text=st.text(), language=st.sampled_from(["en", "de", "fr", "fi", "el", "pl", "xx"]))
def test_every_word_of_any_text_finds_it(store, text, language):
    reading = Reading("page", (Passage(language, "", text),))
    words = [word for word in WORD.findall(composed(text)) if variants_of(word, [language])]
    with store.writing() as database:
        put(database, 1, reading, ["system.Everyone"])
        for word in words:
            [phrases] = phrases_of([variants_of(word, [language])], begun=False)
            asked = " OR ".join(phrases)
            question = "SELECT count(*) FROM found WHERE found MATCH ?"
            assert database.execute(question, (asked,)).fetchone() == (1,), word


@given(st.text(alphabet="ab ,.é", max_size=400), st.text(alphabet="abé", min_size=1, max_size=2))
def test_an_extract_says_nothing_the_text_does_not(text, word):
    plain = composed(text)
    said = list(stems_of(plain, "en"))
    starts = array("I", [start for _stem, start in said]).tobytes()
    stems = Stems(frozenset({stem_of(word, "en")}))
    pieces = extract(plain, " ".join(stem for stem, _ in said), starts, stems)
    body = "".join(piece.text for piece in pieces if piece.text not in ("… ", " …"))
    assert body in plain
    assert all(stems.has(stem_of(piece.text, "en")) for piece in pieces if piece.sought)


def test_more_than_can_be_ranked_are_all_counted_and_all_reached(write, ask, monkeypatch):
    monkeypatch.setattr("cpms_portal.search.fulltext.asking.RANKED", 3)
    for number in range(9):
        write(f"p{number}", f"Sheet {number}", "a lantern shines", tags=(f"t{number % 2}",))
    write("lantern", "Lantern")
    transaction.commit()
    found = ask("lantern", size=4)
    assert found.total == 10 and titles(found)[0] == "Lantern"
    assert dict(found.facets["tag"]) == {"t0": 5, "t1": 4, "start": 1}
    seen = [title for start in (0, 4, 8) for title in titles(ask("lantern", start=start, size=4))]
    assert len(seen) == len(set(seen)) == 10


def test_no_count_facet_or_suggestion_tells_of_a_hidden_page_however_many_match(
    write, ask, registry, monkeypatch
):
    monkeypatch.setattr("cpms_portal.search.fulltext.asking.RANKED", 2)
    for number in range(6):
        write(f"open{number}", f"Lantern {number}", "lantern")
        write(f"hidden{number}", f"Lantern zebra{number}", "lantern zebra",
              roles=(Role.HP,), tags=("secret",), language="fi")  # fmt: skip
    transaction.commit()
    for narrow in ({}, {"kind": "page"}, {"tag": "start"}):
        found = ask("lantern", narrowed=narrow, size=3)
        assert found.total == 6 and dict(found.facets["tag"]) == {"start": 6}
        assert dict(found.facets["language"]) == {"en": 6}
    for narrow in ({"tag": "secret"}, {"language": "fi"}):
        assert ask("lantern", narrowed=narrow) == ask("zyzzyva", narrowed=narrow)
    assert ask("zebra").total == ask("zeb").total == 0
    stranger = Actor(registry, None, frozenset({"system.Everyone", "hp@1"}), now(registry))
    assert suggest(stranger, "zebr") == []
    assert len(suggest(stranger, "lantern")) == 6


def test_a_thread_that_asked_before_sees_what_came_and_went_since(write, ask, root, registry):
    write("a", "Lantern")
    transaction.commit()
    assert ask("lantern").total == 1
    root["here"].remove("a")
    write("b", "Lantern two", tags=("new",), language="de")
    transaction.commit()
    found = ask("lantern")
    assert titles(found) == ["Lantern two"] and found.facets["tag"] == (("new", 1),)
    store_of(registry).empty()
    assert ask("lantern").total == 0
    rebuild(registry)
    assert titles(ask("lantern", narrowed={"tag": "new"})) == ["Lantern two"]


def test_columns_forget_what_has_long_gone(write, ask, registry, monkeypatch):
    monkeypatch.setattr("cpms_portal.search.fulltext.columns.MOST_GONE", 2)
    leaf = write("a", "Lantern")
    for number in range(9):
        leaf.title = f"Lantern {number}"
        modified(leaf, registry)
        transaction.commit()
        assert titles(ask("lantern")) == [leaf.title]
    assert len(registry.cpms_fulltext_columns.now().ids) < 6


def test_a_stem_of_one_language_finds_no_text_of_another(write, ask):
    write("a", "Numbers", "one number and another")
    write("b", "Számok", "egy szám", language="hu")
    transaction.commit()
    assert stem_of("numbat", "hu") == "numb", "else this shows nothing"
    assert ask("numbat").total == 0
