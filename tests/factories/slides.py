"""Invented slides: files as Aperio, Hamamatsu and others write them, identity planted in them."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

import numpy
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    VLWholeSlideMicroscopyImageStorage,
    generate_uid,
)

from tests.factories.dicom import Planted, written

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SLONG, FLOAT, LONG8 = 1, 2, 3, 4, 5, 7, 9, 11, 16

_LETTERS = {SHORT: "H", LONG: "I", SLONG: "i", LONG8: "Q", FLOAT: "f", RATIONAL: "II", BYTE: "B"}


def tissue(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return an invented piece of tissue: pale ground, soft coloured spots."""
    chance = numpy.random.default_rng(seed)
    small = chance.integers(150, 250, (max(height // 16, 2), max(width // 16, 2), 3), dtype="u1")
    small[..., 1] //= 2
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, **options: object) -> bytes:
    """Return a picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, **options)
    return out.getvalue()


@dataclass
class Page:
    """A directory: its tags as {tag: (type, values)} and the data its tiles or strips hold."""

    tags: dict[int, tuple[int, object]]
    pieces: list[bytes] = field(default_factory=list)
    tiled: bool = True


def _values(order: str, kind: int, value: object) -> tuple[int, bytes]:
    if isinstance(value, bytes):
        return len(value), value
    values = value if isinstance(value, list) else [value]
    letter = {SHORT: "H", LONG: "I", SLONG: "i", LONG8: "Q", FLOAT: "f", RATIONAL: "II", BYTE: "B"}[
        kind
    ]
    flat = [part for one in values for part in (one if isinstance(one, tuple) else (one,))]
    return len(values), struct.pack(f"{order}{letter * len(values)}", *flat)


def tiff(pages: list[Page], *, big: bool = False, order: str = "<", ndpi: bool = False,
         padding: bytes = b"") -> bytes:  # fmt: skip
    """Return a TIFF or BigTIFF of pages. padding: written between everything."""
    word, room = ("Q", 8) if big else ("I", 4)
    mark = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if big else 42)
    out = bytearray(mark + (struct.pack(order + "HH", 8, 0) if big else b""))
    link = len(out)
    out += bytes(8 if big or ndpi else 4) + padding
    for page in pages:
        places = []
        for piece in page.pieces:
            places.append(len(out))
            out += piece + padding
        tags = dict(page.tags)
        if page.pieces:
            where, sizes = (324, 325) if page.tiled else (273, 279)
            tags[where] = (LONG8 if big else LONG, places)
            tags[sizes] = (LONG, [len(piece) for piece in page.pieces])
        fields = []
        for tag, (kind, value) in sorted(tags.items()):
            count, raw = _values(order, kind, value)
            if len(raw) > room:
                place, raw = len(out), out.extend(raw + padding) or b""
                raw = struct.pack(order + word, place)
            head = struct.pack(order + "HH" + word, tag, kind, count)
            fields.append(head + raw.ljust(room, b"\0"))
        struct.pack_into(order + word, out, link, len(out))
        out += struct.pack(order + ("Q" if big else "H"), len(fields)) + b"".join(fields)
        link = len(out)
        out += bytes(8 if big or ndpi else 4)
        if ndpi:
            out += bytes(4 * len(fields))
    return bytes(out)


def split_jpeg(raw: bytes) -> tuple[bytes, bytes]:
    """Return the tables of a JPEG as a stream of their own, and the JPEG without them."""
    at, tables, rest = 2, b"", b"\xff\xd8"
    while raw[at + 1] != 0xDA:
        size = int.from_bytes(raw[at + 2 : at + 4])
        segment = raw[at : at + 2 + size]
        if raw[at + 1] in (0xDB, 0xC4):
            tables += segment
        else:
            rest += segment
        at += 2 + size
    return b"\xff\xd8" + tables + b"\xff\xd9", rest + raw[at:]


def _tiles(image: Image.Image, side: int, comment: bytes) -> tuple[bytes, list[bytes]]:
    """Return the shared tables and the abbreviated tiles of a picture."""
    tables, tiles = b"", []
    for top in range(0, image.height, side):
        for left in range(0, image.width, side):
            tile = image.crop((left, top, left + side, top + side))
            tables, short = split_jpeg(jpeg(tile, subsampling="4:4:4", comment=comment))
            tiles.append(short)
    return tables, tiles


def level_page(image: Image.Image, description: bytes = b"", *, side: int = 256,
               comment: bytes = b"", **more: tuple[int, object]) -> Page:  # fmt: skip
    """Return a tiled level. more: further tags as ``t282=(RATIONAL, (40000, 1))``."""
    tables, tiles = _tiles(image, side, comment)
    tags: dict[int, tuple[int, object]] = {
        256: (LONG, image.width), 257: (LONG, image.height), 258: (SHORT, [8, 8, 8]),
        259: (SHORT, 7), 262: (SHORT, 6), 277: (SHORT, 3), 284: (SHORT, 1),
        322: (LONG, side), 323: (LONG, side), 347: (UNDEFINED, tables), 530: (SHORT, [1, 1]),
    }  # fmt: skip
    if description:
        tags[270] = (ASCII, description + b"\0")
    return Page(tags | {int(name[1:]): value for name, value in more.items()}, tiles)


def picture_page(
    image: Image.Image, description: bytes, subfile: int, comment: bytes = b""
) -> Page:
    """Return a picture in one strip: a thumbnail, a label, a macro image."""
    tags: dict[int, tuple[int, object]] = {
        254: (LONG, subfile), 256: (LONG, image.width), 257: (LONG, image.height),
        258: (SHORT, [8, 8, 8]), 259: (SHORT, 7), 262: (SHORT, 6), 277: (SHORT, 3),
        278: (LONG, image.height), 270: (ASCII, description + b"\0"),
    }  # fmt: skip
    return Page(tags, [jpeg(image, comment=comment)], tiled=False)


def _words(strings: list[str]) -> bytes:
    return " ".join(strings).encode("utf-8")


def aperio(strings: list[str], *, width: int = 1500, height: int = 1100, big: bool = False,
           seed: int = 1) -> bytes:  # fmt: skip
    """Return an SVS look-alike with strings planted wherever Aperio or anybody writes words."""
    said, size = _words(strings), f"{width}x{height}".encode()
    about = (
        b"Aperio Image Library v11.2.1\r\n" + size + b" (256x256) JPEG/YCC Q=70|AppMag = 20|"
        b"StripeWidth = 992|ScanScope ID = " + said + b"|Filename = " + said + b"|Title = " + said
        + b"|Date = " + said + b"|Time = 10:11:12|User = " + said + b"|Barcode = " + said
        + b"|MPP = 0.4990|ImageID = " + said
    )  # fmt: skip
    image = tissue(width, height, seed)
    half = image.resize((width // 4, height // 4))
    short = about.replace(size, size + b" -> " + f"{width // 4}x{height // 4}".encode())
    other = {
        "t700": (BYTE, b"<x:xmpmeta>" + said + b"</x:xmpmeta>"), "t305": (ASCII, said + b"\0"),
        "t306": (ASCII, said + b"\0"), "t315": (ASCII, said + b"\0"),
        "t33432": (ASCII, said + b"\0"), "t37510": (UNDEFINED, said),
        "t34675": (UNDEFINED, said), "t65000": (UNDEFINED, "".join(strings).encode("utf-16-le")),
    }  # fmt: skip
    return (
        tiff(
            [
                level_page(image, about, comment=said, **other),
                picture_page(half.resize((256, 200)), short, 0, said),
                level_page(half, short, comment=said, t254=(LONG, 1)),
                picture_page(
                    tissue(200, 300, 5), b"Aperio Image Library\r\nlabel 200x300 " + said, 1
                ),
                picture_page(
                    tissue(600, 200, 6), b"Aperio Image Library\r\nmacro 600x200 " + said, 9
                ),
            ],
            big=big,
            padding=said,
        )
        + said
    )


def generic(strings: list[str], *, width: int = 1500, height: int = 1100, order: str = "<",
            big: bool = True, levels: int = 2, seed: int = 2) -> bytes:  # fmt: skip
    """Return a pyramidal TIFF of no maker."""
    said = _words(strings)
    image = tissue(width, height, seed)
    pages = [
        level_page(
            image.resize((width >> number, height >> number)), said, comment=said,
            t254=(LONG, int(number > 0)), t296=(SHORT, 3), t282=(RATIONAL, (40000, 1)),
            t283=(RATIONAL, (40000, 1)),
        )
        for number in range(levels)
    ]  # fmt: skip
    return tiff(pages, big=big, order=order, padding=said)


def hamamatsu(strings: list[str], *, width: int = 2048, height: int = 1200, seed: int = 3) -> bytes:
    """Return an NDPI look-alike: each level one JPEG with restart markers, macro image, map."""
    said = _words(strings)
    image = tissue(width, height, seed)
    pages = []
    for number, lens in ((0, 20.0), (1, 10.0), (0, -1.0), (0, -2.0)):
        size = (width >> number, height >> number)
        drawn = image.resize(size) if lens > 0 else tissue(600, 250, 9)
        # 512 pixels are 32 units of 16 pixels.
        raw = jpeg(drawn, subsampling="4:2:0", restart_marker_blocks=32, comment=said)
        tags: dict[int, tuple[int, object]] = {
            256: (LONG, drawn.width), 257: (LONG, drawn.height), 258: (SHORT, [8, 8, 8]),
            259: (SHORT, 7), 262: (SHORT, 6), 271: (ASCII, b"Hamamatsu " + said + b"\0"),
            277: (SHORT, 3), 278: (LONG, drawn.height), 282: (RATIONAL, (22000, 1)),
            283: (RATIONAL, (22000, 1)), 296: (SHORT, 3), 305: (ASCII, said + b"\0"),
            306: (ASCII, said + b"\0"), 65420: (LONG, 1), 65421: (FLOAT, lens),
            65424: (SLONG, 0), 65442: (ASCII, said + b"\0"), 65449: (ASCII, said + b"\0"),
            65477: (ASCII, said + b"\0"),
        }  # fmt: skip
        pages.append(Page(tags, [raw], tiled=False))
    return tiff(pages, ndpi=True, padding=said + b" " * (len(said) % 2)) + said


@dataclass
class DICOMSlide:
    """A slide as DICOM: two levels, a label and an overview, in one series."""

    person: Planted
    seed: str
    sparse: bool = False
    native: bool = False
    width: int = 1000
    height: int = 700

    def files(self) -> list[tuple[str, bytes]]:
        """Return its instances."""
        image = tissue(self.width, self.height, 7)
        small = image.resize((self.width // 4, self.height // 4))
        label = tissue(256, 256, 5)
        kinds = (
            (image, ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], "NO"),
            (small, ["DERIVED", "PRIMARY", "VOLUME", "RESAMPLED"], "NO"),
            (label, ["ORIGINAL", "PRIMARY", "LABEL", "NONE"], "YES"),
            (label, ["ORIGINAL", "PRIMARY", "OVERVIEW", "NONE"], "YES"),
        )
        syntax = ExplicitVRLittleEndian if self.native else JPEGBaseline8Bit
        return [
            (f"{number}.dcm", written(self._instance(number, *kind), syntax))
            for number, kind in enumerate(kinds)
        ]

    def _instance(self, number: int, image: Image.Image, kind: list[str], label: str) -> Dataset:
        made, person = Dataset(), self.person
        made.SOPClassUID = VLWholeSlideMicroscopyImageStorage
        made.SOPInstanceUID = generate_uid(entropy_srcs=[self.seed, str(number)])
        made.StudyInstanceUID = generate_uid(entropy_srcs=[self.seed, "study"])
        made.SeriesInstanceUID = generate_uid(entropy_srcs=[self.seed, "series"])
        made.PatientName, made.PatientID = person.name, person.number
        made.PatientBirthDate, made.AccessionNumber = person.birth_date, person.accession
        made.ContainerIdentifier, made.BarcodeValue = person.number, person.number
        made.StudyDate = made.AcquisitionDateTime = "20250110"
        made.Modality, made.ImageType, made.SpecimenLabelInImage = "SM", kind, label
        made.BurnedInAnnotation = "NO"
        made.SeriesDescription = f"Liver {person.family}"
        self._measure(made, image, number)
        self._fill(made, image)
        return made

    def _measure(self, made: Dataset, image: Image.Image, number: int) -> None:
        measures = Dataset()
        measures.PixelSpacing = [0.0005 * 4**number, 0.0005 * 4**number]
        measures.SliceThickness = 0.001
        shared = Dataset()
        shared.PixelMeasuresSequence = Sequence([measures])
        made.SharedFunctionalGroupsSequence = Sequence([shared])
        optics = Dataset()
        optics.ObjectiveLensPower = 20
        made.OpticalPathSequence = Sequence([optics])
        made.TotalPixelMatrixColumns, made.TotalPixelMatrixRows = image.size
        made.DimensionOrganizationType = "TILED_SPARSE" if self.sparse else "TILED_FULL"

    def _fill(self, made: Dataset, image: Image.Image) -> None:
        places = [
            (left, top)
            for top in range(0, image.height, 256)
            for left in range(0, image.width, 256)
        ]
        if self.sparse:
            places.reverse()
            made.PerFrameFunctionalGroupsSequence = Sequence([_placed(place) for place in places])
        tiles = [image.crop((x, y, x + 256, y + 256)) for x, y in places]
        made.Rows = made.Columns = 256
        made.NumberOfFrames, made.SamplesPerPixel = len(tiles), 3
        made.BitsAllocated, made.BitsStored, made.HighBit = 8, 8, 7
        made.PixelRepresentation, made.PlanarConfiguration = 0, 0
        made.PhotometricInterpretation = "RGB" if self.native else "YBR_FULL_422"
        if self.native:
            made.PixelData = b"".join(tile.tobytes() for tile in tiles)
        else:
            made.PixelData = encapsulate([jpeg(tile, subsampling="4:2:2") for tile in tiles])
            made["PixelData"].is_undefined_length = True
            made.LossyImageCompression = "01"


def _placed(place: tuple[int, int]) -> Dataset:
    """Return the functional groups of a frame: where it lies, counted from one."""
    position, groups = Dataset(), Dataset()
    position.ColumnPositionInTotalImagePixelMatrix = place[0] + 1
    position.RowPositionInTotalImagePixelMatrix = place[1] + 1
    groups.PlanePositionSlideSequence = Sequence([position])
    return groups


@dataclass
class Mirax:
    """A folder as 3DHISTECH writes it: images side by side, label and macro image among them."""

    strings: list[str]
    across: int = 4
    down: int = 3
    side: int = 256
    slide_id: str = "0123456789ABCDEF0123456789ABCDEF"

    @property
    def image(self) -> Image.Image:
        """What it shows."""
        return tissue(self.across * self.side, self.down * self.side, 12)

    def files(self) -> list[tuple[str, bytes]]:
        """Return its files; the order is of no matter."""
        said = _words(self.strings)
        data = f"01.02{self.slide_id}000".encode() + bytes(256) + said
        records, other = [], []
        for number in range(self.across * self.down):
            row, column = divmod(number, self.across)
            x, y = column * self.side, row * self.side
            tile = jpeg(self.image.crop((x, y, x + self.side, y + self.side)), comment=said)
            records.append((number, len(data), len(tile), 0))
            data += tile
        for seed in (5, 6):
            picture = jpeg(tissue(200, 300, seed), comment=said)
            other.append((len(data), len(picture), 0))
            data += picture
        return [
            (f"{self.strings[0]}.mrxs", jpeg(tissue(300, 200, 5), comment=said)),
            ("slide/Slidedat.ini", self._slidedat().encode("utf-8-sig")),
            ("slide/Index.dat", self._index(records, other)),
            ("slide/Data0000.dat", data),
        ]

    def _slidedat(self) -> str:
        said = " ".join(self.strings)
        return "\r\n".join(
            [
                "[GENERAL]", "SLIDE_VERSION = 01.02", f"SLIDE_ID = {self.slide_id}",
                f"SLIDE_NAME = {said}", f"PROJECT_NAME = {said}", "SLIDE_CREATIONDATETIME = 1/2",
                f"IMAGENUMBER_X = {self.across}", f"IMAGENUMBER_Y = {self.down}",
                "OBJECTIVE_MAGNIFICATION = 20", "CameraImageDivisionsPerSide = 1",
                "[HIERARCHICAL]", "HIER_COUNT = 1", "NONHIER_COUNT = 1", "INDEXFILE = Index.dat",
                "HIER_0_NAME = Slide zoom level", "HIER_0_COUNT = 1", "HIER_0_VAL_0 = ZoomLevel_0",
                "HIER_0_VAL_0_SECTION = LAYER_0_LEVEL_0_SECTION",
                "NONHIER_0_NAME = Scan data layer", "NONHIER_0_COUNT = 2",
                "NONHIER_0_VAL_0 = ScanDataLayer_SlideThumbnail",
                "NONHIER_0_VAL_0_SECTION = NONHIERLAYER_0_LEVEL_0_SECTION",
                "NONHIER_0_VAL_1 = ScanDataLayer_SlideBarcode",
                "NONHIER_0_VAL_1_SECTION = NONHIERLAYER_0_LEVEL_1_SECTION",
                "[NONHIERLAYER_0_LEVEL_0_SECTION]", "THUMBNAIL_IMAGE_TYPE = JPEG",
                "[NONHIERLAYER_0_LEVEL_1_SECTION]", "BARCODE_IMAGE_TYPE = JPEG",
                f"BARCODE_VALUE = {said}",
                "[DATAFILE]", "FILE_COUNT = 1", "FILE_0 = Data0000.dat",
                "[LAYER_0_LEVEL_0_SECTION]", "OVERLAP_X = 0", "OVERLAP_Y = 0",
                "MICROMETER_PER_PIXEL_X = 0.25", "MICROMETER_PER_PIXEL_Y = 0.25",
                "IMAGE_FILL_COLOR_BGR = 16777215", f"DIGITIZER_WIDTH = {self.side}",
                f"DIGITIZER_HEIGHT = {self.side}", "IMAGE_FORMAT = JPEG",
                "IMAGE_CONCAT_FACTOR = 0", "",
            ]
        )  # fmt: skip

    def _index(self, records: list[tuple[int, ...]], other: list[tuple[int, ...]]) -> bytes:
        """Return the index: pointers to lists of pages (little-endian 32-bit numbers)."""
        head = f"01.02{self.slide_id}".encode()
        at = len(head) + 8
        page = at + 4
        body = struct.pack("<iii", page, 0, page + 8) + struct.pack("<ii", len(records), 0)
        body += b"".join(struct.pack("<iiii", *record) for record in records)
        lists = at + len(body)
        pages = lists + 4 * len(other)
        body += b"".join(struct.pack("<i", pages + 36 * number) for number in range(len(other)))
        for number, (place, length, file) in enumerate(other):
            start = pages + 36 * number
            body += struct.pack("<ii", 0, start + 8) + struct.pack("<ii", 1, 0)
            body += struct.pack("<iiiii", 0, 0, place, length, file)
        return head + struct.pack("<ii", at, lists) + body
