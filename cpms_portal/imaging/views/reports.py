"""What was removed, kept and withheld of a study, by which rules; and the question about faces."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from cpms_portal.core.errors import ValueRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.imaging.actions import answer_about_face
from cpms_portal.imaging.deidentification.reasons import TEXTS
from cpms_portal.imaging.queries import ASKED, FACE_ANSWERS, reports_of
from cpms_portal.imaging.resources import Study
from cpms_portal.security.permissions import Permission

#: What happened to values of a file, in the order a page says it.
CHANGES = {
    "removed": _("taken out"),
    "emptied": _("emptied"),
    "replaced": _("replaced by a neutral value"),
    "cleaned": _("texts cleaned"),
    "moved": _("dates and times moved"),
    "uids": _("identifiers mapped"),
    "trailing": _("files with bytes after their end, cut off"),
    "converted": _("turned into a newer format"),
    "pictures_read": _("pictures in which words were looked for"),
    "pictures_unread": _("pictures in which words were not looked for"),
    "named": _("places that name the patient"),
}
OPTION_TITLES = {
    "113100": _("Basic profile"),
    "113103": _("graphics and overlays cleaned"),
    "113104": _("structured content cleaned"),
    "113105": _("descriptions cleaned"),
    "113107": _("dates moved, intervals kept"),
    "113108": _("sex, age, size and weight kept, made coarse"),
}


def change_lines(changes: dict[str, int]) -> list[tuple[str, int]]:
    """Return what was changed, in words, with how often."""
    return [(title, changes[name]) for name, title in CHANGES.items() if changes.get(name)]


@view_config(
    context=Study,
    name="report",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/report.pt",
)
def study_report(study: Study, request: Request) -> dict[str, Any]:
    """Show the reports of the uploads that brought a study."""
    reports = [
        {
            **report,
            "changed": change_lines(report["changes"]),
            "left": [(TEXTS.get(line["code"], ""), line["count"]) for line in report["left_out"]],
            "options": [OPTION_TITLES.get(code, code) for code in report["rules"]["options"]],
        }
        for report in reports_of(request.registry, study)
    ]
    return {
        "title": _("What was removed"),
        "reports": reports,
        "face": FACE_ANSWERS.get(study.face, ""),
        "asked": study.face == ASKED,
        "json_url": request.resource_url(study, "report.json"),
        "back": request.resource_url(study),
    }


@view_config(context=Study, name="report.json", permission=Permission.STUDY_VIEW, renderer="json")
def study_report_json(study: Study, request: Request) -> dict[str, Any]:
    """Return the same for machines."""
    return {
        "reports": reports_of(request.registry, study),
        "face": study.face,
        "face_by": study.face_by,
        "face_at": study.face_at.isoformat(timespec="seconds") if study.face_at else "",
        "defaced": False,
    }


@view_config(
    context=Study,
    name="deidentified",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/_deidentified.pt",
)
def deidentified(study: Study, request: Request) -> dict[str, Any]:
    """Say below the viewer how a study was de-identified, and ask about the face of a head."""
    return {
        "report_url": request.resource_url(study, "report"),
        "face_url": request.resource_url(study, "face"),
        "asked": study.face == ASKED,
        "face": FACE_ANSWERS.get(study.face, ""),
        "by": study.face_by,
        "at": study.face_at,
        "answers": list(FACE_ANSWERS.items()),
        "remove_url": request.resource_url(study, "remove"),
        "may_answer": request.has_permission(Permission.STUDY_ADD, study),
    }


@view_config(context=Study, name="face", request_method="POST", permission=Permission.STUDY_ADD)
def submit_face(study: Study, request: Request) -> Response:
    """Keep the answer about the face."""
    try:
        answer_about_face(study, request.POST.get("answer", ""), request.actor)
        request.tell(_("The answer is kept."))
    except ValueRefusedError as error:
        request.tell(error.message, "danger")
    return HTTPSeeOther(request.resource_url(study))
