"""Pictures and film of the guides: what they show is still there, and they say what they show."""

from __future__ import annotations

import io
import re

import pytest
import yaml
from PIL import Image

from cpms_portal.scripts.pictures import (
    SHARPNESS,
    WIDTH,
    list_in,
    place_of,
    said_in,
    smaller,
    words_in,
)
from tests.ground import PROJECT

CONTENT = PROJECT / "content"
CAPTIONS = CONTENT / "library" / "files" / "video-main-path" / "en" / "captions-en.vtt"
PAGES = CONTENT / "library" / "en" / "pictures"
PICTURES, SAID = list_in(CONTENT), said_in(CONTENT)
CUE = re.compile(r"(\d+):([\d.]+) --> (\d+):([\d.]+)\n(.+)\n")


@pytest.mark.storages("filestorage")  # the same pages on both
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_its_page_says_now(name, app, site, browser_of):
    """It shows a part of the page: what can be read in it still stands there."""
    asked = PICTURES[name]
    browser = browser_of(asked["login"]) if "login" in asked else app
    address = asked["address"]
    if "{me}" in address:
        with site.connection() as connection:
            people = connection.root()["app_root"]["people"]
            person = people.person_of_login(asked["login"])
            address = address.replace("{me}", person.__name__)
    answer = browser.get(address)
    while answer.status_int in (302, 303):
        answer = answer.follow()
    for pattern in asked.get("follow", ()):
        addresses = [one.get("href", "") for one in answer.html.select("main a")]
        answer = browser.get(next(one for one in addresses if re.search(pattern, one)))
    assert answer.content_type == "text/html"
    there = {" ".join(one.get_text().split()) for one in answer.html.select(words_in(asked))}
    gone = set(SAID[name]) - there
    assert not gone, f"take it anew: ./cpms pictures --only {name}"
    tabs = [" ".join(one.get_text().split()) for one in answer.html.select(".tabs a")]
    assert "below" in asked or [word for word in SAID[name] if word in tabs] == tabs


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_says_what_it_shows(name):
    path = place_of(CONTENT, name)
    assert path.stat().st_size < 100_000
    with Image.open(path) as picture:
        assert picture.width == round(PICTURES[name].get("width", WIDTH) * SHARPNESS)
    head = yaml.safe_load((PAGES / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)[1])
    assert head["alternative"].endswith(".")
    assert set(PICTURES[name]) <= {"address", "login", "width", "height", "follow", "also", "below"}


def test_every_picture_is_in_a_guide_and_every_picture_says_something():
    used = {
        found
        for path in (CONTENT / "library" / "en").glob("*.md")
        for found in re.findall(r"picture: /library/pictures/(\S+)", path.read_text("utf-8"))
    }
    assert used == set(PICTURES) == set(SAID)


def test_no_picture_is_left_over():
    assert {path.stem for path in PAGES.glob("*.md")} == set(PICTURES)


def test_a_smaller_picture_is_the_same_size_in_pixels():
    drawn = io.BytesIO()
    Image.new("RGB", (30, 20), (20, 90, 90)).save(drawn, "PNG")
    assert Image.open(io.BytesIO(smaller(drawn.getvalue()))).size == (30, 20)


def test_captions_follow_each_other_and_can_be_read_in_time():
    cues = CUE.findall(CAPTIONS.read_text(encoding="utf-8"))
    assert len(cues) > 10
    end = 0.0
    for begin_minutes, begin_seconds, end_minutes, end_seconds, text in cues:
        begins = int(begin_minutes) * 60 + float(begin_seconds)
        assert begins >= end
        end = int(end_minutes) * 60 + float(end_seconds)
        assert end - begins > len(text) / 25, text


def test_the_page_of_the_film_fits_the_film():
    page = CONTENT / "library" / "en" / "video-main-path.md"
    head = yaml.safe_load(page.read_text(encoding="utf-8").split("---\n", 2)[1])
    cues = CUE.findall(CAPTIONS.read_text(encoding="utf-8"))
    assert head["transcript"].splitlines() == [text for *_times, text in cues]
    said = [(int(a) * 60 + float(b), int(c) * 60 + float(d)) for a, b, c, d, _text in cues]
    for chapter in head["chapters"]:
        inside = [one for one in said if one[0] + 0.5 < chapter["at"] < one[1]]
        assert not inside, f"{chapter['title']} begins in the middle of a sentence"
