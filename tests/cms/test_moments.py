"""What begins and ends at a time does so to the second, wherever a reader could meet it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import transaction

from cpms_portal.cms.actions.files import put_captions, put_file
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import values_of
from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import oid_of
from tests.factories.files import pdf, picture

TAG = "moment-tag"
SECOND = timedelta(seconds=1)
FILES = (
    *("moment-picture/file", "moment-picture/scale?width=400", "moment-paper/file"),
    *("moment-film/captions?language=de", "moment-event/calendar", "moment-guide/pdf"),
)


@pytest.fixture
def timed(made, portal, clock, registry):
    """Items of many types, seen for an hour from in an hour; and others that lead to them."""
    times = {
        "shown_from": clock.time + timedelta(hours=1),
        "shown_until": clock.time + timedelta(hours=2),
        "published": True,
        "tags": (TAG,),
    }
    guide = made("guide", "Moment guide", steps=[{"title": "Do", "text": "<p>It</p>"}], **times)
    seen = made("picture", "Moment picture", alternative="A clock", **times)
    put_file(seen, "", "clock.png", io.BytesIO(picture("PNG")), actor=portal)
    paper = made("download", "Moment paper", **times)
    put_file(paper, "", "paper.pdf", io.BytesIO(pdf("Wombats")), actor=portal)
    film = made("video", "Moment film", **times)
    put_captions(film, "de", io.BytesIO(b"WEBVTT\n\n00:01.000 --> 00:02.000\nTick\n"), portal)
    made("event", "Moment event", begins=clock.time + timedelta(days=9), ends=None, **times)
    made("folder", "Moment shelf", **times)
    made("collection", "Moments", kinds=("guide",), tags_any=(TAG,), published=True)
    made("page", "Anchor", related=(oid_of(guide),), tags=(TAG,), published=True)
    clock.advance(minutes=1)  # feeds have what is newest; all else is older
    save_item(guide, "en", values_of(guide, "en"), system_actor(registry))
    transaction.commit()
    return guide


#: Where a guide or a document is named: address → where what is named leads.
NAMED = {
    "/library": "/library/moment-guide",
    "/library/search?q=moment": "/library/moment-guide",
    "/library/suggest?q=momen": "/library/moment-guide",
    "/library/search?q=wombats": "/library/moment-paper",
    "/library/feed": "/library/moment-guide",
    "/library/moments/feed": "/library/moment-guide",
    "/library/moments": "/library/moment-guide",
    "/library/anchor": "/library/moment-guide",
    "/library/sitemap": "/library/moment-guide",
    "/sitemap.xml": "/library/moment-guide",
    "/library/changes": "/library/moment-guide",
    f"/library?tag={TAG}": "/library/moment-guide",
}


def places_that_show(app, guide):
    """Return where what is timed is met, each asked for twice: drawn, and as it was kept."""
    met = {}
    for address, name in NAMED.items():
        first, again = app.get(address), app.get(address)
        assert (name in first) == (name in again), address
        met[address] = name in again
    for address in ("moment-guide", "moment-shelf", *FILES, f"/resolve/{oid_of(guide)}"):
        path = address if address.startswith("/") else f"/library/{address}"
        answers = {app.get(path, status="*").status_int for _time in range(2)}
        met[address] = answers in ({200}, {302}) and "/sign-in" not in str(
            app.get(path, status="*").headers.get("Location", "")
        )
    return met


def test_nothing_is_met_a_second_early_or_late(timed, app, clock):
    begins, ends = timed.shown_from, timed.shown_until
    moments = ((begins - SECOND, False), (begins, True), (ends - SECOND, True), (ends, False))
    for moment, shown in moments:
        clock.time = moment
        met = places_that_show(app, timed)
        wrong = [address for address, there in met.items() if there != shown]
        assert not wrong, (moment.isoformat(), shown, wrong)
        if moment == begins:
            marks = {path: app.get(path).headers.get("ETag") for path in kept_by_browsers()}
            assert all(marks.values()), marks
    for path, mark in marks.items():
        status = app.get(path, headers={"If-None-Match": mark}, status="*").status_int
        assert status != 304, path


def kept_by_browsers():
    files = [f"/library/{one}" for one in FILES if not one.endswith("calendar")]
    return ["/library/moment-guide", "/library", "/library/feed", "/sitemap.xml", *files]


def test_what_is_timed_is_kept_by_no_cache_on_the_way(timed, app, clock):
    clock.advance(minutes=90)
    for address in FILES:
        kept = app.get(f"/library/{address}").headers["Cache-Control"]
        assert "public" not in kept and "no-cache" in kept, address
