"""What is said when the portal refuses: a title, a sentence, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.security import principals_allowed_by_permission

from cpms_portal.core.i18n import _
from cpms_portal.layout.interfaces import IPassage
from cpms_portal.security.roles import Role

#: What a role is called when somebody is told which one would be needed.
ROLE_TITLES = {
    Role.ADMINISTRATOR: _("site administrator"),
    Role.ASSISTANT: _("assistant of the clinician"),
    Role.AUTHOR: _("the author"),
    Role.COORDINATOR: _("coordinator of the network"),
    Role.DELEGATE: _("assistant of a member of the panel"),
    Role.DEPUTY: _("deputy of the coordinator"),
    Role.DISPATCHER: _("dispatcher of the network"),
    Role.DPO: _("data protection officer of the centre"),
    Role.EDITOR: _("editor of the library"),
    Role.EMERGENCY: _("who opened the record by break-glass"),
    Role.ENROLLER: _("the clinician who enrolled the patient"),
    Role.GUEST: _("guest"),
    Role.HP: _("healthcare professional of the centre"),
    Role.INVITED: _("invited to the panel"),
    Role.INVITEE: _("the person invited"),
    Role.LEAD: _("lead of the panel"),
    Role.MEMBER: _("member of the panel"),
    Role.OWNER: _("the clinician in charge"),
    Role.READER: _("reader of this page"),
    Role.REPRESENTATIVE: _("representative of the centre"),
    Role.REQUESTER: _("the clinician who asked"),
    Role.RESEARCHER: _("researcher of the network"),
    Role.REVIEWER: _("reviewer of the library"),
}


@dataclass(frozen=True)
class Refusal:
    """A page that says no: its status, title, sentences and a picture."""

    status: int
    title: Any
    text: Any
    advice: Any = ""
    icon: str = "stop"


NOT_FOUND = Refusal(
    404,
    _("Not found"),
    _("There is nothing at this address, or nothing that you may see."),
    _("Check the address, or look for it from the first page."),
    "search",
)
NOT_ALLOWED = Refusal(
    403,
    _("Not for your role"),
    _("You may see this, but not do what you tried."),
    _("If you need it, ask one of the people named, or the coordinator of your network."),
    "lock",
)
TOO_OLD = Refusal(
    400,
    _("The page was too old"),
    _("It was open so long that the portal could not be sure it was still you. Nothing was lost."),
    _("Go back, load the page again and send it once more."),
    "clock",
)
TOO_LARGE = Refusal(
    413,
    _("Too large"),
    _("What you sent is larger than the portal takes at once. Nothing of it was kept."),
    _("Send fewer or smaller files at a time."),
    "upload",
)
CONFLICT = Refusal(
    409,
    _("Somebody else was faster"),
    _("The same thing was changed by somebody else at the same moment. Nothing was overwritten."),
    _("Go back, load the page again, look at the change and send yours once more."),
    "people",
)
SLOW_DOWN = Refusal(
    429,
    _("Please wait a moment"),
    _("There were too many attempts in a short time."),
    _("Try again in a few minutes."),
    "clock",
)
REFUSED = Refusal(
    400, _("That did not work"), _("The portal could not do this. Nothing was changed.")
)


def roles_that_may(permission: str, context: Any) -> list[Any]:
    """Return the titles of the roles that hold a permission on a resource, in the order we list."""
    allowed = principals_allowed_by_permission(context, permission)
    names = {str(principal).partition("@")[0] for principal in allowed}
    return [title for role, title in ROLE_TITLES.items() if role.value in names]


def is_insider(request: Request, context: Any) -> bool:
    """Say whether the reader may see the resource at all; for a passage, what it leads off."""
    while IPassage.providedBy(context):
        context = context.__parent__
    noun = getattr(context, "noun", None)
    if getattr(request, "person", None) is None or noun is None:
        return False
    return bool(request.has_permission(f"{noun}:view", context))
