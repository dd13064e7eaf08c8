"""One leads, the others follow or let go; nobody else learns of it."""

from __future__ import annotations

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.audit.trail import trail_of
from cpms_portal.panels.actions.steering import move
from cpms_portal.patients.actions import withdraw_consent
from cpms_portal.patients.queries import patient_of
from cpms_portal.presentations.interfaces import LEADER_GONE, LOOKER_GONE
from tests.factories.panels import COORDINATOR, INVITED, MEMBER, REQUESTER, SECOND, STRANGER


def state(**changed):
    """Return where a leader is."""
    view = {"center": 40, "width": 400, "zoom": 1.5, "column": 30, "row": 31}
    return {"target": "studies/abc", "series": "1", "instance": 3, "view": view, **changed}


class Screen:
    """What the viewer of somebody sends and is told."""

    def __init__(self, viewer, login, panel):
        self.viewer = viewer(login)
        self.place = resource_path(panel)

    def say(self, step, status=200, **more):
        answer = self.viewer.post(f"{self.place}/present", {"step": step, **more}, status)
        return answer.json if status == 200 else answer

    def ask(self, status=200, mark=""):
        headers = {"If-None-Match": mark} if mark else {}
        return self.viewer.browser.get(f"{self.place}/presentation", headers=headers, status=status)


@pytest.fixture
def screen(viewer, panel):
    """The screen of somebody at the panel."""
    return lambda login: Screen(viewer, login, panel)


def test_what_the_leader_sees_reaches_those_who_look(screen, cast):
    leader, other = screen(MEMBER), screen(SECOND)
    assert leader.say("lead", state=state())["mine"]
    leader.say("show", state=state(instance=4, pointer=[10, 20]))
    other.say("look", following=True)
    told = other.ask().json
    assert (told["leader"], told["mine"]) == (cast.person(MEMBER).title, False)
    assert (told["state"]["instance"], told["state"]["pointer"]) == (4, [10, 20])
    assert told["state"]["view"]["zoom"] == 1.5
    assert [cast.person(SECOND).title, True] in told["lookers"]


def test_an_answer_that_did_not_change_is_not_sent_again(screen):
    leader, other = screen(MEMBER), screen(SECOND)
    leader.say("lead", state=state())
    mark = other.ask().headers["ETag"]
    other.ask(status=304, mark=mark)
    leader.say("show", state=state(instance=5))
    assert other.ask(mark=mark).json["state"]["instance"] == 5


def test_who_takes_the_lead_is_the_only_one_who_shows(screen):
    first, second = screen(MEMBER), screen(SECOND)
    first.say("lead", state=state())
    second.say("lead", state=state(instance=1))
    assert not first.say("show", state=state(instance=9))["mine"]
    assert second.ask().json["state"]["instance"] == 1
    first.say("let_go")
    assert second.ask().json["mine"]
    second.say("let_go")
    told = first.ask().json
    assert (told["leader"], told["state"]) == ("", {})


def test_who_says_nothing_any_more_is_gone(screen, clock):
    leader, other = screen(MEMBER), screen(SECOND)
    leader.say("lead", state=state())
    other.say("look")
    clock.advance(seconds=LOOKER_GONE + 1)
    assert other.ask().json["lookers"] == []
    clock.advance(seconds=LEADER_GONE)
    assert other.ask().json["leader"] == ""
    other.say("look")
    assert other.ask().json["state"] == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": "dance"},
        {"step": "show", "state": {"target": "../../../people/x", "series": "1"}},
        {"step": "show", "state": state(view={"zoom": "NaN"})},
        {"step": "show", "state": state(instance=-1)},
        {"step": "show", "state": state(series="x" * 5000)},
        [],
    ],
)
def test_what_is_no_message_is_refused(screen, panel, wrong):
    member = screen(MEMBER)
    member.say("lead", state=state())
    member.viewer.post(f"{member.place}/present", wrong, status=422)
    assert member.ask().json["state"]["instance"] == 3


@pytest.mark.parametrize("login", ["vascernhpuser1", "vascerncoordinator", STRANGER, "siteadmin"])
def test_outsiders_are_told_that_there_is_nothing(screen, login):
    stranger = screen(login)
    stranger.ask(status=404)
    if login != "siteadmin":
        stranger.say("look", status=404)


def test_a_colleague_of_the_centre_looks_and_does_not_lead(screen):
    colleague = screen(COORDINATOR)
    colleague.say("look", following=True)
    colleague.say("lead", state=state(), status=409)
    assert colleague.ask().json["leader"] == ""


def test_a_frozen_panel_is_over_for_those_outside_the_centre(screen, cast, panel):
    leader = screen(MEMBER)
    leader.say("lead", state=state())
    transaction.abort()
    withdraw_consent(patient_of(panel), "care", "Asked to.", cast(REQUESTER))
    transaction.commit()
    leader.ask(status=404)
    leader.say("show", status=404, state=state())


def test_a_closed_panel_is_over_for_everybody(viewer, cast):
    panel = cast.closed()
    transaction.commit()
    Screen(viewer, MEMBER, panel).ask(status=403)
    assert not panel.stopped
    transaction.abort()
    move(panel, "restart", cast(REQUESTER), reason="Again.")
    transaction.commit()
    Screen(viewer, MEMBER, panel).say("look")


def test_nothing_of_it_is_written_to_the_object_database(screen, site, study):
    leader = screen(MEMBER)
    leader.say("look")
    with site.connection() as opened:
        before = opened.db().lastTransaction()
    leader.say("lead", state=state())
    leader.say("show", state=state(instance=2))
    leader.ask()
    with site.connection() as opened:
        assert opened.db().lastTransaction() == before


def test_who_took_the_lead_is_in_the_trail(screen, cast, registry):
    screen(SECOND).say("lead", state=state())
    transaction.abort()
    actions = {row.entry.action for row in trail_of(registry).rows("who", cast(SECOND).oid, 20)}
    assert "presentation.lead" in actions


def test_the_bar_is_offered_where_one_may_look_together(viewer, screen, study):
    page = viewer(MEMBER).page(study).html
    assert page.select_one("[data-together-panel] option")["data-may-lead"] == "yes"
    page = viewer(COORDINATOR).page(study).html
    assert page.select_one("[data-together-panel] option")["data-may-lead"] == ""
    viewer(INVITED).page(study, status=404)
