"""What words add to a rank, kept one by one, makes the rank FTS5 gives the whole question."""

from __future__ import annotations

import random

import numpy
import pytest

from cpms_portal.search.fulltext import postings as postings_module
from cpms_portal.search.fulltext.postings import Postings
from cpms_portal.search.fulltext.registration import Passage, Reading
from cpms_portal.search.fulltext.store import TextStore, put

WORDS = ("lantern", "lamp", "light", "shade", "glow", "ember")
RANKED = "SELECT rowid, bm25(found, 4.0, 10.0, 5.0, 1.0, 0.5) FROM found WHERE found MATCH ?"
QUESTIONS = (
    (('"lantern"',),),
    (('"lantern"', '"lamp"'), ('"light"',)),
    (('"lant" *',), ('"l" *', '"glow"')),
    (('"shade"',), ('"shade"',)),
    (('"nowhere"', '"ember"'),),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    opened = TextStore(tmp_path_factory.mktemp("postings") / "fulltext.sqlite")
    chance = random.Random(5)
    with opened.writing() as database:
        for oid in range(80):
            text = " ".join(chance.choices(WORDS, (9, 5, 4, 3, 2, 1), k=chance.randint(1, 30)))
            passage = Passage("en", chance.choice(WORDS), text)
            put(database, oid, Reading("page", (passage,)), ["system.Everyone"])
    yield opened
    opened.close()


@pytest.mark.parametrize("most", [0, 3000])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sum_of_what_words_add_is_the_rank_of_the_question(store, question, most, monkeypatch):
    monkeypatch.setattr(postings_module, "MOST_RANKED", most)
    match = " AND ".join("(" + " OR ".join(word) + ")" for word in question)
    whole = dict(store.read(RANKED, (match,)))
    ids = numpy.array([number for (number,) in store.read("SELECT id FROM place ORDER BY id")])
    kept, summed = Postings(ids), numpy.zeros(len(ids))
    rows = numpy.searchsorted(ids, sorted(whole))
    for phrase in (phrase for word in question for phrase in word):
        places, worth = kept.worths(store, "found", phrase, rows)
        summed[places] += worth
    assert whole, "else this shows nothing"
    assert dict(zip(ids[rows].tolist(), summed[rows].tolist(), strict=True)) == pytest.approx(whole)


def test_more_than_is_kept_is_forgotten_and_asked_again(store, monkeypatch):
    ids = numpy.array([number for (number,) in store.read("SELECT id FROM place ORDER BY id")])
    kept = Postings(ids)
    before = kept.places(store, "found", '"lantern"').tolist()
    monkeypatch.setattr(postings_module, "MOST_KEPT", 1)
    assert kept.places(store, "found", '"lamp"').tolist()
    assert kept.places(store, "found", '"lantern"').tolist() == before


def test_words_that_stand_nowhere_do_not_heap_up(store, monkeypatch):
    monkeypatch.setattr(postings_module, "MOST_KEPT", 20 * postings_module.EACH)
    kept = Postings(numpy.array([number for (number,) in store.read("SELECT id FROM place")]))
    for number in range(100):
        assert not len(kept.places(store, "found", f'"nothing{number}"'))
    assert len(kept._kept) <= 20
