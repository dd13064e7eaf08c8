"""A study as plain pictures: a page that needs neither script nor WebGL."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from cpms_portal.core.i18n import _
from cpms_portal.imaging.queries import index_of, seen_of
from cpms_portal.imaging.resources import Series, Study
from cpms_portal.security.permissions import Permission

ON_A_PAGE = 12


def _series(study: Study, name: str) -> Series:
    series = study.series.get(name or min(study.series, key=int, default=""))
    if series is None:
        raise HTTPNotFound()
    return series


def _series_lines(study: Study, current: Series, request: Request) -> list[dict[str, Any]]:
    return [
        {
            "title": index_of(request.registry, study, one).description or one.modality,
            "address": request.resource_url(
                study, "pictures", query={"series": one.series_id, "start": 0}
            ),
            "is_current": one is current,
        }
        for one in sorted(study.series.values(), key=lambda one: int(one.series_id))
    ]


@view_config(
    context=Study,
    name="pictures",
    permission=Permission.STUDY_VIEW,
    renderer="cpms_portal.imaging:templates/pictures.pt",
)
def pictures(study: Study, request: Request) -> dict[str, Any]:
    """Show a series as pictures, twelve at a time, in slicing order."""
    series = _series(study, request.params.get("series", ""))
    index = index_of(request.registry, study, series)
    shown = seen_of(index)
    text = request.params.get("start", "0")
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def address(first: int) -> str:
        query = {"series": series.series_id, "start": first}
        return request.resource_url(study, "pictures", query=query)

    def source(at: int, frame: int) -> str:
        query = {"series": series.series_id, "instance": at, "frame": frame}
        return request.resource_url(study, "picture", query=query)

    return {
        "title": _("Images"),
        "pictures": [
            {
                "number": number,
                "source": source(at, frame),
                "alternative": _(
                    "Image ${position} of ${total}",
                    mapping={"position": number, "total": len(shown)},
                ),
            }
            for number, (at, frame) in enumerate(shown[start : start + ON_A_PAGE], start + 1)
        ],
        "count": len(shown),
        "before": address(max(start - ON_A_PAGE, 0)) if start else "",
        "after": address(start + ON_A_PAGE) if start + ON_A_PAGE < len(shown) else "",
        "series": _series_lines(study, series, request),
        "viewer_url": request.resource_url(study),
    }
