"""Documents on a page: photos, recordings with parts of them, PDF; nobody else finds them."""

from __future__ import annotations

import io
import wave

import pikepdf
import pytest

from tests.records.test_documents import photo, upload


def recording() -> bytes:
    """Return half a second of silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 4000)
    return out.getvalue()


def letter() -> bytes:
    """Return a PDF of one empty page."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(out)
    return out.getvalue()


def looked_at(browser, address, name, content):
    """Upload a file and open the page it is shown on."""
    page = upload(browser, address, (name, content)).follow()
    line = page.html.find("a", string=name).find_parent("li")
    return browser.get(line.find("a", href=lambda href: href.endswith("look"))["href"])


def test_a_photo_is_shown_and_opens_in_full_size(browser, address):
    page = looked_at(browser, address, "skin.jpg", photo())
    picture = page.html.select_one("figure img")
    assert browser.get(picture["src"]).content_type == "image/jpeg"
    full = browser.get(picture.find_parent("a")["href"])
    assert full.headers["Content-Disposition"] == "inline"
    assert "script-src" not in full.headers["Content-Security-Policy"]


def test_a_recording_is_played_and_a_player_gets_the_part_it_asks_for(browser, address):
    page = looked_at(browser, address, "voice.wav", recording())
    source = page.html.select_one("audio[controls]")["src"]
    whole = browser.get(source)
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = browser.get(source, headers={"Range": "bytes=100-199"}, status=206)
    assert part.body == whole.body[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole.body)}"


def test_a_pdf_is_opened_by_the_browser(browser, address):
    page = looked_at(browser, address, "letter.pdf", letter())
    answer = page.click("Open the document")
    assert (answer.content_type, answer.body[:5]) == ("application/pdf", b"%PDF-")


def test_what_no_browser_shows_is_only_downloaded(browser, address):
    page = upload(browser, address, ("values.csv", b"a;b\n1;2")).follow()
    link = page.html.find("a", string="values.csv")
    assert link.find_parent("li").find("a", href=lambda href: href.endswith("look")) is None
    for view in ("look", "content"):
        browser.get(link["href"] + view, status=404)


@pytest.mark.parametrize("login", ["rareliverhpuser2", "ernskinhpuser1", "rareliverresearcher"])
def test_outsiders_find_neither_page_nor_content(browser, browser_of, address, login):
    page = looked_at(browser, address, "skin.jpg", photo())
    for place in (page.request.path, page.html.select_one("figure a")["href"]):
        browser_of(login).get(place, status=404)
