"""The panels of the training site."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_portal.contentio.reading import read_yaml
from cpms_portal.core.actor import system_actor
from cpms_portal.core.settings import setting
from cpms_portal.panels.importer import import_training_panels
from cpms_portal.panels.queries.progress import final_outcome
from cpms_portal.patients.importer import imported_patient, read_patients


@pytest.fixture
def folder(registry):
    return Path(setting(registry, "cpms.content"))


@pytest.fixture
def told(root, registry, folder):
    """Each entry of the file with the panel that was made of it."""
    actor = system_actor(registry)
    return [
        (entry["panel"], imported_patient(centre, entry, actor)["panels"]["1"])
        for entry, centre in read_patients(root, folder)
    ]


def test_every_panel_of_the_file_stands_in_its_phase(told, folder):
    expected = {"restarted": "selection"}
    for entry, panel in told:
        assert panel.state == expected.get(entry["phase"], entry["phase"])
    written = read_yaml(folder / "training_site" / "patients.yaml")["patients"]
    assert len(told) == len(written)


def test_every_phase_is_there(told):
    states = {panel.state for _entry, panel in told}
    assert states >= {
        "draft", "awaiting_lead", "selection", "data_completion", "assessment", "outcome",
        "sign_off", "closed", "archived", "cancelled",
    }  # fmt: skip


def test_every_word_of_the_file_is_in_its_panel(told):
    for entry, panel in told:
        assert len(panel["contributions"]) == len(entry["contributions"])
        assert len(panel["requests"]) == len(entry["information_requests"])
        assert len(panel["invitations"]) == len(entry["members"])


def test_a_panel_was_opened_when_the_file_says_and_its_history_goes_forward(told, clock):
    for entry, panel in told:
        days = (clock() - panel.created).days
        assert days <= entry["opened_days_ago"]
        moments = [step.at for step in panel.history]
        assert moments == sorted(moments)
        assert moments[-1] <= clock()


def test_closed_panels_have_their_document(told):
    for entry, panel in told:
        if entry["phase"] in {"closed", "archived", "restarted"}:
            assert final_outcome(panel).document.size > 5000


def test_a_second_import_changes_nothing(root, registry, folder):
    assert import_training_panels(root, folder, system_actor(registry)) == 0
