"""Slides as Leica and Philips write them, which say in XML which picture is what."""

from __future__ import annotations

from tests.factories.slides import (
    ASCII,
    LONG,
    RATIONAL,
    SHORT,
    level_page,
    picture_page,
    tiff,
    tissue,
)


def leica(strings: list[str], *, glass_only: bool = False) -> bytes:
    """Return an SCN look-alike: the whole glass with its label first, then the tissue."""
    said = " ".join(strings)
    image, glass = tissue(1024, 768, 14), tissue(600, 200, 6)
    scan = (
        "<scanSettings><objectiveSettings><objective>20</objective></objectiveSettings>"
        "<illuminationSettings><illuminationSource>brightfield</illuminationSource>"
        "</illuminationSettings></scanSettings>"
    )
    parts = [
        f'<image name="{said}"><creationDate>{said}</creationDate><device model="{said}"/>'
        f'<pixels sizeX="{width}" sizeY="{height}">{levels}</pixels>'
        f'<view sizeX="{across}" sizeY="{down}" offsetX="{shift}" offsetY="{shift}"/>{scan}</image>'
        for width, height, levels, across, down, shift in (
            (600, 200, '<dimension sizeX="600" sizeY="200" r="0" ifd="0"/>', 6000000, 2000000, 0),
            (
                1024, 768,
                '<dimension sizeX="1024" sizeY="768" r="0" ifd="1"/>'
                '<dimension sizeX="256" sizeY="192" r="1" ifd="2"/>',
                512000, 384000, 200000,
            ),
        )
    ]  # fmt: skip
    words = (
        '<?xml version="1.0"?><scn xmlns="http://www.leica-microsystems.com/scn/2010/10/01">'
        f'<collection name="{said}" sizeX="6000000" sizeY="2000000"><barcode>{said}</barcode>'
        f"{''.join(parts[: 1 if glass_only else 2])}</collection></scn>"
    ).encode()
    fine = {"t282": (RATIONAL, (20000, 1)), "t283": (RATIONAL, (20000, 1)), "t296": (SHORT, 3)}
    pages = [
        level_page(glass, words, comment=said.encode(), **fine),
        level_page(image, said.encode(), comment=said.encode(), **fine),
        level_page(image.resize((256, 192)), comment=said.encode(), **fine),
    ]
    return tiff(pages, big=True, padding=said.encode()) + said.encode()


def philips(strings: list[str]) -> bytes:
    """Return a look-alike of Philips' TIFF: levels in tiles, label and macro image in strips."""
    said = " ".join(strings)
    image = tissue(1024, 768, 14)

    def attribute(name: str, inside: str) -> str:
        return (
            f'<Attribute Name="{name}" Group="0x301D" Element="0x1" PMSVR="x">{inside}</Attribute>'
        )

    def spacing(number: int) -> str:
        size = 0.0005 * 2**number
        return (
            '<DataObject ObjectType="PixelDataRepresentation">'
            + attribute("DICOM_PIXEL_SPACING", f"&quot;{size}&quot; &quot;{size}&quot;")
            + "</DataObject>"
        )

    levels = f"<Array>{spacing(0)}{spacing(1)}</Array>"
    images = "".join(
        f'<DataObject ObjectType="DPScannedImage">{attribute("PIM_DP_IMAGE_TYPE", kind)}{more}'
        "</DataObject>"
        for kind, more in (
            ("WSI", attribute("PIIM_PIXEL_DATA_REPRESENTATION_SEQUENCE", levels)),
            ("LABELIMAGE", ""),
        )
    )
    words = (
        '<?xml version="1.0" encoding="UTF-8" ?><DataObject ObjectType="DPUfsImport">'
        + attribute("DICOM_MANUFACTURER", "PHILIPS")
        + attribute("PIM_DP_UFS_BARCODE", said)
        + attribute("PIM_DP_SCANNED_IMAGES", f"<Array>{images}</Array>")
        + "</DataObject>"
    ).encode()
    more: dict[str, tuple[int, object]] = {"t305": (ASCII, b"Philips DP v1.0\0")}
    pages = [
        level_page(image, words, comment=said.encode(), **more),
        level_page(image.resize((512, 384)), comment=said.encode(), t254=(LONG, 1), **more),
        picture_page(tissue(600, 200, 6), b"Macro", 1, said.encode()),
        picture_page(tissue(200, 300, 5), b"Label", 1, said.encode()),
    ]
    return tiff(pages, padding=said.encode()) + said.encode()
