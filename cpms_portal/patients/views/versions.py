"""Forms two people may have open: the second is shown both versions, nothing is overwritten."""

from __future__ import annotations

from typing import Any

from pyramid.renderers import render_to_response

from cpms_portal.core.errors import ConflictError
from cpms_portal.core.i18n import _
from cpms_portal.forms.views import FormView

CONFLICT = "cpms_portal.patients:templates/conflict.pt"


class VersionedForm(FormView):
    """A form with a hidden ``base_version``; its action raises ConflictError when it is old.

    Subclasses say ``current_version`` and ``theirs``: what stands there now.
    """

    def current_version(self) -> int:
        """Return the version that stands there now."""
        raise NotImplementedError

    def theirs(self) -> list[tuple[Any, Any]]:
        """Return what stands there now, as (label, text)."""
        raise NotImplementedError

    def changed_by(self) -> tuple[str, Any]:
        """Return who changed it last, and when."""
        return "", None

    def __call__(self) -> Any:
        """Show the form, or take it, or show both versions."""
        try:
            return super().__call__()
        except ConflictError:
            return self.both_versions()

    def both_versions(self) -> Any:
        """Show what the other saved beside what was typed, ready to be merged and saved."""
        self.request.tm.doom()
        form = self.make_form()
        answers = form.answers(self.request.POST.items())
        answers["base_version"] = str(self.current_version())
        form.set_pstruct(answers)
        who, when = self.changed_by()
        values = {
            "form": form.widget.serialize(form, form.cstruct),
            "theirs": self.theirs(),
            "who": who,
            "when": when,
            "title": _("Somebody else was faster"),
        }
        response = render_to_response(CONFLICT, values, self.request)
        response.status_int = 409
        return response
