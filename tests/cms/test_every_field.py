"""Script in every field of every content type: the fields are those the schemas have now."""

from __future__ import annotations

import colander
import pytest
import transaction
from pyramid.traversal import resource_path
from webtest import Upload

from cpms_portal.cms.schemas.fields import RichText
from cpms_portal.cms.schemas.kinds import KINDS, schema_of
from cpms_portal.cms.views.files import add_file_nodes
from cpms_portal.forms.fields import Files
from tests.cms.conftest import EDITOR
from tests.cms.test_hostile import CORPUS, REFUSED, SIGNS, marks_of
from tests.ground import NOON

#: A row is given for each kind of row, so that its fields stand in the form.
ROWS = {
    "steps": {"title": "S", "text": "<p>a</p>", "picture": None, "alternative": ""},
    "questions": {"anchor": "", "theme": "T", "question": "Q", "answer": "<p>a</p>"},
    "chapters": {"at": 1, "title": "C"},
}
NEEDED = {
    "event": {"begins": NOON},
    "link": {"address": "https://www.orpha.net/"},
    "picture": {"alternative": "A picture"},
}
#: What a field takes that refuses every attack.
FITTING = {
    "begins": "2026-12-01T10:00", "ends": "", "at": "0:01", "address": "https://www.orpha.net/",
    "anchor": "", "picture": "", "related": "", "within": "", "mail": "", "website": "",
    "shown_from": "", "shown_until": "", "language": "", "sort": "position",
}  # fmt: skip
#: Attributes that are closed, or an attack as short as the field allows.
SHORT = ('"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "</h1><svg onload=a()>")
#: No words: numbers, and what is ticked.
NOT_TYPED = (colander.Integer, colander.Boolean, colander.Set)


def leaves(node):
    """Yield every field of a schema that takes a value, however deep."""
    for child in node.children:
        if isinstance(child.typ, colander.Sequence):
            yield from leaves(child.children[0])
        elif child.children:
            yield from leaves(child)
        else:
            yield child


def longest_of(node):
    return getattr(node.typ, "max_length", None) or 200


def attacks_on(node, number):
    """Return what is typed into a field: all attacks into rich text, as much as fits elsewhere."""
    if isinstance(node.typ, RichText):
        return "<p>Safe.</p>" + " ".join(CORPUS)
    turned = [*SHORT[number % 3 :], *SHORT[: number % 3]]
    return " ".join([*turned, *CORPUS])[: min(longest_of(node), 3000)].strip()


def attacked(form, nodes):
    """Type attacks into every field of a form that has words; return the fields that took some."""
    done = set()
    for number, node in enumerate(nodes):
        if isinstance(node.typ, NOT_TYPED):
            continue
        for field in form.fields.get(node.name, ()):
            if field.attrs.get("type") == "hidden" or field.tag == "select":
                field.force_value(attacks_on(node, number))
            else:
                field.value = attacks_on(node, number)
            done.add(node.name)
    return done


def assert_harmless(main):
    """Say that nothing in a part of a page runs, loads from elsewhere or leads to a script."""
    for mark in main.find_all(True):
        icon = mark.name == "svg" and "icon" in mark.get("class", [])
        inside = mark.find_parent("svg", class_="icon") is not None
        assert icon or inside or mark.name not in (
            "script", "svg", "math", "iframe", "object", "embed", "style", "template", "base",
            "meta", "link", "frame", "applet", "title",
        ), mark  # fmt: skip
        assert not [name for name in mark.attrs if name.startswith("on") or name == "style"], mark
        for name in ("href", "src", "action", "formaction", "srcset", "poster", "data"):
            leads = "".join(str(mark.get(name, "")).split()).lower()
            assert not leads.startswith(("javascript:", "vbscript:", "data:", "//")), mark


def pages_about(item):
    names = ("", "edit", "history", "preview", "links", "translations")
    table = f"{resource_path(item.__parent__)}/contents?sort=changed&down=1"
    return [*(resource_path(item, name) for name in names), table]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_attack_in_any_field_of_a_type_reaches_a_page(kind, office, browser_of, made, app):
    nodes = list(leaves(schema_of(kind)))
    rows = {
        node.name: [ROWS[node.name]]
        for node in schema_of(kind).children
        if isinstance(node.typ, colander.Sequence)
    }
    item = made(kind, f"Attacked {kind}", published=True, **rows, **NEEDED.get(kind, {}))
    editor = browser_of(EDITOR)
    form = editor.get(resource_path(item, "edit")).forms["form"]
    typed = attacked(form, nodes)
    words = {node.name for node in nodes if not isinstance(node.typ, NOT_TYPED)}
    assert typed == words, "a field of the schema is not in the form"
    answer = form.submit(status="*")
    if answer.status_int == 422:
        # What refuses an attack shows it again, as words; the rest takes it.
        assert_harmless(answer.html.main)
        form = answer.forms["form"]
        for name, value in FITTING.items():
            for field in form.fields.get(name, ()):
                field.force_value(value)
        answer = form.submit()
    assert answer.status_int == 303, [one.text for one in answer.html.select(".field-problem")]
    for address in pages_about(item):
        assert_harmless(editor.get(address).html.main)
    read = app.get(resource_path(item))
    assert_harmless(read.html.main)
    transaction.abort()
    for text in (item.texts["en"].text, *rich_rows(item)):
        marks = marks_of(text)
        assert not [sign for sign in SIGNS if sign in marks], marks


def rich_rows(item):
    for name, key in (("steps", "text"), ("questions", "answer")):
        yield from (row[key] for row in item.texts["en"].more.get(name, ()))


def file_fields():
    """Yield type and name of every field for a file, as the forms have them."""
    for kind in sorted(KINDS):
        schema = schema_of(kind)
        add_file_nodes(schema, kind, new=True)
        for node in leaves(schema):
            if isinstance(node.typ, Files):
                yield kind, node.name


@pytest.mark.parametrize(("kind", "name"), list(file_fields()))
def test_no_file_that_could_do_harm_is_taken_by_a_field_for_files(
    kind, name, office, browser_of, root
):
    editor = browser_of(EDITOR)
    before = set(root["library"].keys())
    form = editor.get(f"/library/add?kind={kind}").forms["form"]
    form.fields["title"][0].value = "With a file"
    if kind == "picture":
        form["decorative"] = True
    for sent, content in REFUSED:
        form[name] = Upload(sent, content)
        answer = form.submit(status=422)
        at = answer.html.find(id=f"form-{name}-problem") or answer.html.select_one(".field-problem")
        assert at is not None and at.text.strip(), (kind, name, sent)
        assert_harmless(answer.html.main)
    transaction.abort()
    assert set(root["library"].keys()) == before
