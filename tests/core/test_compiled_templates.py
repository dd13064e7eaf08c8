"""Compiled templates are named quickly, and anew when what compiles them changes."""

from __future__ import annotations

import chameleon.template
from chameleon import PageTemplate

from cpms_portal.core import substance


def name_of(template="<p />"):
    return PageTemplate("<p />").digest(template, ())


def test_a_template_when_named_asks_for_no_other_package(monkeypatch):
    asked = []
    monkeypatch.setattr(chameleon.template, "get_package_versions", lambda: asked.append(1) or [])
    substance.name_compiled_templates()
    assert name_of() != name_of("<b />")
    assert not asked


def test_a_template_after_another_compiler_came_has_another_name(monkeypatch):
    substance.name_compiled_templates()
    before = name_of()
    monkeypatch.setattr(substance, "version", lambda name: "0.0")
    substance.name_compiled_templates()
    assert name_of() != before
    monkeypatch.undo()
    substance.name_compiled_templates()
    assert name_of() == before
