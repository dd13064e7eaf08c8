"""What happens with the slides of each maker: taken without label and macro image, or refused.

Real files of Leica, Philips, Ventana, Zeiss and Hamamatsu's VMS are not at hand: these are made
to be what OpenSlide takes them for.
"""

from __future__ import annotations

import numpy
import openslide
import pytest
from PIL import Image

from cpms_portal.imaging.deidentification.reasons import RefusedError, WithheldError
from cpms_portal.imaging.ingest.sources import bundled
from tests.factories.dicom import planted_person
from tests.factories.slide_makers import leica, philips
from tests.factories.slides import (
    ASCII,
    UNDEFINED,
    aperio,
    jpeg,
    level_page,
    tiff,
    tissue,
)
from tests.slides.files import known, taken
from tests.slides.test_cleaning import leaks

PERSON = planted_person(31)


@pytest.mark.parametrize(("make", "vendor"), [(leica, "leica"), (philips, "philips")])
def test_a_slide_of_a_maker_when_taken_then_is_as_openslide_sees_it_without_its_label(
    tmp_path, make, vendor
) -> None:
    content = make(PERSON.strings())
    (tmp_path / "a.tif").write_bytes(content)
    original = openslide.OpenSlide(str(tmp_path / "a.tif"))
    assert original.properties["openslide.vendor"] == vendor
    assert "macro" in original.associated_images
    file, pyramid = taken(content, known(PERSON))
    (tmp_path / "b.tif").write_bytes(file)
    stored = openslide.OpenSlide(str(tmp_path / "b.tif"))
    assert leaks(content, PERSON)
    assert not leaks(file, PERSON)
    assert not stored.associated_images
    assert stored.dimensions == (1024, 768)
    region = ((256, 256), 0, (512, 400))
    shift = [int(original.properties.get(f"openslide.bounds-{axis}", 0)) for axis in "xy"]
    moved = ((256 + shift[0], 256 + shift[1]), *region[1:])
    seen = [numpy.asarray(one.convert("RGB")).astype(int) for one in
            (stored.read_region(*region), original.read_region(*moved))]  # fmt: skip
    assert numpy.abs(seen[0] - seen[1]).mean() < 1
    assert pyramid.pixel == pytest.approx((0.5, 0.5), abs=0.001)
    label = jpeg(tissue(600, 200, 6))
    assert label[-400:-300] not in file


def test_levels_that_a_maker_padded_when_taken_then_are_drawn_anew() -> None:
    image = tissue(1024, 768)
    words = philips_words([])
    padded = Image.new("RGB", (512, 400), "white")
    padded.paste(image.resize((512, 384)), (0, 0))
    _, pyramid = taken(tiff([level_page(image, words), level_page(padded)]))
    assert [one.drawn for one in pyramid.levels] == [False, True]


def philips_words(strings: list[str]) -> bytes:
    """Return what Philips says of a slide."""
    return b'<DataObject ObjectType="DPUfsImport"><Attribute Name="PIM_DP_X">' + (
        " ".join(strings).encode() + b"</Attribute></DataObject>"
    )


@pytest.mark.parametrize(
    "tags",
    [
        {270: (ASCII, b"level=0 mag=40 quality=95\0"), 700: (UNDEFINED, b"<iScan Magnification=")},
        {270: (ASCII, b"Label_Image\0"), 700: (UNDEFINED, b'<EncodeInfo/><iScan Barcode1D="')},
        {270: (ASCII, b'<?xml version="1.0"?><OME xmlns="x"/>\0')},
    ],
)
def test_a_slide_whose_tiles_overlap_or_whose_labels_hide_when_taken_then_is_withheld(tags) -> None:
    page = level_page(tissue(600, 400))
    page.tags |= tags
    with pytest.raises(WithheldError) as caught:
        taken(tiff([page]))
    assert caught.value.code == "slide_kind"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b'<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01">', "slide_damaged"),
        (b'<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01"/>', "slide_damaged"),
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]><scn xmlns="http://www.leica-microsystems.com/scn/">'
            b"&b;</scn>",
            "slide_damaged",
        ),
        (b'<scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01"><collection sizeX="9"'
         b' sizeY="9"><image><view sizeX="9" sizeY="9"/></image></collection></scn>',
         "slide_kind"),
    ],
)  # fmt: skip
def test_words_of_a_maker_that_say_nothing_or_too_much_when_read_then_are_refused(
    words, code
) -> None:
    with pytest.raises(RefusedError) as caught:
        taken(tiff([level_page(tissue(600, 400), words)]))
    assert caught.value.code == code


def test_the_glass_of_leica_when_its_words_name_no_other_image_then_is_never_a_level() -> None:
    content = leica(PERSON.strings(), glass_only=True)
    with pytest.raises(WithheldError):
        taken(content)


def test_slides_of_kinds_that_are_not_taken_when_uploaded_then_each_file_is_told_why(
    upload,
) -> None:
    vms = b"[Virtual Microscope Specimen]\r\nNoLayers=1\r\nImageFile=" + PERSON.family.encode()
    pictures = [(f"{number}.jpg", jpeg(tissue(300, 200, number))) for number in range(3)]
    files = [("a.vms", vms), *pictures, ("b.czi", b"ZISRAWFILE" + bytes(600))]
    receipt = upload(b"".join(bundled(files)))
    assert receipt["stored"] == 0
    ((line),) = receipt["lines"]
    assert (line["count"], "cannot be cleaned yet" in line["text"]) == (5, True)


def test_a_slide_beside_one_that_is_not_taken_when_uploaded_then_is_stored(upload) -> None:
    files = [("b.czi", b"ZISRAWFILE" + bytes(600)), ("a.svs", aperio([], seed=71))]
    receipt = upload(b"".join(bundled(files)))
    assert receipt["stored"] == 1
