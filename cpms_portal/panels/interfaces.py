"""Words of the panels: the texts of their notices, and the sections of an outcome.

The texts of notices name nobody and nothing clinical.
"""

from __future__ import annotations

from cpms_portal.core.i18n import _

NOTICES = {
    "panel.assistance_asked": _("A centre of your network asks for help with a panel."),
    "panel.cancelled": _("A panel you belong to was cancelled."),
    "panel.closed": _("The outcome of a panel is final and can be downloaded."),
    "panel.contributed_for_you": _("Your assistant wrote a contribution in your name."),
    "panel.contribution_added": _("There is a new contribution in a panel you lead."),
    "panel.contribution_wanted": _("A panel waits for your contribution."),
    "panel.data_wanted": _("A panel needs more information from your centre."),
    "panel.frozen": _("A panel you belong to is frozen and cannot be read at present."),
    "panel.information_answered": _("Your question to a centre was answered."),
    "panel.invitation_answered": _("An invitation to a panel was answered."),
    "panel.invited": _("You are invited to a panel. Please say whether you take part."),
    "panel.invited_urgent": _("Urgent: you are invited to a panel. Please answer soon."),
    "panel.lead_named": _("You were named lead of a panel."),
    "panel.lead_found": _("Your panel has a lead."),
    "panel.objected": _("A member objects to an outcome you wrote."),
    "panel.restarted": _("A panel you belonged to was restarted."),
    "panel.signature_wanted": _("An outcome waits for your signature."),
    "panel.signed": _("Every member has signed an outcome you wrote."),
    "panel.thawed": _("A panel you belong to goes on."),
}

#: Sections of an outcome in the order of the page: field → title.
SECTIONS = {
    "summary": _("Summary of what was reviewed"),
    "diagnosis": _("Diagnosis or differential diagnosis"),
    "recommended_tests": _("Recommended tests"),
    "recommended_treatment": _("Recommended treatment"),
    "follow_up": _("Follow-up"),
    "agreement": _("Level of agreement"),
    "dissent": _("Dissent"),
    "references": _("References"),
    "lay_summary": _("In plain words, for the patient"),
}
#: Sections without which no signature is asked for.
NEEDED = ("summary", "diagnosis", "recommended_treatment", "agreement")
AGREEMENT = {
    "unanimous": _("Unanimous"),
    "majority": _("Majority"),
    "divided": _("Divided"),
}
