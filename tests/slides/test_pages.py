"""Slides of a patient through the pages: upload, list, levels, tiles, removal."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import openslide
import pytest
import transaction
from PIL import Image

from cpms_portal.core.actor import system_actor
from cpms_portal.imaging.actions import receive_study
from cpms_portal.imaging.ingest.sources import bundled
from cpms_portal.imaging.queries import pyramid_of, slides_of
from cpms_portal.storage.keys import KeyDestroyedError
from tests.factories.dicom import planted_person
from tests.factories.slides import aperio, generic, level_page, tissue
from tests.slides.conftest import OUTSIDER

PERSON = planted_person(1)
STATIC = Path(__file__).parents[2] / "cpms_portal/imaging/static"


def test_a_dropped_slide_when_uploaded_then_stands_in_the_list_and_can_be_opened(
    upload, hp, place
) -> None:
    receipt = upload(b"".join(bundled([("a.svs", aperio(PERSON.strings(), seed=11))])))
    assert (receipt["stored"], receipt["lines"]) == (1, [])
    page = hp.get(receipt["studies"][0])
    assert "1500 × 1100" in page
    assert "0.499 µm" in page
    assert "20×" in page
    for listed in ("studies", "documents"):
        page = hp.get(f"{place}/{listed}")
        assert "0.7 × 0.5 mm" in page
        assert page.html.find("img", src=lambda src: src and "/thumbnail/" in src)


def test_levels_when_asked_for_then_tiles_are_there_and_bit_for_bit_those_of_the_scanner(
    upload, hp
) -> None:
    receipt = upload(aperio([], seed=12))
    about = hp.get(receipt["studies"][0] + "levels").json
    assert [(one["width"], one["height"]) for one in about["levels"]] == [
        (1500, 1100), (375, 275), (188, 138)
    ]  # fmt: skip
    original = level_page(tissue(1500, 1100, 12)).pieces
    for number in (0, 7, 29):
        answer = hp.get(f"{about['tiles']}/0/{number}")
        assert answer.content_type == "image/jpeg"
        assert answer.body.endswith(original[number][20:])
        assert Image.open(io.BytesIO(answer.body)).size == (256, 256)


def test_a_tile_when_asked_for_again_then_the_browser_keeps_it_and_nobody_else(upload, hp) -> None:
    receipt = upload(aperio([], seed=13))
    tiles = hp.get(receipt["studies"][0] + "levels").json["tiles"]
    answer = hp.get(f"{tiles}/0/0")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = hp.get(f"{tiles}/0/0", headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert not again.body


def test_a_tile_that_is_not_there_when_asked_for_then_is_not_found(upload, hp) -> None:
    receipt = upload(aperio([], seed=14))
    tiles = hp.get(receipt["studies"][0] + "levels").json["tiles"]
    for which in ("/9/0", "/0/30", "/0", "/0/x", "/0/0/0", "/-1/0"):
        hp.get(tiles + which, status=404)
    hp.get(tiles[:-3] + "old" + "/0/0", status=404)


def test_somebody_of_another_network_when_asking_then_finds_nothing(upload, hp, browser_of) -> None:
    receipt = upload(aperio([], seed=15))
    tiles = hp.get(receipt["studies"][0] + "levels").json["tiles"]
    outsider = browser_of(OUTSIDER)
    for name in ("", "levels", "thumbnail", "slide.tif", "remove"):
        outsider.get(receipt["studies"][0] + name, status=404)
    outsider.get(f"{tiles}/0/0", status=404)


def test_a_slide_when_downloaded_then_openslide_reads_the_same_pixels(upload, hp, tmp_path) -> None:
    original = aperio(PERSON.strings(), seed=16)
    receipt = upload(original)
    (tmp_path / "a.svs").write_bytes(original)
    (tmp_path / "b.tif").write_bytes(hp.get(receipt["studies"][0] + "slide.tif").body)
    first, second = (openslide.OpenSlide(str(tmp_path / name)) for name in ("a.svs", "b.tif"))
    assert set(first.associated_images) == {"label", "macro", "thumbnail"}
    assert not second.associated_images
    assert second.properties["openslide.mpp-x"].startswith("0.499")
    for at in ((0, 0), (1200, 800)):
        region = (at, 0, (300, 300))
        assert first.read_region(*region).tobytes() == second.read_region(*region).tobytes()


def test_a_slide_when_sent_twice_then_is_known(upload) -> None:
    content = aperio([], seed=17)
    first, again = upload(content), upload(content)
    assert (first["stored"], again["stored"], again["duplicates"]) == (1, 0, 1)


def test_a_zip_with_a_slide_when_uploaded_then_the_slide_is_stored(upload) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Würgelbach/slide.tif", generic([], seed=18))
        archive.writestr("readme.txt", "x" * 300)
    receipt = upload(out.getvalue())
    assert receipt["stored"] == 1
    assert [line["count"] for line in receipt["lines"]] == [1]


def test_a_photograph_named_svs_when_uploaded_then_is_refused_in_words(upload) -> None:
    out = io.BytesIO()
    tissue(600, 400).save(out, "TIFF")
    receipt = upload(b"".join(bundled([("a.svs", out.getvalue())])))
    assert receipt["stored"] == 0
    assert "not a slide" in receipt["lines"][0]["text"]


def test_a_slide_when_removed_then_it_is_gone(upload, hp) -> None:
    address = upload(aperio([], seed=19))["studies"][0]
    page = hp.get(address + "remove")
    assert "cannot be undone" in page
    token = page.html.find("input", {"name": "csrf_token"})["value"]
    hp.post(address + "remove", {"csrf_token": token}, status=303)
    hp.get(address, status=404)


def test_a_thumbnail_when_asked_for_then_shows_the_whole_slide_and_nothing_beside_it(
    upload, hp
) -> None:
    address = upload(aperio([], seed=20))["studies"][0]
    picture = Image.open(io.BytesIO(hp.get(address + "thumbnail").body))
    assert picture.size == (188, 138)


def test_what_is_stored_when_looked_at_then_holds_nothing_of_it_in_the_clear(
    site, root, registry, patient
) -> None:
    receive_study(patient, [("a.svs", aperio(PERSON.strings(), seed=21))], system_actor(registry))
    transaction.commit()
    for path in site.var.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"\xff\xd8\xff" not in content[:64]
            assert b"Aperio Image Library" not in content, path.name


def test_a_slide_when_the_key_is_destroyed_then_cannot_be_read(root, registry, patient) -> None:
    receipt = receive_study(patient, [("a", aperio([], seed=22))], system_actor(registry))
    slide = next(one for one in slides_of(patient) if one.__name__ == receipt.slides[0])
    assert pyramid_of(registry, slide).width == 1500
    slide.key_id = "a-key-that-is-gone"
    with pytest.raises(KeyDestroyedError):
        pyramid_of(registry, slide)


def test_the_page_of_a_slide_when_opened_then_brings_what_the_viewer_would_ask_for(
    upload, hp
) -> None:
    address = upload(aperio([], seed=23))["studies"][0]
    page = hp.get(address)
    about = json.loads(page.html.find(attrs={"data-about": True})["data-about"])
    assert about == hp.get(address + "levels").json
    first = page.html.find("link", rel="preload", attrs={"as": "image"})["href"]
    assert Image.open(io.BytesIO(hp.get(first).body)).size == (512, 512)
    brought = {
        link["href"].rpartition("/")[2] for link in page.html.find_all("link", rel="modulepreload")
    }
    imported = set()
    for path in (STATIC / "slide").glob("*.js"):
        imported |= set(re.findall(r'from "[./]+(?:slide/)?([a-z]+\.js)"', path.read_text()))
    assert imported == brought
