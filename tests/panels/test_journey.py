"""The whole way through the pages, with people of several centres, and somebody who is in none."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import transaction
from ZODB.POSException import ConflictError

from cpms_portal.core.resources import root_of
from cpms_portal.panels.actions.advice import contribute, request_information
from cpms_portal.panels.queries.progress import contributions_of, final_outcome
from cpms_portal.panels.resources import Contribution
from cpms_portal.patients.actions import withdraw_consent
from cpms_portal.workflow.actions import begin
from tests.factories.panels import (
    AREA,
    COORDINATOR,
    FAMILY_NAME,
    INVITED,
    MEMBER,
    QUESTION,
    REQUESTER,
    SECOND,
    SECTIONS,
    STRANGER,
    Cast,
)
from tests.ground import NOON


def path_of(resource):
    """The address of something."""
    names = []
    while resource.__parent__ is not None:
        names.insert(0, resource.__name__)
        resource = resource.__parent__
    return "/" + "/".join(names)


def form_with(page, action):
    """The form of a page that is posted to an address ending so."""
    return next(form for form in page.forms.values() if form.action.endswith(action))


def step(browser, panel, name, reason=""):
    """Press the button of a step on the page of a panel."""
    page = browser.get(panel)
    for form in page.forms.values():
        if "name" in form.fields and form["name"].value == name:
            if reason:
                form["reason"] = reason
            return form.submit().follow()
    raise AssertionError(f"no button for {name}")


@pytest.fixture
def patient(cast):
    """A patient of the first centre, kept in the database."""
    made = cast.patient()
    transaction.commit()
    return path_of(made)


def opened(browser, patient, way="lead"):
    """Open a panel through the form; return its address."""
    form = browser.get(f"{patient}/open-panel").forms["form"]
    form["question"], form["area"], form["way"] = QUESTION, AREA, way
    form.submit().follow()
    return f"{patient}/panels/1"


def test_from_the_question_to_the_pdf(browser_of, cast, patient):
    asks, first, second = browser_of(REQUESTER), browser_of(MEMBER), browser_of(SECOND)
    stranger = browser_of(STRANGER)
    panel = opened(asks, patient)

    # Invite two; a third says no.
    page = asks.get(f"{panel}/invite?area=")
    form = form_with(page, "invite?area=")
    ids = {cast.person(login).__name__ for login in (MEMBER, SECOND, INVITED)}
    for box in form.fields["person"]:
        box.checked = box._value in ids
    form["note"] = "You know this better than we do."
    members = form.submit().follow()
    members.mustcontain("Invited")
    for browser, login, answer in (
        (first, MEMBER, "accept"),
        (second, SECOND, "accept"),
        (browser_of(INVITED), INVITED, "decline"),
    ):
        notices = browser.get("/notices")
        notices.mustcontain("You are invited to a panel")
        address = invitation_of(cast, panel, login)
        invitation = browser.get(address)
        invitation.mustcontain(QUESTION, "You know this better")
        assert FAMILY_NAME not in invitation
        form = form_with(invitation, "answer")
        form.submit(status=400)  # neither yes nor no
        form.submit("answer", value=answer)
    first.get(f"{panel}/case").mustcontain("years")

    # Phases: blocked steps say why.
    assert "Go on to assessment" in asks.get(panel)
    ask = first.get(f"{panel}/ask-information").forms["form"]
    ask["text"] = "Is TPMT known?"
    ask.submit().follow().mustcontain("Waits for an answer")
    asks.get(panel).mustcontain("still wait for an answer")
    answer = asks.get(asks.get(f"{panel}/advice").html.find("a", string="Answer")["href"])
    answer.forms["form"]["text"] = "Normal metaboliser."
    answer.forms["form"].submit().follow().mustcontain("Normal metaboliser.")
    step(asks, panel, "assess").mustcontain("Assessment")

    # Contributions: a draft is kept, then sent.
    form = first.get(f"{panel}/advice").forms["form"]
    csrf = form["csrf_token"].value
    first.post(f"{panel}/keep-contribution", {"text": "Half", "csrf_token": csrf})
    form = first.get(f"{panel}/advice").forms["form"]
    assert form["text"].value == "Half"
    form["text"] = "Mercaptopurine, at a low dose."
    form.submit().follow()
    form = second.get(f"{panel}/advice").forms["form"]
    form["text"] = "Agreed."
    form.submit().follow().mustcontain("Mercaptopurine, at a low dose.")

    # Outcome, signatures, end.
    step(asks, panel, "write_outcome")
    form = asks.get(f"{panel}/edit-outcome").forms["form"]
    for name, text in SECTIONS.items():
        form[name] = text
    form.submit().follow().mustcontain("Mercaptopurine at a low dose.")
    step(asks, panel, "ask_signatures")
    for browser in (asks, first, second):
        form_with(browser.get(f"{panel}/outcome"), "/sign").submit().follow()
    step(asks, panel, "close").mustcontain("Outcome as PDF")
    for browser in (asks, first, second):
        document = browser.get(f"{panel}/download")
        assert document.content_type == "application/pdf"
        assert document.body.startswith(b"%PDF")
        name = re.search(r'filename="(.*)"', document.headers["Content-Disposition"])[1]
        assert name == f"outcome-{patient.rsplit('/')[-1]}-1.pdf"

    # Somebody of another network gets nothing, anywhere.
    views = ("", "case", "advice", "outcome", "members", "download", "invite", "edit",
             "edit-outcome", "ask-information", "assign-lead")  # fmt: skip
    for view in views:
        stranger.get(f"{panel}/{view}".rstrip("/"), status=404)
    stranger.get(invitation_of(cast, panel, MEMBER), status=404)
    csrf = stranger.get("/notices").html.find("input", {"name": "csrf_token"})
    token = {"csrf_token": csrf["value"], "name": "archive"}
    for view in ("step", "sign", "object", "keep-contribution", "keep-outcome", "invite"):
        stranger.post(f"{panel}/{view}", token, status=404)

    # A new round.
    step(asks, panel, "restart", "A relapse.").mustcontain("Round", "A relapse.")


def invitation_of(cast, panel, login):
    """The address of the invitation of somebody."""
    transaction.abort()
    found = cast.root
    for name in panel.strip("/").split("/"):
        found = found[name]
    oid = cast.person(login).__oid__
    return next(path_of(one) for one in found["invitations"].values() if one.person == oid)


def test_the_coordinator_names_a_lead_from_the_queue(browser_of, cast, patient):
    panel = opened(browser_of(REQUESTER), patient, "assistance")
    coordinator = browser_of(COORDINATOR)
    queue = coordinator.get("/networks/rare-liver/assistance")
    assert f"{panel}/assign-lead" in queue
    page = coordinator.get(f"{panel}/assign-lead?area=")
    form = form_with(page, "assign-lead?area=")
    refused = form.submit(status=422)
    refused.mustcontain("Choose who leads the panel.", QUESTION)
    form["person"] = cast.person(MEMBER).__name__
    form.submit().follow().mustcontain(cast.person(MEMBER).title)
    assert f"{panel}/assign-lead" not in coordinator.get("/networks/rare-liver/assistance")
    browser_of(STRANGER).get("/networks/rare-liver/assistance", status=(403, 404))


def test_what_was_typed_is_kept_when_a_form_is_refused(browser_of, patient):
    form = browser_of(REQUESTER).get(f"{patient}/open-panel").forms["form"]
    form["question"] = "Half a question"
    again = form.submit(status=422)
    assert again.forms["form"]["question"].value == "Half a question"


def test_an_objection_without_a_reason_is_refused_beside_its_field(browser_of, cast):
    panel = cast.sign_off()
    transaction.commit()
    browser = browser_of(MEMBER)
    form = form_with(browser.get(f"{path_of(panel)}/outcome"), "/object")
    form.submit(status=422).mustcontain("Please say why.")
    form["reason"] = "I would transplant now."
    form.submit().follow().mustcontain("I would transplant now.")


def test_two_leads_at_two_screens_do_not_overwrite_each_other(browser_of, cast):
    panel = cast.outcome()
    transaction.commit()
    address = f"{path_of(panel)}/edit-outcome"
    first, second = browser_of(REQUESTER), browser_of(REQUESTER)
    mine, other = first.get(address).forms["form"], second.get(address).forms["form"]
    mine["summary"] = "Mine."
    mine.submit().follow()
    other["summary"] = "Theirs."
    other.submit(status=409)
    first.get(f"{path_of(panel)}/outcome").mustcontain("Mine.")


def test_withdrawn_consent_shuts_the_panel_within_the_request(browser_of, cast):
    panel = cast.assessment()
    contribute(panel, "Advice.", cast(MEMBER))
    request_information(panel, "Weight?", cast(MEMBER))
    transaction.commit()
    member, address = browser_of(MEMBER), path_of(panel)
    member.get(f"{address}/advice").mustcontain("Advice.")
    withdraw_consent(panel.__parent__.__parent__, "care", "Changed their mind.", cast(REQUESTER))
    transaction.commit()
    for view in ("", "/case", "/advice", "/members"):
        member.get(address + view, status=404)
    browser_of(REQUESTER).get(address).mustcontain("Frozen")


def test_contributions_sent_at_the_same_moment_are_all_kept(browser_of, cast):
    panel = cast.assessment()
    transaction.commit()
    address = path_of(panel)
    browsers = [browser_of(login) for login in (MEMBER, SECOND) * 4]
    forms = [browser.get(f"{address}/advice").forms["form"] for browser in browsers]
    for number, form in enumerate(forms):
        form["text"] = f"Advice number {number}."
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda form: form.submit().status_int, forms))
    assert statuses == [303] * 8
    transaction.abort()
    assert root_of(panel) is not None
    texts = {one.read(cast.registry, "text") for one in contributions_of(panel)}
    assert texts == {f"Advice number {number}." for number in range(8)}


def test_the_final_outcome_is_kept_by_the_portal_not_by_the_reader(browser_of, cast):
    panel = cast.closed()
    transaction.commit()
    serial = final_outcome(panel)._p_serial
    browser_of(MEMBER).get(f"{path_of(panel)}/download")
    transaction.abort()
    final_outcome(panel)._p_activate()
    assert final_outcome(panel)._p_serial == serial


def test_two_processes_that_add_to_one_panel_at_once_both_stay(site, cast):
    panel = cast.assessment()
    transaction.commit()
    writers = [_Writer(site, panel, login) for login in (MEMBER, SECOND)]
    for writer in writers:
        writer.contribute()
    for writer in writers:
        writer.commit()
    transaction.abort()
    assert len(contributions_of(panel)) == 2


class _Writer:
    """Another process with the same database; it tries again on a conflict, as requests do."""

    def __init__(self, site, panel, login):
        self.site, self.login, self.path = site, login, path_of(panel).strip("/").split("/")
        self.manager = transaction.TransactionManager(explicit=False)
        self.connection = site.registry._zodb_databases[""].open(self.manager)

    def contribute(self):
        there = self.connection.root()["app_root"]
        panel = there
        for name in self.path:
            panel = panel[name]
        people = Cast(there, self.site.registry)
        part = Contribution(people.person(self.login).__oid__, 1, NOON)
        panel["contributions"].add(f"of-{self.login}", part)
        part.keep(self.site.registry, "text", "Advice.")
        begin(part, people(self.login))

    def commit(self):
        try:
            self.manager.commit()
        except ConflictError:
            # Buckets of an index that split at this moment cannot be merged.
            self.manager.abort()
            self.contribute()
            self.manager.commit()
        self.connection.close()
