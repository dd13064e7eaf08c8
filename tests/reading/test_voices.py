""" "Was this helpful?" and comments."""

from __future__ import annotations

import threading
from datetime import date

import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from cpms_portal.core.substance import ROOT_KEY
from cpms_portal.reading.actions import count_voice
from cpms_portal.reading.guards import OF_ADDRESS, Heard, Voice

EDITOR, OTHER_EDITOR = "siteadmin", "vascerncoordinator"


def answer(browser, path, yes=True):
    form = next(f for f in browser.get(path).forms.values() if "answer" in f.fields)
    return form.submit("answer", index=0 if yes else 1).follow()


def test_a_voice_is_counted_and_nothing_is_kept_of_who_gave_it(app, publish, site, browser_of):
    item = publish(title="Helpful page")
    assert "Thank you" in answer(app, "/library/helpful-page")
    answer(browser_of("rareliverhpuser1"), "/library/helpful-page", yes=False)
    page = browser_of(EDITOR).get("/library/helpful-page")
    assert "1 yes · 1 no" in " ".join(page.html.select_one(".helpful").text.split())
    assert "1 yes" not in app.get("/library/helpful-page")
    with site.connection() as connection:
        voices = connection.root()[ROOT_KEY]["library"]["comments"].voices[oid_of(item)]
        assert set(vars(voices)) == {"helpful", "unhelpful"}


def voices(site, item):
    with site.connection() as connection:
        found = connection.root()[ROOT_KEY]["library"]["comments"].voices[oid_of(item)]
        return found.helpful(), found.unhelpful()


def test_from_one_address_a_few_voices_a_day_count(app, publish, site, clock):
    item, other = publish(title="Loud page"), publish(title="Other page")
    said = [answer(app, "/library/loud-page") for _number in range(OF_ADDRESS + 3)]
    assert voices(site, item) == (OF_ADDRESS, 0)
    assert "counted before" in said[-1] and "counted before" not in said[0]
    answer(app, "/library/other-page")
    assert voices(site, other) == (1, 0), "another page is another question"
    clock.advance(days=1)
    answer(app, "/library/loud-page", yes=False)
    assert voices(site, item) == (OF_ADDRESS, 1)


def test_a_person_speaks_once_a_day(publish, site, browser_of):
    item, person = publish(title="One voice"), browser_of("rareliverhpuser1")
    for yes in (True, True, False):
        answer(person, "/library/one-voice", yes=yes)
    answer(browser_of("rareliverhpuser2"), "/library/one-voice")
    assert voices(site, item) == (2, 0)


DAY, NEXT = date(2026, 1, 1), date(2026, 1, 2)


def hear(heard, day=DAY, **whose):
    voice = Voice(7, day, **whose)
    counted = heard.counts(voice)
    if counted:
        heard.remember(voice)
    return counted


def test_nothing_held_says_which_address_spoke_and_the_day_forgets_it():
    heard = Heard()
    assert hear(heard, address="192.0.2.7") and hear(heard, person=9)
    assert "192.0.2.7" not in repr(vars(heard)) and len(heard._times) == 2
    salt, held = heard._salt, set(heard._times)
    assert hear(heard, NEXT, address="192.0.2.7")
    assert heard._salt != salt and not held & set(heard._times) and len(heard._times) == 1


def test_a_host_cannot_speak_for_a_network_of_ipv6():
    heard = Heard()
    assert sum(hear(heard, address=f"2001:db8::{one:x}") for one in range(20)) == OF_ADDRESS
    assert hear(heard, address="2001:db8:0:1::1") and hear(heard, address="")


def test_no_more_is_held_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr("cpms_portal.reading.guards.MOST_HELD", 3)
    heard = Heard()
    assert all(hear(heard, address=f"192.0.2.{one}") for one in range(20))
    assert len(heard._times) <= 3


def test_voices_at_the_same_moment_all_count(publish, site):
    item = publish(title="Busy page")
    oid, failed = oid_of(item), []
    with site.connection() as connection:
        count_voice(
            connection.root()[ROOT_KEY]["library"]["busy-page"],
            helpful=True,
            actor=system_actor(site.registry),
        )
        transaction.commit()
    start = threading.Barrier(4)

    def vote():
        database = site.registry._zodb_databases[""]
        manager = transaction.TransactionManager()
        connection = database.open(manager)
        try:
            found = connection.root()[ROOT_KEY]["library"]["comments"].voices[oid]
            start.wait()
            found.helpful.change(1)
            manager.commit()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=vote) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with site.connection() as connection:
        voices = connection.root()[ROOT_KEY]["library"]["comments"].voices[oid]
        assert (failed, voices.helpful()) == ([], 5)


def comment(browser, path, text):
    form = next(f for f in browser.get(path).forms.values() if "text" in f.fields)
    form["text"] = text
    return form.submit().follow()


def test_nobody_comments_where_it_is_not_switched_on(app, publish, browser_of):
    publish(title="Quiet page")
    reader = browser_of("rareliverhpuser1")
    assert not reader.get("/library/quiet-page").html.select(".comments")
    token = reader.get("/library/quiet-page").html.find("input", {"name": "csrf_token"})["value"]
    said = reader.post("/library/quiet-page/comment", {"text": "x", "csrf_token": token})
    assert "Comments are closed here" in said.follow()


def test_a_comment_is_shown_once_somebody_has_looked_at_it(app, browser_of, root, portal):
    library = root["library"]
    from cpms_portal.cms.actions.writing import add_item
    from cpms_portal.workflow.actions import transition

    transition(add_item(library, "page", {"title": "Talk", "text": ""}, language="en",
                        actor=portal), "publish", portal)  # fmt: skip
    transaction.commit()
    editor, reader = browser_of(EDITOR), browser_of("rareliverhpuser1")
    form = next(f for f in editor.get("/library/talk").forms.values() if "allowed" in f.fields)
    form.submit("allowed").follow()
    comment(reader, "/library/talk", "Very <b>clear</b>, thank you.")
    assert "Very" in reader.get("/library/talk") and "Very" not in app.get("/library/talk")
    assert "Very" not in browser_of("rareliverhpuser2").get("/library/talk")
    waiting = editor.get("/library/waiting-comments")
    assert "Very" in waiting
    form = next(f for f in waiting.forms.values() if "decide" in f.action)
    form.submit("step", value="show")
    shown = app.get("/library/talk")
    assert "Very" in shown and not shown.html.select(".comment-text b")
    form = next(f for f in reader.get("/library/talk").forms.values() if "decide" in f.action)
    form.submit("step", value="withdraw")
    assert "Very" not in app.get("/library/talk")


def test_who_does_not_look_after_the_library_decides_nothing(browser_of, root):
    for login in ("rareliverhpuser1", OTHER_EDITOR):
        page = browser_of(login).get("/library/waiting-comments", status="*")
        assert page.status_int in (403, 404)
