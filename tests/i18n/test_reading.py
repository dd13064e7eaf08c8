"""What the readers of sources find, and what they refuse."""

from __future__ import annotations

import pytest

from cpms_portal.i18n.from_python import read_module
from cpms_portal.i18n.from_templates import read_template
from cpms_portal.i18n.from_workflows import read_workflow

HEAD = (
    '<div xmlns:i18n="http://xml.zope.org/namespaces/i18n" i18n:domain="cpms_portal"'
    ' xmlns:tal="http://xml.zope.org/namespaces/tal">'
)


@pytest.fixture
def template(tmp_path):
    """Read a template that holds some markup."""

    def read(markup: str):
        path = tmp_path / "page.pt"
        path.write_text(f"{HEAD}{markup}</div>", encoding="utf-8")
        return read_template(path)

    return read


@pytest.mark.parametrize(
    ("markup", "message"),
    [
        ('<p i18n:translate="">Two\n   words</p>', "Two words"),
        ('<p i18n:translate="">Hello <b i18n:name="who">${name}</b>!</p>', "Hello ${who}!"),
        ('<a title="Go on" i18n:attributes="title">→</a>', "Go on"),
        ('<p data-none="Nothing here" i18n:attributes="data-none"/>', "Nothing here"),
        ('<p i18n:translate="a_name">Text</p>', "a_name"),
        ('<p><tal:x condition="n" i18n:translate="">One &amp; two</tal:x></p>', "One &amp; two"),
    ],
)
def test_a_marked_text_is_found_as_it_is_looked_up_later(template, markup, message):
    """Chameleon joins blanks and puts names in; one other letter and the text stays English."""
    found = template(markup)
    assert found.messages == [message]
    assert found.mistakes == []


def test_one_and_many_are_found_together(template):
    """Some languages have more forms than two."""
    found = template("""<p tal:content="layout.many('${number} day', '${number} days', 3)"/>""")
    assert found.messages == [("${number} day", "${number} days")]


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Forgotten</p>",
        '<input placeholder="Your name"/>',
        '<p data-none="Nothing here"/>',
        '<p i18n:translate="">${count} of them</p>',
        '<p i18n:translate="">This <b>matters</b></p>',
        '<p i18n:translate="">See <b i18n:name="it">the page</b></p>',
        '<a title="Go to ${place}" i18n:attributes="title">→</a>',
    ],
)
def test_a_text_translators_cannot_reach_is_a_mistake(template, markup):
    """A value inside a message makes a new message for every value."""
    assert template(markup).mistakes != []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>CPMS</p>",
        "<p>${title} · 12 %</p>",
        "<code>rareliverhpuser1</code>",
        '<p class="card is-wide" data-tool="pan"/>',
        '<p i18n:translate="">${title}</p>',
        "<!-- a remark -->",
    ],
)
def test_what_is_the_same_in_every_language_is_left_alone(template, markup):
    """Names, figures, commands and values that Python marked."""
    found = template(markup)
    assert (found.messages, found.mistakes) == ([], [])


def test_texts_of_a_module_are_found(tmp_path):
    """Also one written over two lines; a variable holds none."""
    path = tmp_path / "some.py"
    path.write_text(
        'from cpms_portal.core.i18n import _\na = _("One " "text", mapping={})\nc = _(a)\n',
        encoding="utf-8",
    )
    assert read_module(path) == ["One text"]


def test_a_module_with_an_underscore_of_its_own_is_left_alone(tmp_path):
    """Elsewhere the name means something else."""
    path = tmp_path / "some.py"
    path.write_text('_ = str\nprint(_("nothing"))\n', encoding="utf-8")
    assert read_module(path) == []


def test_titles_descriptions_and_questions_of_a_workflow_are_found(tmp_path):
    """People read them on buttons and chips."""
    path = tmp_path / "some.yaml"
    path.write_text(
        "workflow: some\ntitle: Some\nstates:\n  new: {title: New, description: It begins.}\n"
        "transitions:\n  go: {title: Go, to: new, confirm: Really}\n",
        encoding="utf-8",
    )
    assert read_workflow(path) == ["Some", "New", "It begins.", "Go", "Really"]
