"""Files sent in pieces: carried on with after a break, looked at, and only then kept."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.cms.views.clipboard import pack, unpack
from cpms_portal.storage.uploads import spool
from tests.cms.conftest import EDITOR, OUTSIDER, REVIEWER
from tests.cms.test_hostile import ACTIVE_PDF, huge_png, png

FILM = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40


class Sender:
    """A browser that sends as the script of the table does."""

    def __init__(self, browser, place="/library"):
        self.browser, self.place = browser, place
        token = browser.get(f"{place}/contents").html.find("input", {"name": "csrf_token"})
        self.headers = {"X-CSRF-Token": token["value"]}

    def begin(self, name, size, stamp=1, **more):
        said = {"name": name, "size": size, "stamp": stamp}
        return self.browser.post_json(f"{self.place}/pieces", said, headers=self.headers, **more)

    def put(self, address, content, offset=0, **more):
        headers = {**self.headers, "X-Offset": str(offset)}
        kind = "application/octet-stream"
        return self.browser.put(address, content, headers=headers, content_type=kind, **more)

    def look(self, address, **more):
        return self.browser.put(f"{address}/look", headers=self.headers, **more)

    def finish(self, address, **more):
        return self.browser.post(f"{address}/finish", headers=self.headers, **more)

    def whole(self, name, content):
        address = self.begin(name, len(content)).json["url"]
        self.put(address, content)
        self.look(address)
        return self.finish(address).json


@pytest.fixture
def sender(office, browser_of):
    return Sender(browser_of(EDITOR))


def waiting(registry):
    return list(spool(registry).folder.iterdir())


def test_a_video_sent_in_pieces_becomes_an_item_and_is_read_from_anywhere(
    sender, root, registry, browser_of
):
    begun = sender.begin("Film of a case.mp4", len(FILM)).json
    half = len(FILM) // 2
    assert sender.put(begun["url"], FILM[:half]).json["offset"] == half
    sender.put(begun["url"], FILM[half:], half)
    assert FILM not in b"".join(
        path.read_bytes() for path in spool(registry).folder.rglob("piece-*")
    )
    sender.look(begun["url"])
    done = sender.finish(begun["url"]).json
    assert done["title"] == "Film of a case" and done["said"]
    transaction.abort()
    film = root["library"]["film-of-a-case"]
    assert (film.kind, film.state, film.file_for("").size) == ("video", "private", len(FILM))
    part = sender.browser.get(
        resource_path(film, "file"), headers={"Range": "bytes=5000-5009"}, status=206
    )
    assert part.body == FILM[5000:5010] and part.content_type == "video/mp4"
    assert not waiting(registry)


def test_an_upload_that_broke_off_goes_on_with_the_same_file_alone(sender, browser_of, registry):
    begun = sender.begin("film.mp4", len(FILM), stamp=1_700_000_000_000).json
    sender.put(begun["url"], FILM[:1000])
    (left,) = sender.browser.get("/library/pieces").json["unfinished"]
    assert (left["name"], left["offset"], left["size"]) == ("film.mp4", 1000, len(FILM))
    again = sender.begin("film.mp4", len(FILM), stamp=1_700_000_000_000).json
    assert (again["upload"], again["offset"]) == (begun["upload"], 1000)
    for other in (
        sender.begin("film.mp4", len(FILM), stamp=1_800_000_000_000).json,
        sender.begin("film.mp4", len(FILM) + 1, stamp=1_700_000_000_000).json,
    ):
        assert (other["upload"] != begun["upload"], other["offset"]) == (True, 0)
        sender.browser.delete(other["url"], headers=sender.headers)
    sender.put(begun["url"], FILM[:10], status=409)
    assert sender.browser.get(begun["url"]).json["offset"] == 1000
    sender.look(begun["url"], status=409)
    assert "not complete" in sender.finish(begun["url"], status=422).json["problem"]
    sender.browser.delete(begun["url"], headers=sender.headers)
    assert not waiting(registry)


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("x.svg", 10, "not taken"),
        ("x.html", 10, "not taken"),
        ("noextension", 10, "not taken"),
        ("x.png", 300_000_000, "200 MB"),
        ("x.pdf", 300_000_000, "200 MB"),
        ("x.mp4", 9_000_000_000, "larger than the portal takes"),
        ("x.mp4", 0, "empty"),
        ("x.mp4", "many", "how large"),
    ],
)
def test_what_will_not_be_taken_is_refused_before_it_is_sent(sender, registry, name, size, said):
    assert said in sender.begin(name, size, status=422).json["problem"]
    assert not waiting(registry)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.png", b"<svg onload=alert(1)>", "no picture"),
        ("x.png", huge_png(), "at most 50 megapixels"),
        ("x.png", huge_png(8000, 7500), "at most 50 megapixels"),
        ("x.mp4", b"<script>alert(1)</script>", "not what its name says"),
        ("x.webm", b"<html>", "not what its name says"),
        ("x.pdf", ACTIVE_PDF, "scripts"),
        ("x.docx", b"PK\x03\x04nothing", "not what its name says"),
    ],
)
def test_what_could_do_harm_is_refused_when_it_is_looked_at_and_nothing_stays(
    sender, root, registry, name, content, said
):
    before = set(root["library"].keys())
    address = sender.begin(name, len(content)).json["url"]
    sender.put(address, content)
    assert said in sender.look(address, status=422).json["problem"]
    assert sender.finish(address, status=422).json["problem"]
    transaction.abort()
    assert set(root["library"].keys()) == before and not waiting(registry)


def test_a_picture_sent_in_pieces_is_drawn_anew_in_its_scales(sender, root):
    sender.whole("wide.png", png(1000, 100) + b"<script>alert(1)</script>")
    transaction.abort()
    picture = root["library"]["wide"]
    assert (picture.width, picture.height, sorted(picture.scales)) == (1000, 100, [400, 800])
    assert b"script" not in sender.browser.get(resource_path(picture, "file")).body


def test_a_second_file_of_a_name_says_what_it_is_called(sender, root):
    assert "twice-2" not in sender.whole("Twice.txt", b"first")["said"]
    assert "twice-2" in sender.whole("Twice.txt", b"second")["said"]
    transaction.abort()
    assert {"twice", "twice-2"} <= set(root["library"].keys())


def test_only_who_sends_an_upload_goes_on_with_it_and_only_editors_send(
    sender, browser_of, made, office, root
):
    begun = sender.begin("film.mp4", len(FILM)).json
    reviewer = browser_of(REVIEWER)
    assert reviewer.get("/library/pieces", status=(200, 403)).status_int == 403
    reviewer.put(begun["url"], FILM, headers=sender.headers, status=(400, 403))
    browser_of(OUTSIDER).get("/library/pieces", status=403)
    other = Sender(browser_of("siteadmin"))
    assert other.browser.get("/library/pieces").json["unfinished"] == []
    other.put(begun["url"], FILM, status=422)
    other.finish(begun["url"], status=422)
    sender.browser.delete(begun["url"], headers=sender.headers)


def test_the_file_of_a_video_is_replaced_by_what_was_sent_before_the_form(
    sender, made, root, registry
):
    film = made("video", "To be filmed", address="https://videos.example.org/1")
    sender.place = resource_path(film).rstrip("/")
    address = sender.begin("film.mp4", len(FILM)).json["url"]
    sender.put(address, FILM)
    form = sender.browser.get(resource_path(film, "edit")).forms["form"]
    form["sent"].force_value(address.rpartition("/")[2])
    refused = form.submit(status=422)
    assert "not complete" in refused.html.select_one(".field-problem").text
    sender.look(address)
    form.fields["title"][0].value = "Filmed"
    form.submit().follow()
    transaction.abort()
    with film.file_for("").open() as kept:
        assert (film.title, kept.read()) == ("Filmed", FILM)
    assert not waiting(registry)
    sender.browser.get(resource_path(film, "edit"))
    note = made("page", "No file here")
    assert "sent" not in sender.browser.get(resource_path(note, "edit")).forms["form"].fields


@pytest.mark.parametrize(
    "oids", [[], [5], [-(2**63), -1, 0, 2**62], list(range(10**17, 10**17 + 1000))]
)
def test_what_was_cut_fits_a_cookie_and_is_read_again(oids):
    assert list(unpack(pack(oids))) == oids
    assert len(pack(oids)) < 3600
