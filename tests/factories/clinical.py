"""Clinical documents (CDA) that say who somebody is, in every place CDA has for it."""

from __future__ import annotations

from dataclasses import replace
from xml.sax.saxutils import escape

from tests.factories.dicom import Planted

HEAD = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
OID = "1.2.276.0.76.4.99"


def _person(person: Planted, role: str) -> str:
    return (f"<{role}><name><given>{person.given}</given><family>{person.family}</family></name>"
            f"</{role}>")  # fmt: skip


def clinical_document(person: Planted, words: str = "", body: str = "", birth: str = "") -> bytes:
    """Return a discharge letter. words: more of its text. body: instead of its body."""
    person = replace(person, **{name: escape(value, {'"': "&quot;"}) for name, value
                                in vars(person).items() if isinstance(value, str)})  # fmt: skip
    where = f"<addr><streetAddressLine>{person.address}</streetAddressLine></addr>"
    where += f'<telecom value="tel:{person.telephone}"/>'
    number = f'<id root="{OID}" extension="{person.number}"/>'
    section = f"""<structuredBody><component><section><title>Findings of {person.family}</title>
      <text><paragraph ID="p1">A lesion of the <content styleCode="Bold">liver</content>,
      seen by {person.family}.</paragraph>{words}
      <table><tbody><tr><td>Bilirubin</td><td>17</td></tr></tbody></table></text>
      <entry><observation classCode="OBS" moodCode="EVN">{number}
        <code code="1975-2" codeSystem="2.16.840.1.113883.6.1" displayName="Bilirubin"/>
        <text><reference value="#p1"/></text><effectiveTime value="20240311101112+0100"/>
        <value xsi:type="PQ" value="17" unit="umol/L"/></observation></entry>
    </section></component></structuredBody>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="http://example.org/{person.family}.xsl"?>
<!-- {person.family} -->
<ClinicalDocument {HEAD} xmlns:own="urn:own:{person.number}">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="1.2.3.4.{person.number}"/>{number}
  <code code="18842-5" codeSystem="2.16.840.1.113883.6.1" displayName="Discharge summary"/>
  <title>Letter about {person.given} {person.family}</title>
  <effectiveTime value="20240312"/>
  <own:secret>{person.family}</own:secret>
  <recordTarget><patientRole>{number}{where}<patient>
    <name><given>{person.given}</given><family>{person.family}</family></name>
    <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
    <birthTime value="{birth or person.birth_date}"/></patient>
    <providerOrganization>{number}<name>Clinic of {person.family}</name>{where}
    </providerOrganization></patientRole></recordTarget>
  <author><time value="20240312080000"/><assignedAuthor>{number}{where}
    {_person(person, "assignedPerson")}</assignedAuthor></author>
  <component>{body or section}</component>
</ClinicalDocument>""".encode()
