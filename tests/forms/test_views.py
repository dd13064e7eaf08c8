"""A form is shown, taken, and shown again with what is wrong and all that was typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import colander
import pytest
from pyramid.response import Response
from webtest import Upload

from cpms_portal.forms import fields
from cpms_portal.forms.views import FormView
from tests.forms.gallery import KEPT, RING, WILSON, EnrolSample
from tests.layout.site import PAGE, Node


def filled(app):
    """Return the form with every needed answer."""
    form = app.get("/enrol").forms["form"]
    form["family_name"] = " Heron "
    form["born"] = "2017-03-04"
    form["sex"] = "female"
    form["diagnosis.typed"] = "ORPHA:905"
    form["area"] = "child"
    form["question"] = "Which treatment?"
    return form


def problems(response):
    """Return the lines of the summary."""
    return [" ".join(li.get_text().split()) for li in response.html.select(".problem-summary li")]


def test_what_is_answered_reaches_save_as_values(site):
    """Each as its type has it; what was chosen before stays."""
    form = filled(site.app())
    form["test"], form["value"], form["unit"] = "Ceruloplasmin", "0,08", "g/L"
    form["weight"] = "31.5"
    form["onset"] = "05/2024"
    form["mail"] = "a@X.eu"
    form.get("checkbox", index=1).checked = True
    form["agreed"] = True
    assert form.submit().text == "taken"
    taken = EnrolSample.taken
    assert taken["identity"] == {"family_name": "Heron", "born": date(2017, 3, 4)}
    assert taken["diagnosis"] == WILSON
    assert taken["signs"] == [RING]
    assert taken["labs"] == [{"test": "Ceruloplasmin", "value": Decimal("0.08"), "unit": "g/L"}]
    assert taken["weight"] == Decimal("31.5")
    assert taken["onset"] == "2024-05"
    assert taken["mail"] == "a@x.eu"
    assert taken["languages"] == {"el"}
    assert taken["agreed"] is True
    assert taken["token"] == "t0ken"


def test_what_is_left_empty_is_missing_and_an_empty_row_is_dropped(site):
    """Nobody has to remove the row that is offered."""
    filled(site.app()).submit()
    taken = EnrolSample.taken
    assert taken["labs"] in ([], ())
    assert taken["weight"] is None
    assert taken["agreed"] is False


def test_files_arrive_with_their_names(site):
    """Several at once."""
    form = filled(site.app())
    form["documents"] = [Upload("a.pdf", b"%PDF"), Upload("b.jpg", b"JFIF")]
    form.submit()
    assert [one.filename for one in EnrolSample.taken["documents"]] == ["a.pdf", "b.jpg"]


def test_problems_are_listed_first_and_lead_to_their_fields(site):
    """Every link of the summary has a target, and the target says the same."""
    response = site.app().get("/enrol").forms["form"].submit(status=422)
    assert problems(response) == [
        "Family name: Please fill this in.",
        "Date of birth: Please enter the date.",
        "Sex: Please choose one.",
        "Diagnosis: Type a few letters and choose from the list.",
        "Thematic area: Please choose one.",
        "Clinical question: Please fill this in.",
    ]
    for link in response.html.select(".problem-summary a"):
        target = response.html.select_one(link["href"])
        told = response.html.select_one(f"{link['href']}-error").get_text().strip()
        assert link.get_text().endswith(told)
        assert target["aria-describedby"].split()[-1] == f"{link['href'][1:]}-error"


def test_what_was_typed_is_kept(site):
    """Also what could not be read, and never a password."""
    form = site.app().get("/enrol").forms["form"]
    form["family_name"] = "Heron & <sons>"
    form["born"] = "soon"
    form["diagnosis.typed"] = "wils"
    form["question"] = "One\nTwo"
    form["sex"] = "male"
    form["area"] = "auto"
    form["password"] = "hunter2 hunter2"
    form["test"], form["value"] = "Copper", "much"
    form.get("checkbox", index=0).checked = True
    again = form.submit(status=422)
    kept = again.forms["form"]
    assert kept["family_name"].value == "Heron & <sons>"
    assert kept["born"].value == "soon"
    assert kept["diagnosis.typed"].value == "wils"
    assert kept["question"].value == "One\nTwo"
    assert kept["sex"].value == "male"
    assert kept["area"].value == "auto"
    assert kept["password"].value == ""
    assert kept["value"].value == "much"
    assert kept.get("checkbox", index=0).checked
    assert "Value: Enter a number, for example 12 or 3.5." in problems(again)


def test_a_problem_in_a_row_leads_to_that_row(site):
    """The first row was good."""
    app = site.app()
    form = filled(app)
    form["test"], form["value"] = "Copper", "12"
    form = form.submit("add-row").forms["form"]
    form.get("test", index=1).value = "Zinc"
    form.get("value", index=1).value = "much"
    response = form.submit(status=422)
    link = response.html.select_one(".problem-summary a")
    assert link["href"] == "#form-labs-1-value"
    assert response.html.select_one(link["href"])["value"] == "much"


def test_what_an_action_refuses_is_said_at_its_field(site):
    """In the words of the action."""
    form = filled(site.app())
    form["question"] = "refuse the date"
    response = form.submit(status=422)
    assert problems(response) == ["Date of birth: This patient is enrolled already."]
    assert "already" in response.html.select_one("#form-identity-born-error").get_text()


def test_what_an_action_refuses_as_a_whole_is_said_at_the_head(site):
    """No field is to blame."""
    form = filled(site.app())
    form["question"] = "refuse it all"
    assert problems(form.submit(status=422)) == ["The care consent is missing."]


def test_a_refused_form_dooms_the_transaction(site):
    """An action may have changed something before it refused."""
    doomed = []

    class Transaction:
        def doom(self):
            doomed.append(True)

    site.config.add_request_method(lambda r: Transaction(), "tm", reify=True)
    app = site.app()
    form = filled(app)
    form["question"] = "refuse it all"
    form.submit(status=422)
    assert doomed == [True]


def test_rows_are_added_and_removed_without_script(site):
    """What was typed elsewhere stays, nothing is checked yet, nothing is saved."""
    form = site.app().get("/enrol").forms["form"]
    form["family_name"] = "Heron"
    form["test"] = "Copper"
    two = form.submit("add-row")
    assert len(two.html.select("ol.rows-body > li")) == 2
    assert two.forms["form"]["family_name"].value == "Heron"
    assert not problems(two)
    again = two.forms["form"]
    again.get("test", index=1).value = "Zinc"
    one = again.submit("remove-row", index=0)
    rows = one.html.select("ol.rows-body > li input[name=test]")
    assert [row["value"] for row in rows] == ["Zinc"]
    assert not EnrolSample.taken


@pytest.mark.parametrize("value", ["", "form-labs-x", "form-labs-99", "elsewhere-0", "-"])
def test_a_row_that_is_not_there_cannot_be_removed(site, value):
    """Whatever a browser sends, the page is shown again."""
    app = site.app()
    form = app.get("/enrol").forms["form"]
    form["test"] = "Copper"
    sent = [pair for pair in form.submit_fields() if pair[0] != "remove-row"]
    response = app.post("/enrol", [*sent, ("remove-row", value)])
    assert response.html.select_one("ol.rows-body input[name=test]")["value"] == "Copper"


def test_a_choice_is_taken_away_without_script_by_its_box(site):
    """The box of what is chosen is ticked; untick it and it is gone."""
    app = site.app()
    form = filled(app)
    form["chosen"].checked = False
    form.submit()
    assert EnrolSample.taken["signs"] == ()


@pytest.mark.parametrize(
    "garbled",
    [
        [("__start__", "labs:sequence"), ("__start__", "labs:sequence")],
        [("__end__", "labs:sequence")],
        [("__start__", "nonsense")],
        [("labs", "text")],
        [("identity", "text")],
        [("documents", "text"), ("signs", "x"), ("languages", "x")],
        [("__start__", "question:mapping"), ("a", "b"), ("__end__", "question:mapping")],
    ],
)
def test_a_garbled_form_is_refused_and_never_a_failure(site, garbled):
    """Attackers send such; so do broken proxies."""
    app = site.app()
    token = app.get("/enrol").forms["form"]["csrf_token"].value
    response = app.post("/enrol", [("csrf_token", token), *garbled], status=422)
    assert problems(response)


def test_only_optional_questions_say_so(site):
    """Needed ones are the rule."""
    page = site.app().get("/enrol").html
    assert "(optional)" in page.select_one("label[for=form-mail]").get_text()
    assert "(optional)" not in page.select_one("label[for=form-question]").get_text()


def test_every_control_has_a_label_and_its_own_id(site):
    """For those who hear the page."""
    page = site.app().get("/enrol").html
    ids = [found["id"] for found in page.select("[id]")]
    assert len(ids) == len(set(ids))
    controls = page.select("form#form :is(input, select, textarea):not([type=hidden])")
    assert len(controls) > 15
    for control in controls:
        tied = page.select_one(f'label[for="{control.get("id")}"]') or control.find_parent("label")
        assert tied is not None, control


def test_a_template_of_its_own_finds_the_form(site):
    """With whatever else the view adds."""

    class Small(FormView):
        schema = colander.Schema(colander.SchemaNode(fields.Text(), name="word", title="Word"))
        title = "Small"

        def save(self, values):
            return Response(values["word"])

    site.config.add_view(Small, name="small", context=Node, permission="place:view", renderer=PAGE)
    site.config.add_view(Small, name="plain", context=Node, permission="place:view")
    app = site.app()
    assert "<form" not in str(app.get("/small").html.main)
    form = app.get("/plain").forms["form"]
    form["word"] = "yes"
    assert form.submit().text == "yes"


def test_the_title_of_the_form_is_the_title_of_the_page(site):
    """One place says it."""
    page = site.app().get("/enrol").html
    assert page.title.get_text() == "Enrol patient · CPMS"
    assert page.h1.get_text().strip() == "Enrol patient"


def test_a_draft_comes_back_as_it_was_typed_and_without_secrets(site):
    """Unchecked: a wrong date is still what somebody typed."""
    app = site.app()
    form = app.get("/enrol").forms["form"]
    form["family_name"], form["born"], form["sex"] = "Heron", "soon", "male"
    form["test"], form["value"] = "Copper", "much"
    form["diagnosis.typed"] = "wils"
    form["password"], form["code"] = "hunter2 hunter2", "123456"
    form["documents"] = [Upload("a.pdf", b"%PDF")]
    form.get("checkbox", index=1).checked = True
    form["agreed"] = True
    app.post("/draft", form.submit_fields())
    assert "hunter2" not in str(KEPT) and "123456" not in str(KEPT) and "pdf" not in str(KEPT)
    again = app.get("/enrol").forms["form"]
    shown = [again[name].value for name in ("family_name", "born", "sex", "test", "value")]
    assert shown == ["Heron", "soon", "male", "Copper", "much"]
    assert again["diagnosis.typed"].value == "wils"
    assert again["chosen"].checked
    assert again["agreed"].checked
    assert again.get("checkbox", index=1).checked
