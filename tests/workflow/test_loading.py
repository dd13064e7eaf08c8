"""A workflow file with an unknown word stops the start, with file and line."""

from __future__ import annotations

import pytest

from cpms_portal.core.errors import ConfigurationRefusedError
from cpms_portal.security.permissions import Permission
from cpms_portal.security.roles import Role
from cpms_portal.workflow.loading import Words, load_workflow, load_workflows

WORDS = Words(
    frozenset({"Panel", "Patient"}),
    frozenset({"care_consent_valid"}),
    frozenset({"notify_lead"}),
    frozenset({"by_urgency"}),
)
GOOD = """\
workflow: panel
title: Panel
content_types: [Panel]
initial_state: draft
states:
  draft:
    title: Draft
    permissions:
      panel:view: [requester]
  open:
    title: Open
    due: by_urgency
    color: info
    permissions:
      panel:view: [requester, lead]
transitions:
  submit:
    title: Submit
    from: [draft]
    to: open
    permission: panel:submit
    guards: [care_consent_valid]
    effects: [notify_lead]
    reason_required: true
"""


def load(tmp_path, text, name="panel.yaml"):
    path = tmp_path / name
    path.write_text(text)
    return load_workflow(path, WORDS)


def test_a_good_file_is_read(tmp_path):
    workflow = load(tmp_path, GOOD)
    assert workflow.states["open"].permissions[Permission.PANEL_VIEW] == (
        Role.REQUESTER,
        Role.LEAD,
    )
    move = workflow.transitions["submit"]
    assert (move.sources, move.target, move.reason_required) == (("draft",), "open", True)


@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("title: Panel", "titel: Panel", 1, "titel"),
        ("    due: by_urgency", "    due: by_mood", 11, "by_mood"),
        ("    color: info", "    colour: info", 11, "colour"),
        ("    color: info", "    color: pink", 11, "pink"),
        ("panel:view: [requester]", "panel:see: [requester]", 9, "panel:see"),
        ("panel:view: [requester]", "panel:view: [boss]", 9, "boss"),
        ("to: open", "to: shut", 18, "shut"),
        ("permission: panel:submit", "permission: panel:push", 18, "panel:push"),
        ("[care_consent_valid]", "[no_such_guard]", 18, "no_such_guard"),
        ("[notify_lead]", "[no_such_effect]", 18, "no_such_effect"),
        ("initial_state: draft", "initial_state: born", 1, "born"),
        ("[Panel]", "[Table]", 1, "Table"),
        ("workflow: panel", "workflow: panels", 1, "panels"),
    ],
)
def test_an_unknown_word_is_refused_with_its_line(tmp_path, old, new, line, word):
    with pytest.raises(ConfigurationRefusedError) as refused:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert f"panel.yaml:{line}:" in str(refused.value)
    assert word in str(refused.value)


@pytest.mark.parametrize("text", ["", "- a\n", "workflow: [", "a: 1\na: 2\n", "!!python/name:os\n"])
def test_what_is_no_workflow_is_refused_by_file(tmp_path, text):
    with pytest.raises(ConfigurationRefusedError, match="panel.yaml"):
        load(tmp_path, text)


def test_a_type_with_two_workflows_is_refused(tmp_path):
    (tmp_path / "panel.yaml").write_text(GOOD)
    (tmp_path / "other.yaml").write_text(GOOD.replace("workflow: panel", "workflow: other"))
    with pytest.raises(ConfigurationRefusedError, match="Panel"):
        load_workflows(tmp_path, WORDS)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ConfigurationRefusedError, match="no folder"):
        load_workflows(tmp_path / "none", WORDS)
