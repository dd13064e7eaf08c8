"""Search in the libraries over HTTP: the same answer for everybody who may see the same."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
import transaction
from pypdf import PdfWriter

from cpms_portal.cms.resources import FileVersion
from cpms_portal.core.actor import system_actor
from cpms_portal.core.resources import modified, oid_of
from cpms_portal.search.queries import find, viewable
from cpms_portal.security.permissions import Permission
from cpms_portal.security.principals import actor_for
from cpms_portal.security.resources import Person
from cpms_portal.workflow.actions import transition


def titles(page):
    return [" ".join(title.text.split()) for title in page.html.select(".found-title")]


def test_anybody_searches_from_the_header_of_every_page(app, publish):
    publish(title="Sealed keys", text="<p>Every patient has a key of their own.</p>")
    form = next(f for f in app.get("/library").forms.values() if "q" in f.fields)
    form["q"] = "keys patients"
    page = form.submit()
    assert titles(page)[0] == "Sealed keys"
    assert {mark.text for mark in page.html.select("mark")} >= {"keys", "patient", "key"}


def test_a_question_of_a_faq_is_found_by_itself_and_linked_to(app, publish):
    questions = [
        {"theme": "Start", "question": "Who may enrol otters?", "answer": "<p>Keepers.</p>"},
        {"theme": "Start", "question": "What is a wombat?", "answer": "<p>An animal.</p>"},
    ]
    publish("faq", title="Animals", questions=questions)
    page = app.get("/library/search", {"q": "wombat"})
    assert titles(page) == ["What is a wombat?"]
    link = page.html.select_one(".found-title a")["href"]
    assert "#" in link
    assert app.get(link).html.find(id=link.partition("#")[2]) is not None


def test_a_page_unpublished_or_out_of_its_time_is_gone_at_once(app, publish, portal, clock):
    item = publish(title="Quokka guide")
    timed = publish(title="Quokka news", shown_until=clock() + timedelta(hours=1))
    assert set(titles(app.get("/library/search?q=quokka"))) == {"Quokka guide", "Quokka news"}
    clock.advance(hours=1)
    page = app.get("/library/search?q=quokka")
    assert titles(page) == ["Quokka guide"] and "1 found" in page
    transition(item, "retract", portal, reason="Old.")
    transaction.commit()
    page = app.get("/library/search?q=quokka")
    assert not titles(page) and "Nothing was found" in page
    assert app.get("/library/suggest?q=quok").json == []
    assert timed.title


def test_a_draft_is_found_by_those_who_edit_and_known_to_nobody_else(
    app, publish, browser_of, root
):
    library = root["networks"]["rare-liver"]["library"]
    publish(title="Numbat draft", place=library, published=False, tags=["numbats"])
    for browser in (app, browser_of("rareliverhpuser1"), browser_of("vascerncoordinator")):
        page = browser.get("/library/search?q=numbat")
        assert not titles(page) and "numbats" not in page.text.lower().replace("numbat<", "")
        assert browser.get("/library/suggest?q=numb").json == []
    editor = browser_of("rarelivercoordinator")
    assert titles(editor.get("/library/search?q=numbat")) == ["Numbat draft"]
    assert titles(editor.get("/networks/rare-liver/library/search?q=numbat")) == ["Numbat draft"]


def test_a_reader_gets_the_hit_in_their_language_once(app, publish):
    publish(
        title="Bilby", text="<p>zoo</p>", others={"de": {"title": "Nasenbeutler", "text": "zoo"}}
    )
    german = app.get("/library/search?q=zoo", headers={"Accept-Language": "de"})
    assert titles(german) == ["Nasenbeutler"]
    english = app.get("/library/search?q=Nasenbeutler", headers={"Accept-Language": "en"})
    assert "language=de" in english.html.select_one(".found-title a")["href"]


def test_facets_narrow_and_are_taken_back(app, publish, root):
    publish(title="Echidna one", tags=["spines"])
    publish("news", title="Echidna two", place=root["networks"]["vascern"]["library"])
    page = app.get("/library/search?q=echidna")
    assert len(titles(page)) == 2
    narrow = {link.text: link["href"] for link in page.html.select(".narrow a")}
    chosen = app.get(narrow["News"])
    assert titles(chosen) == ["Echidna two"]
    (current,) = chosen.html.select(".narrow a[aria-current]")
    assert len(titles(app.get(current["href"]))) == 2
    assert titles(app.get(narrow["VASCERN"])) == ["Echidna two"]
    assert titles(app.get("/networks/vascern/library/search?q=echidna")) == ["Echidna two"]


def test_suggestions_lead_to_pages(app, publish):
    publish(title="Platypus handbook")
    (found,) = app.get("/library/suggest?q=platy").json
    assert found["title"] == "Platypus handbook"
    assert app.get(found["url"]).status_int == 200


def a_pdf(text):
    writer = PdfWriter()
    page = writer.add_blank_page(300, 300)
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def an_office_file(part, text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, f"<w:p xmlns:w='w'><w:t>{text}</w:t></w:p>")
    return out.getvalue()


OPEN_XML = "application/vnd.openxmlformats-officedocument."
FILES = {
    "pdf": ("application/pdf", a_pdf("The dugong grazes")),
    "docx": (
        f"{OPEN_XML}wordprocessingml.document",
        an_office_file("word/document.xml", "The dugong grazes"),
    ),
    "odt": (
        "application/vnd.oasis.opendocument.text",
        an_office_file("content.xml", "The dugong grazes"),
    ),
}


def give_file(item, media_type, content, registry):
    version = FileVersion("sample", media_type)
    with version.blob.open("w") as out:
        out.write(content)
    version.size, version.digest = len(content), f"{hash(content):x}"
    item.add_file("", version)
    modified(item, registry)
    transaction.commit()


@pytest.mark.parametrize("kind", FILES)
def test_the_words_of_a_file_are_found(app, publish, registry, kind):
    item = publish("download", title=f"Sample {kind}")
    give_file(item, *FILES[kind], registry)
    page = app.get("/library/search?q=dugongs+grazing")
    hits = {" ".join(one.select_one(".found-title").text.split()): one
            for one in page.html.select(".found")}  # fmt: skip
    marks = hits[f"Sample {kind}"].select(".found-extract mark")
    assert [mark.text for mark in marks] == ["dugong", "grazes"]


CONSENT = {"en": "withdrawing", "de": "Einwilligung", "fr": "consentements", "pl": "zgody",
           "fi": "suostumusta", "uk": "згода", "el": "συγκατάθεση"}  # fmt: skip


@pytest.mark.parametrize("language", CONSENT)
def test_the_model_consent_form_is_found_in_its_language(app, language):
    page = app.get("/library/search", {"q": CONSENT[language], "kind": "consent_form"})
    links = [one["href"] for one in page.html.select(".found-title a")]
    assert f"/library/consent-forms/{language}/" in [link.partition("?")[0] for link in links]
    assert page.html.select(".found-extract mark, .found-title mark")
    assert app.get(links[0]).status_int == 200


def test_consent_forms_are_a_type_to_narrow_by(app):
    kinds = app.get("/library/search", {"q": "Einwilligung"}).html.select("#narrow-kind ~ ul a")
    assert "Model consent forms" in {link.text for link in kinds}


def test_a_consent_form_that_was_retracted_is_found_no_more(app, root, portal):
    words = {"q": "Einwilligung", "kind": "consent_form"}
    assert titles(app.get("/library/search", words))
    transition(root["library"]["consent-forms"]["de"], "retract", portal, reason="Old.")
    transaction.commit()
    assert not titles(app.get("/library/search", words))


BAD = {
    "no pdf": ("application/pdf", b"%PDF-1.7 and no more"),
    "no zip": (f"{OPEN_XML}wordprocessingml.document", b"PK\x03\x04 broken"),
    "entities": (
        "application/vnd.oasis.opendocument.text",
        an_office_file("content.xml", "x").replace(b"", b""),
    ),
}
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<w:p xmlns:w='w'><w:t>&b;</w:t></w:p>"
)


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_cannot_be_read_is_found_by_its_title(app, publish, registry, name):
    item = publish("download", title=f"Broken {name}")
    media_type, content = BAD[name]
    if name == "entities":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("content.xml", BOMB)
        content = out.getvalue()
    give_file(item, media_type, content, registry)
    assert f"Broken {name}" in titles(app.get("/library/search", {"q": f"broken {name}"}))
    assert f"Broken {name}" not in titles(app.get("/library/search?q=boom"))


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' OR 1=1 --",
    "${7*7}",
    "</datalist><svg onload=alert(1)>",
    'a" AND names : "b',
    "\u202e\u0000\ud7ff",
    "*" * 300,
)


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_typed_stays_text(app, publish, text):
    publish(title=f"Attack {text}"[:100], text="<p>attack</p>")
    for address in ("/library/search", "/library/suggest"):
        page = app.get(address, {"q": text})
        assert page.status_int == 200
    page = app.get("/library/search", {"q": "attack " + text})
    page = app.get("/library/search", {"q": "attack"})
    assert not page.html.select("main script, main img, main svg[onload], mark script")
    assert "<script>alert" not in page.text and "49" not in titles(page)


def test_who_may_be_shown_a_hit_is_who_may_open_it(root, registry, publish, clock):
    """The lines of a search ask the catalog; it says of everything what its access list says."""
    library = root["networks"]["rare-liver"]["library"]
    publish(title="Bandicoot draft", place=library, published=False)
    publish(title="Bandicoot gone", shown_until=clock() + timedelta(hours=1))
    clock.advance(hours=1)
    portal = system_actor(registry)
    every = find(portal, "page", within=root, size=10_000).items
    oids = [oid_of(one) for one in every]
    assert len(oids) > 100
    people = [None, *(one for one in root["people"].values() if isinstance(one, Person))][:12]
    for actor in (portal, *(actor_for(registry, one) for one in people)):
        seen = {oid_of(one) for one in every if actor.may(Permission.PAGE_VIEW, one)}
        assert viewable(actor, "page", oids, root) == seen
