"""Who sees annotations and who draws, of the own and of a foreign network; and the trail of it."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.audit.trail import trail_of
from tests.annotations.conftest import length
from tests.factories.panels import COORDINATOR, INVITED, MEMBER, REQUESTER, STRANGER

#: Another network's people, and people of the own network who are not in the panel.
OUTSIDE = ("vascernhpuser1", "vascerncoordinator", STRANGER, INVITED, "rareliverresearcher")


@pytest.mark.parametrize("login", [MEMBER, REQUESTER])
def test_lead_and_members_draw(viewer, panel, study, login):
    viewer(login).draw(panel, study, length())
    assert viewer(login).layers(study)[0]["own"]


@pytest.mark.parametrize("login", OUTSIDE)
def test_outsiders_are_told_that_there_is_nothing(viewer, panel, study, login):
    address = viewer(MEMBER).draw(panel, study, length()).json["url"]
    stranger = viewer(login)
    stranger.layers(study, status=404)
    stranger.draw(panel, study, length(), status=404)
    stranger.browser.get(address, status=404)
    stranger.browser.get(f"{address}/document", status=404)
    stranger.post(f"{address}/remove", {}, status=404)


def test_a_colleague_at_the_centre_who_is_not_in_the_panel_sees_and_does_not_draw(
    viewer, panel, study
):
    viewer(MEMBER).draw(panel, study, length())
    colleague = viewer(COORDINATOR)
    ((found,),) = [layer["annotations"] for layer in colleague.layers(study)]
    assert not found["may_change"]
    colleague.draw(panel, study, length(), status=403)
    colleague.post(f"{found['url']}change", length(), status=403)


def test_what_is_drawn_changed_read_and_removed_is_in_the_trail(
    viewer, panel, study, cast, registry
):
    author = viewer(MEMBER)
    address = author.draw(panel, study, length()).json["url"]
    author.post(f"{address}/change", length())
    author.browser.get(f"{address}/document")
    author.layers(study)
    author.post(f"{address}/remove", {})
    transaction.abort()
    rows = trail_of(registry).rows("who", cast(MEMBER).oid, 40)
    actions = {row.entry.action for row in rows}
    assert actions >= {
        "annotation.add",
        "annotation.edit",
        "annotation.remove",
        "annotation.document",
        "study.annotations",
    }
    assert all("Portal" not in row.entry.detail for row in rows)
