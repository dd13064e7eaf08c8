"""The pages of docs/workflows are drawn from the files that count."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpms_portal.workflow.drawing import page_of
from cpms_portal.workflow.loading import Words, load_workflow

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / "workflows").glob("*.yaml"))


class _Anything(frozenset):
    """A set that holds every name: whether names are registered is tested elsewhere."""

    def __contains__(self, _name: object) -> bool:
        return True


ANY = Words(_Anything(), _Anything(), _Anything(), _Anything())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_of_a_workflow_is_fresh(path):
    page = PROJECT / "docs" / "workflows" / f"{path.stem}.md"
    assert page.read_text(encoding="utf-8") == page_of(load_workflow(path, ANY)), (
        "run ./cpms workflows draw"
    )


def test_no_page_is_left_of_a_workflow_that_is_gone():
    pages = {page.stem for page in (PROJECT / "docs" / "workflows").glob("*.md")}
    assert pages == {path.stem for path in FILES}


def test_a_page_shows_states_steps_and_who_may():
    page = page_of(load_workflow(PROJECT / "workflows" / "invitation.yaml", ANY))
    assert "    [*] --> invited" in page
    assert "    invited --> accepted : Accept" in page
    assert "| `invitation:answer` | invitee | nobody | invitee | nobody | nobody |" in page
    assert "the portal alone" in page
