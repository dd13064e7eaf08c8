"""Templates the content security policy accepts and translators can reach."""

from __future__ import annotations

import re

from tests.architecture.sources import PACKAGE, holds_for_all

TEMPLATES = sorted(PACKAGE.rglob("*.pt"))
COMMENT = re.compile(r"<!--.*?-->", re.S)
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an on… attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "a style element": re.compile(r"<style\b", re.I),
    "a script without src": re.compile(r"<script\b(?![^>]*\ssrc\s*=)", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "something from elsewhere": re.compile(r"<(?:script|link|img|iframe)\b[^>]*https?://", re.I),
}


@holds_for_all(TEMPLATES)
def test_a_template_holds_nothing_inline(template):
    """The policy forbids inline script and style: it would be dead in the browser, or a hole."""
    text = COMMENT.sub("", template.read_text(encoding="utf-8"))
    wrong = [what for what, pattern in INLINE.items() if pattern.search(text)]
    assert not wrong, f"{template.name} holds {', '.join(wrong)}"


@holds_for_all(TEMPLATES)
def test_a_template_belongs_to_the_translations(template):
    """Without the domain its texts are never found by the translators."""
    text = template.read_text(encoding="utf-8")
    if "i18n:translate" in text or "i18n:attributes" in text:
        assert 'i18n:domain="cpms_portal"' in text, f"{template.name} has no i18n:domain"
