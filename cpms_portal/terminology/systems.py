"""The code systems the portal knows: their official names, addresses and licences.

The addresses are the identifiers FHIR gives to code systems; nothing is fetched from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cpms_portal.core.i18n import _


@dataclass(frozen=True)
class CodeSystem:
    """A code system: short name, title, FHIR identifier, who is to be named, on what terms.

    prefix: what may stand before a code when people write it, such as ``ORPHA:905``.
    """

    name: str
    title: str
    uri: str
    attribution: str
    licence: str
    prefix: str = ""


_OPERATOR = _("Under the licence of whoever runs the portal")

SYSTEMS = {
    system.name: system
    for system in (
        CodeSystem(
            "ORPHA",
            _("Orphanet nomenclature of rare diseases"),
            "http://www.orpha.net",
            _("Orphanet, © INSERM 1999. The names are used unchanged; the version is shown."),
            _("Creative Commons Attribution 4.0 International (CC BY 4.0)"),
            prefix="ORPHA:",
        ),
        CodeSystem(
            "HP",
            _("Human Phenotype Ontology"),
            "http://human-phenotype-ontology.org",
            _("Human Phenotype Ontology Consortium. Used unchanged; the version is shown."),
            _("Free to use when the ontology and its version are named and nothing is altered"),
        ),
        CodeSystem(
            "HGNC",
            _("Symbols of human genes"),
            "http://www.genenames.org",
            _("HUGO Gene Nomenclature Committee; symbols as the Human Phenotype Ontology has them"),
            _("Free of restrictions"),
        ),
        CodeSystem(
            "UCUM",
            _("Units of measure"),
            "http://unitsofmeasure.org",
            _("The Unified Code for Units of Measure, Regenstrief Institute; a choice of units"),
            _("Free to use when the codes keep their meaning and the source is named"),
        ),
        CodeSystem(
            "ICD-10", "ICD-10", "http://hl7.org/fhir/sid/icd-10", _("World Health Organization"),
            _OPERATOR,
        ),
        CodeSystem("LOINC", "LOINC", "http://loinc.org", "Regenstrief Institute", _OPERATOR),
        CodeSystem("SCT", "SNOMED CT", "http://snomed.info/sct", "SNOMED International", _OPERATOR),
        CodeSystem(
            "ATC", "ATC", "http://www.whocc.no/atc",
            _("WHO Collaborating Centre for Drug Statistics Methodology"), _OPERATOR,
        ),
        CodeSystem("OMIM", "OMIM", "http://www.omim.org", "Johns Hopkins University", _OPERATOR),
    )
}  # fmt: skip
