"""Every PDF of the library is PDF/UA-1, by the failure conditions of the Matterhorn Protocol.

The outcome of a panel is checked the same way in ``tests/panels/test_document.py``.
"""

from __future__ import annotations

import io
import re
from operator import delitem

import pikepdf
import pypdf
import pytest
import transaction
from pikepdf import Array, Dictionary, Name
from pyramid.traversal import resource_path

from cpms_portal.core.resources import oid_of, resource_of
from tests.cms.conftest import FORMS, READER
from tests.cms.test_consent_forms import text_of as words_of
from tests.content.files import CONTENT
from tests.factories.matterhorn import Tree, failures
from tests.factories.pdf import is_readable, told_by

LANGUAGES = [path.stem for path in sorted((CONTENT / "consent_forms").glob("??.yaml"))]
LINES = (
    *("patient_name", "birth_date", "guardian_name", "guardian_relation"),
    *("centre", "clinician", "contact", "officer"),
)
CHOICES = ("care", "registries", "research")
#: A body with all that the vocabulary of rich text has, and what breaks over a page.
ALL = f"""
<h2>First</h2><p>Words with <em>weight</em>, <strong>strength</strong>, <code>code</code>,
x<sup>2</sup>. See <a href="/library/faq">the questions</a> and
<a href="https://www.example.org/">a place elsewhere whose name needs another line of text</a>.</p>
<ul><li>One<ul><li>within one<ol start="3"><li>and deeper</li></ol></li></ul></li>
<li><p>Two</p></li></ul>
<ol><li>First</li><li>Second</li></ol><dl><dt>Word</dt><dd>What it means</dd></dl>
<blockquote><p>Said by somebody.</p></blockquote><pre>as it stands</pre><hr>
<p class="callout-info">To know.</p><h3>A table</h3>
<table><caption>What is where</caption>
<thead><tr><td></td><th scope="col">Here</th><th>There</th></tr></thead>
<tbody>{"<tr><th scope='row'>Row</th><td>a<br>b</td><td>c</td></tr>" * 30}
<tr><th rowspan="2">Two</th><td colspan="2">wide</td></tr><tr><td>d</td><td>e</td></tr></tbody>
</table>
<h4>Pictures</h4><p>Here: <img src="PICTURE" alt="A kidney, much enlarged"> and
<img src="PICTURE" alt=""></p><p>Ħ ő ț Ж Ω ї.</p>
"""


@pytest.fixture
def everything(app, made, root):
    """The PDF of a guide that has everything; its pictures are one of the portal's own."""
    steps = root["library"]["register-full"].texts["en"].more["steps"]
    picture = resource_of(root, next(one["picture"] for one in steps if one["picture"]))
    body = ALL.replace("PICTURE", f"{resource_path(picture)}/scale?width=800")
    step = {"title": "Begin", "text": body, "picture": oid_of(picture), "alternative": "Seen"}
    rest = [{**step, "text": "<p>So.</p>"}] * 2
    more = {"text": body, "summary": "Short.", "steps": [step, *rest]}
    item = made("guide", "Everything", published=True, **more)
    return app.get(resource_path(item, "pdf")).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_consent_form_is_right_in_every_language(language, app, root):
    content = app.get(f"{FORMS}{language}/pdf").body
    texts = root["library"]["consent-forms"][language].texts
    assert failures(content) == []
    fields = pypdf.PdfReader(io.BytesIO(content)).get_fields()
    assert [one["/TU"] for one in fields.values()] == [
        *(texts[f"field_{name}"] for name in LINES),
        *(texts[f"{name}_title"] for name in CHOICES),
    ]
    assert all({"/yes", "/no", "/Off"} == {*fields[name]["/_States_"]} for name in CHOICES)
    assert len(pypdf.PdfReader(io.BytesIO(content)).pages) == 2
    assert len(content) < 130_000


@pytest.mark.parametrize("name", ["register-full", "enrol-and-remove", "getting-started"])
def test_a_guide_of_the_portal_is_right(name, app):
    assert failures(app.get(f"/library/{name}/pdf").body) == []


def test_the_flyer_of_the_portal_is_right():
    (flyer,) = (CONTENT / "library" / "files" / "helpdesk-flyer").rglob("*.pdf")
    assert failures(flyer.read_bytes()) == []
    assert is_readable(told_by(flyer.read_bytes()), "en")


def test_a_guide_with_everything_is_right(everything):
    assert failures(everything) == []
    told = told_by(everything)
    assert is_readable(told, "en")
    kidney = "A kidney, much enlarged"
    assert told.figures == (kidney, kidney, "Seen", "Seen", "Seen")
    assert told.tags.count("TH") > 60 and told.tags.count("L") > 10
    with pikepdf.open(io.BytesIO(everything)) as pdf:
        links = [one for page in pdf.pages for one in page.get("/Annots", ())]
        said = {str(one.Contents): str(one.A.URI) for one in links if "/A" in one}
        inside = {str(one.Contents) for one in links if "/Dest" in one}
    assert said["the questions"] == "http://localhost/library/faq"
    assert said["a place elsewhere whose name needs another line of text"].endswith(".org/")
    assert inside == {"Begin"}


def test_what_is_filled_in_is_read_back_and_drawn_in_any_letters(app):
    said = {"patient_name": "Ελένη Παπαδοπούλου Čeřňák Їжак", "care": "/yes", "research": "/no"}
    form = pypdf.PdfWriter(io.BytesIO(app.get(f"{FORMS}mt/pdf").body))
    form.update_page_form_field_values(None, said, auto_regenerate=False)
    filled = io.BytesIO()
    form.write(filled)
    fields = pypdf.PdfReader(filled).get_fields()
    assert {name: fields[name].value for name in said} == said
    assert fields["registries"].value == "/Off"
    with pikepdf.open(filled) as pdf:
        pdf.flatten_annotations("all")
        flat = io.BytesIO()
        pdf.save(flat)
    assert said["patient_name"] in " ".join(words_of(flat.getvalue()).split())


def test_the_name_of_the_hospital_is_drawn_whole_however_long(browser_of, root):
    centre = root["networks"]["rare-liver"]["germany"]["de40"]
    centre.title = "Universitätsklinikum " * 5 + "Ж"
    transaction.commit()
    answer = browser_of(READER).get(f"{FORMS}uk/pdf?centre={oid_of(centre)}")
    with pikepdf.open(io.BytesIO(answer.body)) as pdf:
        (field,) = [one for one in pdf.Root.AcroForm.Fields if one.T == "centre"]
        assert str(field.V) == centre.title
        size = float(re.search(r"([\d.]+) Tf", str(field.DA))[1])
        assert 3 < size < 9 and f"{size:.2f} Tf".encode() in field.AP.N.read_bytes()
    assert failures(answer.body) == []


#: What makes a right form wrong, and the failure condition that must tell it.
SPOILED = {
    "06-002": lambda pdf: pdf.Root.Metadata.write(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"),
    "07-001": lambda pdf: delitem(pdf.Root.ViewerPreferences, "/DisplayDocTitle"),
    "01-007": lambda pdf: delitem(pdf.Root.MarkInfo, "/Marked"),
    "11-001": lambda pdf: delitem(pdf.Root, "/Lang"),
    "02-001": lambda pdf: setattr(first(pdf, "P"), "S", Name.Paragraph),
    "09-004": lambda pdf: setattr(first(pdf, "P"), "S", Name.LI),
    "14-002": lambda pdf: setattr(first(pdf, "H1"), "S", Name.P),
    "14-003": lambda pdf: setattr(first(pdf, "H2"), "S", Name.H3),
    "13-004": lambda pdf: setattr(first(pdf, "P"), "S", Name.Figure),
    "15-003": lambda pdf: setattr(first(pdf, "P"), "S", Name.TH),
    "01-005": lambda pdf: pdf.pages[0].contents_add(b"BT ET 0 0 9 9 re f"),
    "28-009": lambda pdf: delitem(pdf.pages[0], "/Tabs"),
    "28-010": lambda pdf: setattr(first(pdf, "Form"), "S", Name.Span),
    "28-005": lambda pdf: delitem(pdf.Root.AcroForm.Fields[0], "/TU"),
    "28-000": lambda pdf: pdf.Root.AcroForm.Fields.append(pdf.Root.AcroForm.Fields[-1].Kids[0]),
    "20-001": lambda pdf: setattr(pdf.Root, "OCProperties", Dictionary()),
    "31-009": lambda pdf: delitem(font(pdf).DescendantFonts[0].FontDescriptor, "/FontFile2"),
    "31-016": lambda pdf: setattr(font(pdf).DescendantFonts[0], "W", Array([0, [5] * 9999])),
    "31-027": lambda pdf: delitem(font(pdf), "/ToUnicode"),
    "10-001": lambda pdf: font(pdf).ToUnicode.write(b""),
}


def first(pdf: pikepdf.Pdf, kind: str):
    return next(one for one in Tree(pdf).elements if f"/{kind}" == one.S)


def font(pdf: pikepdf.Pdf):
    return next(iter(pdf.pages[0].Resources.Font.values()))


@pytest.mark.parametrize("condition", SPOILED)
def test_the_check_tells_what_is_wrong(condition, app):
    with pikepdf.open(io.BytesIO(app.get(f"{FORMS}en/pdf").body)) as pdf:
        SPOILED[condition](pdf)
        spoiled = io.BytesIO()
        pdf.save(spoiled)
    told = failures(spoiled.getvalue())
    assert any(one.startswith(condition) for one in told), told
