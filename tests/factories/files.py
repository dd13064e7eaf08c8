"""Invented documents: pictures, PDF, office files, with a name planted where people forget it."""

from __future__ import annotations

import io
import zipfile

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def picture(kind: str, planted: str = "", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture (JPEG, PNG, TIFF, BMP) with words in its EXIF and after its end."""
    out = io.BytesIO()
    drawn = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = drawn.getexif()
    exif[0x010E], exif[0x0112] = planted, 6
    more = {} if kind == "BMP" or not planted else {"exif": exif}
    drawn.save(out, kind, **more)
    return out.getvalue() + planted.encode()


def pdf(text: str = "A letter", planted: str = "") -> bytes:
    """Return a PDF of one page; ``planted`` goes into every place that is not a page."""
    made = pikepdf.new()
    page = made.add_blank_page(page_size=(300, 200)).obj
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(Font=Dictionary(F1=made.make_indirect(font)))
    page.Contents = made.make_stream(f"BT /F1 12 Tf 20 150 Td ({text}) Tj ET".encode())
    if planted:
        _plant(made, page, planted)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _plant(made: pikepdf.Pdf, page: pikepdf.Dictionary, planted: str) -> None:
    made.docinfo["/Author"] = planted
    with made.open_metadata() as metadata:
        metadata["dc:title"] = planted
    made.attachments[f"{planted}.txt"] = planted.encode()
    script = Dictionary(S=Name.JavaScript, JS=String(planted))
    made.Root.OpenAction, page.AA = script, Dictionary(O=script)
    made.Root.PieceInfo = Dictionary(Ours=String(planted))
    hidden = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, F=2,
                        T=String("field"), V=String(planted), Rect=[0, 0, 0, 0])  # fmt: skip
    remark = Dictionary(Type=Name.Annot, Subtype=Name.Text, T=String(planted),
                        Contents=String("fine"), Rect=[0, 0, 9, 9])  # fmt: skip
    marks = [made.make_indirect(one) for one in (hidden, remark)]
    page.Annots = Array(marks)
    made.Root.AcroForm = Dictionary(Fields=Array(marks[:1]))


def packed(members: dict[str, bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(text: str = "A letter", planted: str = "x") -> bytes:
    """Return a Word file; ``planted`` is who wrote, changed and remarked, and lies in a picture."""
    parts = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in (text[: len(text) // 2],
                                                               text[len(text) // 2 :]))  # fmt: skip
    change = f'<w:ins w:id="1" w:author="{planted}" w:date="2024-01-01T00:00:00Z"><w:r/></w:ins>'
    remark = f'<w:comment w:id="0" w:author="{planted}" w:initials="{planted[:4]}"/>'
    core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    return packed({
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="t" '
        'Target="docProps/thumbnail.jpeg"/><Relationship Id="b" Type="t" '
        'Target="word/document.xml"/></Relationships>'.encode(),
        "docProps/thumbnail.jpeg": planted.encode(),
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{core}"><c:x>{planted}</c:x>'
        "</c:coreProperties>".encode(),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><!-- {planted} --><w:body><w:p>{parts}'
        f"{change}</w:p></w:body></w:document>".encode(),
        "word/comments.xml": f'<w:comments xmlns:w="{WORD}">{remark}</w:comments>'.encode(),
        "word/media/image1.jpeg": picture("JPEG", planted),
    })  # fmt: skip


def odt(text: str = "A letter", planted: str = "x") -> bytes:
    """Return an OpenDocument text with its author, a remark, a tracked change and a preview."""
    dc, meta = "http://purl.org/dc/elements/1.1/", "urn:oasis:names:tc:opendocument:xmlns:meta:1.0"
    spaces = f'xmlns:office="{OFFICE}" xmlns:dc="{dc}" xmlns:meta="{meta}"'
    return packed({
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "meta.xml": f"<office:document-meta {spaces}><office:meta><dc:creator>{planted}"
        f"</dc:creator></office:meta></office:document-meta>".encode(),
        "content.xml": f"<office:document-content {spaces}><office:annotation><dc:creator>{planted}"
        f"</dc:creator><dc:date>2024-01-01</dc:date><meta:creator-initials>{planted}"
        f"</meta:creator-initials></office:annotation>{text}</office:document-content>".encode(),
        "Thumbnails/thumbnail.png": planted.encode(),
        "Pictures/1.png": picture("PNG", planted),
    })  # fmt: skip
