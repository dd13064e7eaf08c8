"""QIDO-RS and WADO-RS (PS3.18 sections 10.4 and 10.6) below ``dicomweb`` of a patient or panel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPNoContent
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.events import Viewed, announce
from cpms_portal.core.resources import oid_of
from cpms_portal.dicomweb.queries.cases import Case, NotThereError
from cpms_portal.dicomweb.queries.questions import Question, question_of
from cpms_portal.dicomweb.queries.searching import (
    Page,
    search_instances,
    search_series,
    search_studies,
)
from cpms_portal.dicomweb.resources import READ
from cpms_portal.dicomweb.views.refusals import in_words
from cpms_portal.dicomweb.views.retrieving import (
    bulk_data,
    frames,
    instances,
    metadata,
    picture,
)
from cpms_portal.dicomweb.views.saying import chosen, parameters, said, warn
from cpms_portal.panels.resources import Panel
from cpms_portal.patients.queries import care_consent_valid, patient_of
from cpms_portal.patients.resources import Patient
from cpms_portal.security.permissions import Permission

NO_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed."
Answer = Callable[[Case, Request], Response]


def case_of(node: Any, request: Request) -> Case:
    """Return the case a program asks about; nothing is there when it may not, or not any more."""
    patient, token = patient_of(node), request.program_token
    if patient is None or not request.has_permission(Permission.STUDY_VIEW, patient):
        raise NotThereError
    if token is not None:
        shared = patient.state == "enrolled" and care_consent_valid(patient, request.actor.now)
        if not token.allows(READ) or not shared:
            raise NotThereError
    base = request.resource_url(node, "dicomweb").rstrip("/")
    return Case(patient, base, request.registry)


@view_config(
    context=Patient,
    name="dicomweb",
    request_method="GET",
    permission=Permission.STUDY_VIEW,
    decorator=in_words,
    audited=False,  # recorded below: with the token, and pictures once an hour
)
@view_config(
    context=Panel,
    name="dicomweb",
    request_method="GET",
    permission=Permission.PANEL_VIEW,
    decorator=in_words,
    audited=False,
)
def answer_program(node: Any, request: Request) -> Response:
    """Answer a question for studies, or send what lies under an address."""
    case = case_of(node, request)
    response = _answer(case, request)
    _tell(case, request)
    return private(request, response)


def _answer(case: Case, request: Request) -> Response:
    match request.subpath:
        case ("studies",) | ("series",) | ("instances",):
            return _search(case, request, request.subpath[0])
        case ("studies", study, ("series" | "instances") as level):
            return _search(case, request, level, study)
        case ("studies", study, "series", series, "instances"):
            return _search(case, request, "instances", study, series)
        case ("studies", study, *rest):
            return _retrieve(case, request, study, rest)
    raise NotThereError


def _retrieve(case: Case, request: Request, study: str, rest: list[str]) -> Response:
    match rest:
        case []:
            return instances(list(case.series_of(case.study(study))), request)
        case ["metadata"]:
            return metadata(list(case.series_of(case.study(study))), request)
        case [("rendered" | "thumbnail") as wish]:
            return picture(list(case.series_of(case.study(study))), request, wish=wish)
        case ["series", series, *deeper]:
            return _below_series(case, request, (study, series), deeper)
    raise NotThereError


def _below_series(case: Case, request: Request, uids: tuple[str, str], rest: list[str]) -> Response:
    shelf = case.shelf(*uids)
    match rest:
        case []:
            return instances([shelf], request)
        case ["metadata"]:
            return metadata([shelf], request)
        case [("rendered" | "thumbnail") as wish]:
            return picture([shelf], request, wish=wish)
        case ["instances", uid]:
            return instances([shelf], request, only=uid)
        case ["instances", uid, "metadata"]:
            return metadata([shelf], request, only=uid)
        case ["instances", uid, ("rendered" | "thumbnail") as wish]:
            return picture([shelf], request, wish=wish, only=uid)
        case ["instances", uid, "frames", numbers]:
            return frames(shelf, request, uid, numbers)
        case ["instances", uid, "frames", number, ("rendered" | "thumbnail") as wish]:
            return picture([shelf], request, wish=wish, only=uid, frame=number)
        case ["instances", uid, "bulkdata", place]:
            return bulk_data(shelf, request, uid, place)
    raise NotThereError


def _search(case: Case, request: Request, level: str, *uids: str) -> Response:
    choice, asked = chosen(request), question_of(parameters(request))
    page = _found(case, asked, level, *uids)
    response = said(page.items, choice) if page.items else HTTPNoContent()
    if page.remaining:
        warn(response, case, f"There are {page.remaining} additional results that can be requested")
    if asked.fuzzy:
        warn(response, case, NO_FUZZY)
    return response


def _found(case: Case, asked: Question, level: str, *uids: str) -> Page:
    if level == "studies":
        return search_studies(case, asked)
    if level == "series":
        return search_series(case, asked, *uids)
    return search_instances(case, asked, *uids)


def private(request: Request, response: Response) -> Response:
    """Let the client alone keep an answer, and ask each time whether it still may."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Authorization, Cookie, Accept"
    return response


def _tell(case: Case, request: Request) -> None:
    """Record each question and each kind of content; pictures of a series once an hour."""
    token, actor = request.program_token, request.actor
    place = "/".join(request.subpath[:4])
    what = request.subpath[-2] if "frames" in request.subpath else request.subpath[-1]
    kind = what if what in _NAMED else "content"
    who = actor.oid if token is None else token.token_id
    mark = hashlib.sha256(f"{who}|{oid_of(case.patient)}|{place}|{kind}".encode()).hexdigest()
    mark += actor.now.strftime("%Y%m%d%H")
    told = request.registry.cpms_programs_told
    if kind in _ONCE and mark in told:
        return
    if len(told) > 10_000:
        told.clear()
    told.add(mark)
    detail = {"token": token.token_id} if token is not None else {}
    announce(request.registry, Viewed(case.patient, actor, f"dicomweb.{kind}", detail))


_ONCE = frozenset(["frames", "rendered", "thumbnail", "content"])
_NAMED = _ONCE | {"studies", "series", "instances", "metadata"}
