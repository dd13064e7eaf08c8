"""Main pages in German and French: no English is left, and the page says which language it is."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import pytest
import transaction
from bs4 import Comment, Doctype

from tests.i18n.test_catalogues import OFFERED, PLACEHOLDER, translations

pytestmark = pytest.mark.storages("filestorage")  # words do not depend on the storage

#: Whose pages are read, and how many at most: every kind of page once.
READERS = (("rareliverhpuser1", "de"), ("rarelivercoordinator", "fr"))
MOST_PAGES = 60
#: Written by people in the language they chose, or kept as it was said then.
WRITTEN_BY_PEOPLE = ("prose", "as-written", "timeline-text")
READ_ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-label", "data-confirm")
#: One country, one centre, one patient stand for all.
NUMBERED = re.compile(r"(?<=^/networks/rare-liver/)[^/]+(?=/)|/[a-z]{2}\d\d/|[0-9a-z]{8}|\d+")
#: Texts of editors, and networks that look the same.
ELSEWHERE = re.compile(r".*/library/|/networks/(?!rare-liver/)\w|/library|/consent-forms")


def english_left_over(language: str) -> set[str]:
    """Return the English texts that read otherwise in a language, and never as they stand."""
    pairs = [(e[0], f[0]) for e, f in translations(language) if not PLACEHOLDER.search(e[0])]
    said = {form for _english, form in pairs}
    return {english for english, form in pairs if form and english != form and english not in said}


def texts_of(page) -> set[str]:
    """Return what a reader reads or hears on a page, texts that people wrote left out."""
    soup = page.html
    for written in soup.find_all(class_=WRITTEN_BY_PEOPLE):
        written.decompose()
    for skipped in soup.find_all(["script", "code"]):
        skipped.decompose()
    strings = soup.find_all(string=lambda text: not isinstance(text, Comment | Doctype))
    heard = [node[name] for name in READ_ATTRIBUTES for node in soup.find_all(attrs={name: True})]
    return {" ".join(str(text).split()) for text in [*strings, *heard]}


def pages_of(app, start: str = "/"):
    """Walk along the links of the portal: one page of each kind."""
    waiting, seen = deque([start]), set()
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        kind = NUMBERED.sub("#", urlsplit(address).path)
        if kind in seen:
            continue
        seen.add(kind)
        page = app.get(address, status="*")
        if page.status_int in (302, 303):
            waiting.append(urlsplit(page.location).path)
        if page.status_int != 200 or page.content_type != "text/html":
            continue
        yield address, page
        for link in page.html.find_all("a", href=True):
            target = urlsplit(urljoin(f"http://localhost{address}", link["href"]))
            if target.netloc == "localhost" and not ELSEWHERE.match(target.path):
                waiting.append(target.path)


@pytest.fixture(params=OFFERED)
def language(request) -> str:
    """A language other than English."""
    return request.param


@pytest.mark.parametrize(("login", "reads"), READERS)
def test_pages_of_a_reader_hold_no_english(login, reads, root, browser_of):
    """Whoever chose a language in the account reads all of the portal in it."""
    root["people"].person_of_login(login).language = reads
    transaction.commit()
    english, wrong = english_left_over(reads), {}
    for address, page in pages_of(browser_of(login)):
        assert page.html.html["lang"] == reads, address
        if left := texts_of(page) & english:
            wrong[address] = sorted(left)
    assert wrong == {}


def test_a_visitor_reads_the_language_of_the_browser(language, app):
    """Nobody has to look for a switch in a language they do not read."""
    page = app.get("/sign-in", headers={"Accept-Language": f"{language}-BE, en;q=0.5"})
    assert page.html.html["lang"] == language
    assert texts_of(page) & english_left_over(language) == set()


def test_a_visitor_chooses_a_language_and_it_is_remembered(app):
    """Against the browser, and back to it."""
    german = {"Accept-Language": "de"}
    switch = app.get("/sign-in", headers=german).forms
    form = next(form for form in switch.values() if form.action == "/language")
    back = form.submit("language", index=2)
    assert urlsplit(back.location).path == "/sign-in"
    assert app.get("/sign-in", headers=german).html.html["lang"] == "fr"
    app.post("/language", {"csrf_token": form["csrf_token"].value, "language": "tlh"})
    assert app.get("/sign-in", headers=german).html.html["lang"] == "de"


def test_the_switch_of_languages_is_for_visitors(browser_of):
    """Who is signed in has the choice in the account: two would contradict each other."""
    page = browser_of("rareliverhpuser1").get("/my-work")
    assert "/language" not in {form.action for form in page.forms.values()}
