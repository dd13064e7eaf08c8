"""Annotations beside the contribution that cites them."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.panels.actions.advice import contribute
from cpms_portal.panels.actions.steering import move
from tests.annotations.conftest import length
from tests.factories.panels import MEMBER, REQUESTER, SECOND


@pytest.fixture
def contribution(cast, panel):
    """Advice of a member."""
    made = contribute(panel, "The duct is wide.", cast(MEMBER))
    transaction.commit()
    return made


def chosen(viewer, contribution, *annotations) -> None:
    """Tick annotations on the page of contributions, and send."""
    page = viewer(MEMBER).browser.get(resource_path(contribution.panel) + "/advice")
    form = next(f for f in page.forms.values() if f.action.endswith("/cite"))
    for box in form.fields["annotation"]:
        box.checked = box._value in annotations
    form.submit(status=303)


def test_the_author_shows_a_drawing_beside_a_contribution(viewer, panel, study, contribution):
    drawn = viewer(MEMBER).draw(panel, study, length(text="Wide duct")).json
    chosen(viewer, contribution, drawn["id"])
    page = viewer(SECOND).browser.get(resource_path(panel) + "/advice")
    shown = page.html.find(id=contribution.__name__)
    assert "Wide duct · 120.0 mm" in shown.get_text()
    assert shown.find("a", href=drawn["url"]) is not None
    assert shown.find("form") is None
    chosen(viewer, contribution)
    page = viewer(SECOND).browser.get(resource_path(panel) + "/advice")
    assert "Wide duct" not in page


def test_nobody_cites_for_somebody_else(viewer, panel, study, contribution):
    drawn = viewer(SECOND).draw(panel, study, length()).json
    address = resource_path(contribution) + "/cite"
    other = viewer(SECOND).browser
    page = other.get(resource_path(panel) + "/advice")
    form = {"csrf_token": page.html.find("input", {"name": "csrf_token"})["value"]}
    other.post(address, {**form, "annotation": drawn["id"]}, status=403)
    author = viewer(MEMBER).browser
    page = author.get(resource_path(panel) + "/advice")
    form = {"csrf_token": page.html.find("input", {"name": "csrf_token"})["value"]}
    author.post(address, {**form, "annotation": drawn["id"]}, status=303)
    assert not viewer(SECOND).layers(study)[0]["annotations"][0]["cited"]


def test_what_a_settled_contribution_shows_does_not_change_any_more(
    viewer, cast, panel, study, contribution
):
    drawn = viewer(MEMBER).draw(panel, study, length()).json
    chosen(viewer, contribution, drawn["id"])
    transaction.abort()
    contribute(panel, "I agree.", cast(SECOND))
    move(panel, "write_outcome", cast(REQUESTER))
    transaction.commit()
    author = viewer(MEMBER)
    assert not author.layers(study)[0]["annotations"][0]["may_change"]
    author.post(f"{drawn['url']}/change", length(), status=403)
    author.post(f"{drawn['url']}/remove", {}, status=403)
