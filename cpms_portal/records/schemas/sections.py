"""The sections of the record: one table drives forms, reading, completeness and import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import colander

from cpms_portal.core.i18n import _
from cpms_portal.forms.fields import PartialDate, Text
from cpms_portal.forms.rows import RowsWidget
from cpms_portal.forms.widgets import (
    HiddenWidget,
    RadioWidget,
    SelectWidget,
    TextAreaWidget,
    TextWidget,
)
from cpms_portal.patients.schemas.codings import coding
from cpms_portal.records.schemas.laboratory import LaboratorySchema

STATUSES = {
    "confirmed": _("Confirmed"),
    "suspected": _("Suspected"),
    "undiagnosed": _("Not diagnosed yet"),
}
PRESENCES = {"present": _("Present"), "absent": _("Absent")}
ZYGOSITIES = {
    "heterozygous": _("Heterozygous"),
    "homozygous": _("Homozygous"),
    "compound": _("Compound heterozygous"),
    "hemizygous": _("Hemizygous"),
    "mitochondrial": _("Mitochondrial"),
    "mosaic": _("Mosaic"),
}
#: The five classes of the ACMG and AMP (Richards and others, 2015).
VARIANT_CLASSES = {
    "5": _("5 pathogenic"),
    "4": _("4 likely pathogenic"),
    "3": _("3 uncertain significance"),
    "2": _("2 likely benign"),
    "1": _("1 benign"),
}


def written(title: Any, description: Any = None, rows: int = 5) -> colander.SchemaNode:
    """Return a question answered in free text."""
    return colander.SchemaNode(
        Text(20_000),
        title=title,
        description=description,
        missing="",
        widget=TextAreaWidget(rows=rows),
    )


def short(
    title: Any, length: int = 120, width: str = "medium", **about: Any
) -> colander.SchemaNode:
    """Return a question answered in one line."""
    about.setdefault("missing", "")
    return colander.SchemaNode(Text(length), title=title, widget=TextWidget(width=width), **about)


def chosen(title: Any, choices: dict[str, Any], missing: str = "") -> colander.SchemaNode:
    """Return a question answered by one of a few."""
    return colander.SchemaNode(
        Text(),
        title=title,
        missing=missing,
        choices=choices,
        widget=SelectWidget(values=list(choices.items()), width="medium"),
        validator=colander.OneOf(tuple(choices)),
    )


class SignSchema(colander.MappingSchema):
    """One sign."""

    sign = coding(_("Sign"), "HP", in_rows=True)
    presence = chosen(_("Present?"), PRESENCES, missing="present")
    onset = short(_("Onset"), width="short")


class SignsSchema(colander.SequenceSchema):
    """The signs."""

    row = SignSchema(title=_("Sign"))


class DiagnosisSchema(colander.MappingSchema):
    """What it is, or seems to be."""

    status = colander.SchemaNode(
        Text(),
        title=_("Status"),
        missing="",
        choices=STATUSES,
        widget=RadioWidget(values=list(STATUSES.items())),
        validator=colander.OneOf(tuple(STATUSES)),
    )
    disease = coding(
        _("Disease"),
        "ORPHA",
        missing=None,
        description=_("Type a few letters and choose. What has no code stays as you typed it."),
    )
    text = written(_("In your words"), rows=3)
    signs = SignsSchema(
        title=_("Symptoms and signs"), missing=(), widget=RowsWidget(add=_("Add a sign"))
    )


class QuestionSchema(colander.MappingSchema):
    """Why the network is asked."""

    question = written(_("Clinical question"), _("What do you want to know from the experts?"))
    reason = written(_("Reason for the consultation"))


class HistorySchema(colander.MappingSchema):
    """How it came."""

    history = written(_("Medical history"), rows=10)


class FamilySchema(colander.MappingSchema):
    """The family."""

    family = written(_("Family history"), _("Relations and diseases, no names."), rows=6)


class FindingsSchema(colander.MappingSchema):
    """What was found."""

    findings = written(_("Findings and physical examination"), rows=8)


class VariantSchema(colander.MappingSchema):
    """One variant."""

    gene = short(
        _("Gene"),
        20,
        "short",
        missing=colander.required,
        validator=colander.Regex(
            r"[A-Za-z][A-Za-z0-9@-]{1,19}\Z", msg=_("Enter the symbol of the gene, like ATP7B.")
        ),
    )
    variant = short(_("Variant (HGVS)"), 200)
    zygosity = chosen(_("Zygosity"), ZYGOSITIES)
    classification = chosen(_("Class"), VARIANT_CLASSES)


class VariantsSchema(colander.SequenceSchema):
    """The variants."""

    row = VariantSchema(title=_("Variant"))


class GeneticsSchema(colander.MappingSchema):
    """Genetic tests."""

    variants = VariantsSchema(
        title=_("Variants"), missing=(), widget=RowsWidget(add=_("Add a variant"))
    )
    comment = written(_("Tests and comment"), rows=4)


class DrugSchema(colander.MappingSchema):
    """One drug."""

    drug = short(_("Drug"), missing=colander.required)
    dose = short(_("Dose"))
    since = colander.SchemaNode(
        PartialDate(), title=_("Since"), missing="", widget=TextWidget(width="short")
    )


class DrugsSchema(colander.SequenceSchema):
    """The drugs."""

    row = DrugSchema(title=_("Drug"))


class MedicationSchema(colander.MappingSchema):
    """What is taken."""

    drugs = DrugsSchema(title=_("Medication"), missing=(), widget=RowsWidget(add=_("Add a drug")))
    comment = written(_("Allergies and comment"), rows=3)


class ProceduresSchema(colander.MappingSchema):
    """Operations and other procedures."""

    procedures = written(_("Procedures and operations"), rows=6)


class ImagingSchema(colander.MappingSchema):
    """What the images show."""

    imaging = written(
        _("Imaging reports"), _("In words; the images themselves go to the tab Images."), rows=6
    )


class PathologySchema(colander.MappingSchema):
    """What the tissue shows."""

    pathology = written(_("Pathology reports"), rows=6)


@dataclass(frozen=True)
class SectionKind:
    """One section: its name, its title, what is asked, whether a case is thin without it."""

    name: str
    title: Any
    schema: type[colander.MappingSchema]
    essential: bool = False

    def asked(self, *, versioned: bool = False) -> colander.MappingSchema:
        """Return the schema; ``versioned`` with the hidden version a form carries."""
        schema = self.schema()
        if versioned:
            version = colander.SchemaNode(
                colander.Integer(), name="base_version", missing=0, widget=HiddenWidget()
            )
            schema.add(version)
        return schema


SECTIONS = (
    SectionKind("question", _("Question"), QuestionSchema, essential=True),
    SectionKind("diagnosis", _("Diagnosis and signs"), DiagnosisSchema, essential=True),
    SectionKind("history", _("Medical history"), HistorySchema, essential=True),
    SectionKind("family", _("Family history"), FamilySchema),
    SectionKind("findings", _("Findings"), FindingsSchema, essential=True),
    SectionKind("laboratory", _("Laboratory"), LaboratorySchema, essential=True),
    SectionKind("genetics", _("Genetics"), GeneticsSchema),
    SectionKind("imaging", _("Imaging reports"), ImagingSchema),
    SectionKind("pathology", _("Pathology"), PathologySchema),
    SectionKind("medication", _("Medication"), MedicationSchema, essential=True),
    SectionKind("procedures", _("Procedures"), ProceduresSchema),
)
BY_NAME = {kind.name: kind for kind in SECTIONS}
