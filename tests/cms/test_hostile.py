"""Bad input: script in every text and file, pictures too large, files that are something else."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

import pikepdf
import pytest
import transaction
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pyramid.traversal import resource_path
from webtest import Upload

from cpms_portal.cms.actions.portable import check_pdf
from cpms_portal.cms.actions.preparing import clean_file_name, prepare
from cpms_portal.cms.actions.writing import save_item
from cpms_portal.cms.queries.items import values_of
from cpms_portal.cms.queries.text import html_of, rendered
from cpms_portal.cms.resources import HTML, MARKDOWN
from cpms_portal.cms.schemas.vocabulary import clean, for_editing
from cpms_portal.core.errors import UploadRefusedError
from tests.cms.conftest import EDITOR

CORPUS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.invalid/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '<img src=x onerror="alert(1)">',
    "<img src=javascript:alert(1)>",
    "<img src=//elsewhere.invalid/pixel.png>",
    "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
    "<svg onload=alert(1)><circle/></svg>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' &#106;avascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href=https://x.invalid onclick=alert(1) style=position:fixed>x</a>",
    "<form action=https://x.invalid><input name=a><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://x.invalid'>",
    "<base href=https://x.invalid/>",
    "<link rel=stylesheet href=https://x.invalid/x.css>",
    "<style>*{background:url(https://x.invalid)}</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div class='site-header' id='main' onmouseover=alert(1)>x</div>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "<td colspan='9\"onclick=alert(1)'>x</td>",
    "<h2 id=__proto__ name=attributes>x</h2>",
    "<a href='&#x6A;avascript&colon;alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='data:application/xhtml+xml;base64,PHNjcmlwdD4='>x</a>",
    "<a href='data:image/svg+xml,<svg onload=alert(1)>'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='blob:https://x.invalid/1'>x</a>",
    "<a href='//elsewhere.invalid' target=_blank>x</a>",
    "<a href='/\t/elsewhere.invalid'>x</a>",
    "<a href='\\\\elsewhere.invalid'>x</a>",
    "<img src='data:text/html,<script>alert(1)</script>'>",
    "<img srcset='//elsewhere.invalid/a 1x' sizes=1px>",
    "<picture><source srcset=//elsewhere.invalid/a><img src=x></picture>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1)></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><mtext><h1><a><h6></a></h6><mglyph><svg><mtext><style><a title='</style>"
    "<img src onerror=alert(1)>'></style></h1>",
    "<table><caption><svg><title><style><img title='</style><img src onerror=alert(1)>'>",
    "<noembed><img title='</noembed><img src onerror=alert(1)>'></noembed>",
    "<noframes><p title='</noframes><img src onerror=alert(1)>'>",
    "<xmp><p title='</xmp><svg onload=alert(1)>'></xmp>",
    "<textarea><p title='</textarea><img src onerror=alert(1)>'></textarea>",
    "<title><img title='</title><img src onerror=alert(1)>'></title>",
    "<select><option><style></select><img src onerror=alert(1)></style>",
    "<plaintext><script>alert(1)</script>",
    "<style>@import '//elsewhere.invalid/x.css'; p{background:url('javascript:alert(1)')}</style>",
    "<p style='width:expression(alert(1)); behavior:url(x.htc); -moz-binding:url(x)'>x</p>",
    "<p style='position:fixed;inset:0;background:url(//elsewhere.invalid/x)'>x</p>",
    "<link rel=import href=//elsewhere.invalid/x.html>",
    "<audio src=x onerror=alert(1)></audio>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<isindex action=javascript:alert(1) type=image>",
    "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
    "<applet code=x></applet><bgsound src=javascript:alert(1)>",
    "<dialog open onclose=alert(1)>x</dialog>",
    "<div popover onbeforetoggle=alert(1)>x</div>",
    "<input autofocus onfocus=alert(1)>",
    "<p onpointerrawupdate=alert(1) onanimationend=alert(1) oncontentvisibilityautostatechange=a>x",
    "<x-own onclick=alert(1)><slot name=a onslotchange=alert(1)></x-own>",
    "<a href=https://x.invalid ping=//elsewhere.invalid download>x</a>",
    "<?xml-stylesheet href='javascript:alert(1)'?><!DOCTYPE x [<!ENTITY e 'a'>]>&e;",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<p\x0conclick=alert(1)>x</p>",
    "<p/onclick=alert(1)>x</p>",
    "<<p>script>alert(1)<</p>/script>",
    "\u202e<script>alert(1)</script>\u2066",
    "\ufeff<script>alert(1)</script>",
    "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "${7*7} {{7*7}} <%= 7*7 %>",
]
#: What no page may hold outside what is written out for a reader.
SIGNS = (
    "<script", "<svg", "<math", "<iframe", "<object", "<embed", "<style", "<form", "<input",
    "<meta", "<base", "<link", "<template", "<video", "onerror=", "onload=", "onclick=",
    "ontoggle=", "onmouseover=", "javascript:", "vbscript:", 'href="data:', 'src="data:',
    "style=", "//elsewhere.invalid", 'id="main"', "site-header", "<audio", "<title",
    "<textarea", "<select", "<dialog", "<frame", "<applet", "<plaintext", "<xmp", "<noembed",
    "srcset=", "ping=", "target=", "popover", "autofocus", "file:", "blob:", "xlink:",
    "onpointerrawupdate", "onanimationend", "onbeforetoggle", "onfocus", "<!entity", "<x-own",
    "onclose", "onstart", "formaction", "encoding=",
)  # fmt: skip


def marks_of(html: str) -> str:
    """Return the marks of a page, without the words between them."""
    return " ".join(re.findall(r"<[^>]*>", html)).lower()


@pytest.mark.parametrize("attack", CORPUS)
def test_no_attack_leaves_a_mark_in_a_text(attack):
    for text in (attack, f"<p>Before</p>{attack}<p>After</p>", f"<ul><li>{attack}</ul>"):
        marks = marks_of(clean(text))
        assert not [sign for sign in SIGNS if sign in marks], marks
        assert clean(clean(text)) == clean(text)


@given(
    st.lists(st.sampled_from([*CORPUS, "<p>", "</p>", "<table>", "<td>", "</a>", "x"]), max_size=6)
)
def test_no_mixture_of_attacks_does_either(parts):
    text = "".join(parts)
    for syntax in (HTML, MARKDOWN):
        marks = marks_of(rendered(text, syntax).html)
        assert not [sign for sign in SIGNS if sign in marks], marks


@given(st.text(alphabet="<>/abp123 \"'=&;\u00a0hrefimgsclt", max_size=60))
def test_what_is_clean_stays_as_it_is_through_the_editor(text):
    kept = clean(text)
    assert clean(kept) == kept
    assert clean(for_editing(kept)) == kept


def test_paste_from_a_word_processor_leaves_no_debris():
    pasted = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal
    {margin:0cm; font-family:"Calibri"}</style><!--[if gte mso 9]><xml><w:WordDocument/></xml>
    <![endif]--></head><body lang=EN-GB><!--StartFragment--><p class=MsoNormal style='margin:0cm'>
    <b><span lang=EN-US style='font-size:12.0pt'>Before<o:p></o:p></span></b></p>
    <p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoListParagraph><span>and&nbsp;after</span>
    </p><table class=MsoTableGrid border=1><tr><td width=200 valign=top><p>A</p></td></tr>
    <tr><td><p>1</p></td></tr></table><!--EndFragment--></body></html>"""
    assert "".join(clean(pasted).split()) == (
        "<p><strong>Before</strong></p><p>andafter</p><table><thead><tr><th><p>A</p></th></tr>"
        "</thead><tbody><tr><td><p>1</p></td></tr></tbody></table>"
    )


def upload(browser, place, *files):
    form = next(
        form for form in browser.get(f"{place}/contents").forms.values() if "files" in form.fields
    )
    sent = [("files", Upload(name, content)) for name, content in files]
    token = form["csrf_token"].value
    return browser.post(f"{place}/upload", [("csrf_token", token), *sent], upload_files=None)


def png(width=30, height=20):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(out, "PNG")
    return out.getvalue()


def huge_png(width=10_000, height=10_000):
    """A picture that says it has 100 megapixels, or others, in a few hundred bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind, body):
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


ACTIVE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj
trailer<</Root 1 0 R>>
%%EOF"""


def pdf_with(entries):
    """A PDF of one page with something in its catalog or its page."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(9, 9))
    catalog, own = entries(pdf)
    for target, values in ((pdf.Root, catalog), (page.obj, own)):
        for name, value in values.items():
            target[name] = value
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def action(**values):
    named = {f"/{name}": value for name, value in values.items()}
    return pikepdf.Dictionary(named)


def link(address):
    return pikepdf.Array([
        pikepdf.Dictionary({
            "/Type": pikepdf.Name.Annot, "/Subtype": pikepdf.Name.Link, "/Rect": [0, 0, 9, 9],
            "/A": action(S=pikepdf.Name.URI, URI=pikepdf.String(address)),
        })
    ])  # fmt: skip


ACTIVE_PDFS = {
    "launch": lambda _pdf: ({"/OpenAction": action(S=pikepdf.Name.Launch, F="x.exe")}, {}),
    "form": lambda _pdf: ({"/AcroForm": action(XFA="<xdp/>", Fields=[])}, {}),
    "submit": lambda _pdf: ({}, {"/AA": action(O=action(S=pikepdf.Name.SubmitForm, F="x"))}),
    "import": lambda _pdf: ({"/OpenAction": action(S=pikepdf.Name.ImportData, F="x")}, {}),
    "remote": lambda _pdf: ({"/OpenAction": action(S=pikepdf.Name.GoToR, F="//x.invalid/a")}, {}),
    "script": lambda _pdf: ({}, {"/AA": action(O=action(S=pikepdf.Name.JavaScript, JS="x"))}),
    "link": lambda _pdf: ({}, {"/Annots": link("javascript:alert(1)")}),
    "link-file": lambda _pdf: ({}, {"/Annots": link("file:///etc/passwd")}),
    "link-data": lambda _pdf: ({}, {"/Annots": link(" DATA:text/html,x")}),
}


@pytest.mark.parametrize("name", sorted(ACTIVE_PDFS))
def test_a_pdf_in_which_something_would_run_is_refused(name):
    with pytest.raises(UploadRefusedError):
        check_pdf(io.BytesIO(pdf_with(ACTIVE_PDFS[name])))


@pytest.mark.parametrize("address", ["https://www.orpha.net/", "mailto:a@example.org", "#page=2"])
def test_a_pdf_with_plain_links_is_taken(address):
    check_pdf(io.BytesIO(pdf_with(lambda _pdf: ({}, {"/Annots": link(address)}))))


def packed(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


ODT = "application/vnd.oasis.opendocument.text"
DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.gif", b"GIF89a" + struct.pack("<HH", 10_000, 10_000) + b"\0\0\0;"),
        ("x.png", huge_png()),
        ("x.webp", b"RIFF\0\0\0\0WEBP<script>"),
        ("x.jpg", b"\xff\xd8\xff<svg onload=alert(1)>"),
        ("x.svgz", b"\x1f\x8b"),
        ("x.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("x.mhtml", b"MIME-Version: 1.0"),
        ("x.js", b"alert(1)"),
        ("x.pdf.html", b"%PDF-1.7"),
        ("x.png.svg", b"\x89PNG"),
        ("x.txt", b"\x00\x01\x02binary"),
        ("x.docx", packed(**DOCX, **{"word/vbaProject.bin": "x"})),
        ("x.odt", packed(mimetype=ODT, **{"Basic/Standard/x.xml": "<x/>"})),
        ("x.docx", packed(mimetype=ODT)),
        ("x.webm", b"<html>"),
        ("x.mp4", b"\0\0\0\x18ftyp"[:6]),
    ],
    ids=lambda one: str(one)[:14],
)
def test_a_file_that_is_not_what_it_says_or_would_run_is_not_prepared(name, content, tmp_path):
    with pytest.raises(UploadRefusedError):
        prepare(name, io.BytesIO(content), tmp_path)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\\\x\\\\a.png", "a.png"),
        ("...png", "png"),
        ("a\u202egnp.exe.png", "agnp.exe.png"),
        ("a\x00b\r\nc.png", "abc.png"),
        ("🙂.png", "🙂.png"),
        ('a"b<c>.png', "a b c .png"),
        ("مرحبا.png", "مرحبا.png"),
    ],
)
def test_a_name_of_a_file_is_tame_and_still_read(name, kept):
    assert clean_file_name(name) == kept


REFUSED = [
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    ("x.html", b"<script>alert(1)</script>"),
    ("x.png", b"<svg onload=alert(1)>"),
    ("x.png", huge_png()),
    ("x.jpg", b"GIF89a<script>alert(1)</script>"),
    ("x.pdf", ACTIVE_PDF),
    ("x.pdf", b"<html><script>alert(1)</script>"),
    ("x.exe", b"MZ"),
    ("x.docx", b"PK\x03\x04nothing"),
    ("x.mp4", b"<script>"),
    ("noextension", b"text"),
]


@pytest.mark.parametrize(("name", "content"), REFUSED, ids=lambda one: str(one)[:12])
def test_a_file_that_could_do_harm_is_refused_with_a_reason(
    name, content, office, browser_of, root
):
    editor = browser_of(EDITOR)
    before = set(root["library"].keys())
    page = upload(editor, "/library", (name, content)).follow()
    assert page.html.select(".notice.is-attention")
    transaction.abort()
    assert set(root["library"].keys()) == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "مرحبا.png", "a\u202egnp.png", "🙂.png", "x" * 300 + ".png"]
)
def test_a_picture_gets_a_tame_name_and_is_drawn_anew(name, office, browser_of, root):
    browser = browser_of(EDITOR)
    upload(browser, "/library", (name, png() + b"<script>alert(1)</script>"))
    transaction.abort()
    picture = max(root["library"].values(), key=lambda one: getattr(one, "position", 0))
    assert (picture.kind, picture.width, picture.height) == ("picture", 30, 20)
    sent = browser.get(resource_path(picture, "file"))
    assert sent.content_type == "image/jpeg" and b"script" not in sent.body
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in sent.headers["Cache-Control"]
    assert "/" not in sent.headers["Content-Disposition"].partition("filename=")[2]


def test_a_picture_without_alternative_must_say_that_it_decorates(office, browser_of):
    form = browser_of(EDITOR).get("/library/add?kind=picture").forms["form"]
    form["title"], form["files"] = "A picture", Upload("a.png", png())
    assert form.submit(status=422).html.select(".field-problem")
    form["decorative"] = True
    form["files"] = Upload("a.png", png())
    form.submit().follow()


def test_a_picture_comes_in_the_scale_that_is_asked_for(office, browser_of, root):
    editor = browser_of(EDITOR)
    upload(editor, "/library", ("wide.png", png(1000, 100)))
    transaction.abort()
    picture = root["library"]["wide"]
    sent = editor.get(resource_path(picture, "scale"), {"width": "300"})
    assert Image.open(io.BytesIO(sent.body)).size == (400, 40)
    through = editor.get(f"/resolve/{picture.__oid__}?width=300").follow()
    assert through.body == sent.body


def test_a_file_is_sent_in_parts_and_knows_what_a_browser_has(office, browser_of, root):
    editor, content = browser_of(EDITOR), b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 40
    upload(editor, "/library", ("film.mp4", content))
    transaction.abort()
    address = resource_path(root["library"]["film"], "file")
    part = editor.get(address, headers={"Range": "bytes=100-199"}, status=206)
    assert part.body == content[100:200]
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    assert editor.get(address, headers={"Range": "bytes=99999999-"}, status=416)
    whole = editor.get(address)
    assert whole.body == content and whole.headers["Accept-Ranges"] == "bytes"
    editor.get(address, headers={"If-None-Match": whole.headers["ETag"]}, status=304)


def test_a_document_keeps_its_earlier_versions(office, browser_of, made, root):
    item, editor = made("download", "Manual"), browser_of(EDITOR)
    for content in (b"first", b"second"):
        form = editor.get(resource_path(item, "edit")).forms["form"]
        form["files"] = Upload("manual.txt", content)
        form.submit().follow()
    address = resource_path(item, "file")
    assert editor.get(address).body == b"second"
    assert editor.get(address, {"language": "", "version": "1"}).body == b"first"
    assert "attachment" in editor.get(address).headers["Content-Disposition"]


def test_a_saved_text_is_cleaned_whoever_saves_it(made, portal):
    item = made("page", "From a program")
    hostile = {**values_of(item, "en"), "text": CORPUS[3], "syntax": HTML}
    save_item(item, "en", hostile, portal)
    assert "onerror" not in html_of(item.texts["en"].text, item.texts["en"].syntax)
