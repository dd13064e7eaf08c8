"""Videos in Chromium: seeking by parts, progress remembered, chapters, captions, in other pages."""

from __future__ import annotations

import subprocess

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.resources import FileVersion
from cpms_portal.core.resources import modified
from tests.cms.conftest import clean_at_both_widths

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:40.000\nA case is opened.\n"
#: Whether a video has got so far, and is not seeking any more.
AT = """(seconds) => {
  const video = document.querySelector("video");
  return video.readyState > 1 && !video.seeking && Math.abs(video.currentTime - seconds) < 4;
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Forty seconds of a test picture."""
    path = tmp_path_factory.mktemp("film") / "film.webm"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=5"]
    subprocess.run([*command, "-t", "40", "-c:v", "libvpx", "-g", "5", str(path)], check=True)
    return path.read_bytes()


def version(name, media_type, content):
    made = FileVersion(name, media_type)
    with made.blob.open("w") as out:
        out.write(content)
    made.size, made.digest = len(content), f"{name:0<64}"
    return made


@pytest.fixture
def video(made, film, registry):
    """A published video with captions and chapters."""
    chapters = [{"at": 0, "title": "Opening"}, {"at": 20, "title": "The outcome"}]
    item = made("video", "A film of a case", chapters=chapters, transcript="A case is opened.",
                published=True)  # fmt: skip
    item.add_file("", version("film.webm", "video/webm", film))
    item.captions = {"en": version("film.vtt", "text/vtt", CAPTIONS)}
    modified(item, registry)
    transaction.commit()
    return item


def test_a_part_of_a_video_is_sent_as_asked(video, app, film):
    address = resource_path(video, "file")
    answer = app.get(address, headers={"Range": "bytes=100-199"}, status=206)
    assert answer.body == film[100:200]
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(film)}"
    app.get(address, headers={"Range": f"bytes={len(film)}-"}, status=416)


def test_a_chapter_leads_there_and_progress_is_remembered_in_the_browser_alone(video, page_of):
    page = page_of()
    page.goto(resource_path(video))
    clean_at_both_widths(page)
    page.click("text=The outcome")
    page.wait_for_function(AT, arg=21)
    page.wait_for_function("Object.keys(localStorage).some((key) => key.startsWith('video:'))")
    page.evaluate("document.querySelector('video').pause()")
    page.goto(resource_path(video))
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function(AT, arg=21)
    page.evaluate("document.querySelector('video').pause()")
    page.click("text=Opening")
    page.wait_for_function(AT, arg=1)


def test_what_is_asked_for_goes_before_what_is_remembered(video, page_of):
    page = page_of()
    page.goto(resource_path(video))
    page.evaluate(f"localStorage.setItem('video:{video.__oid__}', '25')")
    page.reload()
    page.click("text=Opening")
    page.wait_for_function(AT, arg=1)
    page.goto("about:blank")
    page.goto(f"{resource_path(video)}#t=12")
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function(AT, arg=13)


def test_captions_are_offered_by_the_name_of_their_language(video, page_of):
    page = page_of()
    page.goto(resource_path(video))
    track = page.locator("video track")
    assert (track.get_attribute("srclang"), track.get_attribute("label")) == ("en", "English")
    said = page.evaluate("""async () => {
      const track = document.querySelector("video").textTracks[0];
      track.mode = "showing";
      while (!track.cues?.length) await new Promise((done) => setTimeout(done, 50));
      return track.cues[0].text;
    }""")
    assert said == "A case is opened."


def test_a_video_plays_in_another_page_for_those_who_may_see_it(video, made, page_of, registry):
    address = resource_path(video)
    text = f'<div class="video-embed"><a href="{address}">A film of a case</a></div>'
    other = made("page", "With a film", text=text, published=True)
    page = page_of(width=390)
    page.goto(resource_path(other))
    assert page.locator("figure.video video").get_attribute("aria-label") == "A film of a case"
    page.evaluate("document.querySelector('video').play()")
    page.wait_for_function(AT, arg=1)
    clean_at_both_widths(page)
