"""Pictures and film of the guides: what they show is still there, and they say what they show."""

from __future__ import annotations

import io
import re

import pytest
import yaml
from PIL import Image

from cpms_portal.scripts.pictures import list_in, place_of, smaller
from tests.ground import PROJECT

CONTENT = PROJECT / "content"
CAPTIONS = CONTENT / "library" / "files" / "video-main-path" / "en" / "captions-en.vtt"
PAGES = CONTENT / "library" / "en" / "pictures"
PICTURES = list_in(CONTENT)
CUE = re.compile(r"(\d+):([\d.]+) --> (\d+):([\d.]+)\n(.+)\n")


@pytest.mark.storages("filestorage")  # the same pages on both
@pytest.mark.parametrize("name", PICTURES)
def test_the_page_of_a_picture_is_still_there(name, app, site, browser_of):
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
    assert answer.status_int == 200
    assert answer.content_type == "text/html"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_says_what_it_shows(name):
    assert place_of(CONTENT, name).stat().st_size < 100_000
    head = yaml.safe_load((PAGES / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)[1])
    assert head["alternative"].endswith(".")
    assert set(PICTURES[name]) <= {"address", "login", "width"}


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
