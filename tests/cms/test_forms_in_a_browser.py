"""The form of every content type in Chromium: no barrier, nothing sideways, in both looks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyramid.traversal import resource_path

from cpms_portal.cms.schemas.kinds import KINDS
from tests.browser.chromium import scrolls_sideways, violations
from tests.cms.conftest import EDITOR

pytestmark = [pytest.mark.browser, pytest.mark.storages("filestorage")]  # the look is the same


@pytest.fixture(params=["light", "dark"])
def editor(office, page_of, request):
    """A window of an editor, in one of the looks."""
    page = page_of(EDITOR, scheme=request.param)
    page.look = request.param
    return page


def look(page, name, width):
    """Say what is wrong with a page at a width; keep its picture where asked to."""
    page.set_viewport_size({"width": width, "height": 900})
    folder = os.environ.get("CPMS_PICTURES")
    if folder:
        path = Path(folder) / f"{name}-{page.look}-{width}.png"
        page.screenshot(path=path, full_page=True)
    sideways = ["scrolls sideways"] if scrolls_sideways(page) else []
    return [f"{name} {page.look} {width}: {one}" for one in [*violations(page), *sideways]]


def test_the_form_of_every_type_stands_without_a_barrier(editor):
    wrong = []
    for kind in KINDS:
        editor.goto(f"/library/add?kind={kind}")
        for width in (1280, 390):
            wrong += look(editor, kind, width)
    editor.goto("/library/add")
    for width in (1280, 390):
        wrong += look(editor, "choice", width)
    assert not wrong, "\n".join(wrong)


def test_a_form_sent_empty_says_what_is_missing_without_a_barrier(editor):
    wrong = []
    for kind in KINDS:
        editor.goto(f"/library/add?kind={kind}")
        editor.eval_on_selector("#form", "form => { form.noValidate = true; }")
        editor.click("#form .form-actions .button.is-primary")
        editor.wait_for_load_state()
        assert editor.locator("#form [aria-invalid=true], #form .field-error").count(), kind
        wrong += look(editor, f"{kind}-empty", 390)
    assert not wrong, "\n".join(wrong)


def test_what_others_link_to_is_told_before_it_is_removed(editor, made):
    target = made("page", "Linked", published=True)
    said = f'<p><a href="{resource_path(target)}">there</a></p>'
    made("page", "Linking", text=said, published=True)
    editor.goto("/library/contents?words=linked")
    editor.check(f"input[name=name][value={target.__name__}]")
    editor.click("button[value=discard]")
    editor.wait_for_selector("text=Linking")
    wrong = [one for width in (1280, 390) for one in look(editor, "remove", width)]
    assert not wrong, "\n".join(wrong)
