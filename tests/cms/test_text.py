"""From CommonMark to a page: what stays, what is dropped, what can be linked to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpms_portal.cms.queries.text import rendered

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](https://elsewhere.invalid/pixel.png)",
    '<a href="https://a.invalid" onclick="x()">x</a>',
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    '<iframe src="https://elsewhere.invalid"></iframe>',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_when_it_carries_script_is_shown_without_it(text):
    html = rendered(f"Before\n\n{text}\n\nAfter").html.lower()
    assert "before" in html and "after" in html
    for sign in (
        "<script",
        "<img",
        "<svg",
        "<style",
        "<iframe",
        "<a onclick",
        'href="javascript',
        'href="data:',
    ):
        assert sign not in html


@given(st.text(max_size=300))
def test_any_text_gives_only_the_marks_we_know(text):
    html = rendered(text).html
    assert "<script" not in html.lower()
    assert html.count("<") == html.count(">") or "&lt;" in html or "&gt;" in html


def test_every_heading_gets_an_anchor_of_its_own():
    read = rendered("## Is it safe?\n\nYes.\n\n## Is it safe?\n\nStill.\n\n## Größe\n\nx")
    assert [heading.anchor for heading in read.headings] == ["is-it-safe", "is-it-safe-2", "große"]
    for heading in read.headings:
        assert f'id="{heading.anchor}"' in read.html


def test_the_opening_is_the_first_paragraph_without_marks():
    assert rendered("## Title\n\nA *calm* `place`,\nfor [all](/x).").opening == (
        "A calm place, for all."
    )


def test_a_link_to_elsewhere_carries_nothing_of_ours():
    assert 'rel="noopener noreferrer"' in rendered("[x](https://elsewhere.invalid)").html
