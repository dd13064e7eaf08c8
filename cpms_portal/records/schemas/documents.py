"""What is asked about documents."""

from __future__ import annotations

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import Text
from cpms_portal.forms.widgets import FileWidget, RadioWidget
from cpms_portal.storage.formats import ACCEPT

#: Reasons to choose: written ones would end up in the audit trail.
REMOVAL_REASONS = {
    "wrong_patient": _("It belongs to another patient."),
    "identity": _("It shows who the patient is."),
    "outdated": _("There is a newer one."),
    "mistake": _("It was uploaded by mistake."),
}


class Files(colander.SchemaType):
    """Files as the browser sent them."""

    def serialize(self, node: colander.SchemaNode, appstruct: object) -> object:
        """Return nothing: a browser never takes a file back."""
        return colander.null

    def deserialize(self, node: colander.SchemaNode, cstruct: object) -> object:
        """Return the files."""
        return cstruct or colander.null


class AddDocumentsSchema(colander.MappingSchema):
    """Files to add."""

    files = colander.SchemaNode(
        Files(),
        title=_("Files"),
        description=_(
            "Text, PDF, office, image, video and sound files. Properties, authors, places and"
            " attachments are taken out; a file whose words name the patient is held back."
        ),
        widget=FileWidget(multiple=True, accept=ACCEPT),
    )


DECISIONS = {
    "release": _("Keep it: what was found is not the patient."),
    "destroy": _("Destroy it."),
}


class DecideDocumentSchema(colander.MappingSchema):
    """What becomes of a document that waits."""

    decision = colander.SchemaNode(
        Text(),
        title=_("What shall become of it?"),
        widget=RadioWidget(values=list(DECISIONS.items())),
        validator=colander.OneOf(tuple(DECISIONS)),
    )


class RemoveDocumentSchema(colander.MappingSchema):
    """Why a document goes."""

    reason = colander.SchemaNode(
        Text(),
        title=_("Why?"),
        widget=RadioWidget(values=list(REMOVAL_REASONS.items())),
        validator=colander.OneOf(tuple(REMOVAL_REASONS)),
    )
