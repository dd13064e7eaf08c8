"""Clinical documents (HL7 CDA, release 2), cleaned by the rules of the table for images.

Persons and organisations lose their names, identifiers become pseudonyms, dates move with those
of the images, words are searched for whom the document itself and the portal know. What is not
HL7's own is taken out; what is no XML inside cannot be made safe.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from lxml import etree

from cpms_portal.imaging.deidentification.documents.packages import local, parsed, texts_of, written
from cpms_portal.imaging.deidentification.identity import Finder, Traces
from cpms_portal.imaging.deidentification.keyed import Shift, UIDMap
from cpms_portal.imaging.deidentification.moments import moved_date_time
from cpms_portal.imaging.deidentification.reasons import WithheldError
from cpms_portal.imaging.deidentification.text import echo_free, is_vocabulary

NAMESPACE = "urn:hl7-org:v3"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
#: Elements that go with everything in them (PS3.15 Table E.1-1 removes their like in images).
_REMOVED = frozenset((
    "addr", "telecom", "birthTime", "birthplace", "ethnicGroupCode", "raceCode", "guardian",
    "religiousAffiliationCode", "maritalStatusCode", "languageCommunication", "signatureText",
    "softwareName", "manufacturerModelName", "asEntityIdentifier", "deceasedInd", "deceasedTime",
    "asOrganizationPartOf", "location", "lotNumberText", "thumbnail", "multipleBirthInd",
    "multipleBirthOrderNumber",
))  # fmt: skip
_NAMES = frozenset(("name", "prefix", "given", "family", "suffix"))
_IDENTIFIERS = frozenset(("id", "setId"))
#: Who publishes templates and vocabularies: HL7, IHE, DICOM, SNOMED and LOINC by way of HL7.
_PUBLISHED = re.compile(
    r"(?:2\.16\.840\.1\.113883\.(?:1|3|5|6|10|11)|1\.3\.6\.1\.4\.1\.19376|1\.2\.840\.10008)"
    r"(?:\.\d{1,5}){0,12}"
)
_STRUCTURE = frozenset((
    "classCode", "moodCode", "typeCode", "determinerCode", "contextControlCode", "nullFlavor",
    "contextConductionInd", "inversionInd", "negationInd", "independentInd", "operator", "use",
    "border", "width", "rowspan", "colspan", "align", "valign", "span", "listType", "styleCode",
    "unit", "inclusive", "institutionSpecified", "mediaType", "scope", "cellpadding", "xmlns",
))  # fmt: skip
_PLACES = frozenset(("ID", "IDREF", "referencedObject", "headers"))
_WORDS = frozenset(("code", "displayName", "codeSystemName", "codeSystemVersion", "title",
                    "versionNumber"))  # fmt: skip
_TERM = re.compile(r"[A-Za-z0-9_.:/%{}\[\]*^-]{0,32}")
_CODE = re.compile(r"[A-Za-z0-9.-]{1,20}")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,8})?(?:[eE][+-]?\d{1,3})?|true|false")
_MOMENT = re.compile(r"(?:1[89]|20)\d{2}(?:\d{2}(?:\d{2}[\d.]*)?)?(?:[+-]\d{4})?")
_DATED = frozenset(("effectiveTime", "time", "low", "high", "center", "width", "value"))
_TYPES = re.compile(r"(?:[a-z]\w{0,15}:)?[A-Z][A-Z_]{1,15}")


@dataclass(frozen=True)
class Rules:
    """What a clinical document is cleaned with: traces of the person, the UIDs, the shift."""

    finder: Finder
    uids: UIDMap
    shift: Shift


def clean_clinical(content: bytes, rules: Rules, counts: Counter[str]) -> tuple[bytes, bool]:
    """Return a clinical document made safe, and whether it still names somebody.

    WithheldError when it is none, or holds what is not XML.
    """
    root = parsed(content)
    if root.tag != f"{{{NAMESPACE}}}ClinicalDocument":
        raise WithheldError("document")
    if any(local(one.tag) == "nonXMLBody" or "B64" in one.attrib.values() for one in root.iter()):
        raise WithheldError("embedded")
    finder = _all_traces(root, rules.finder)
    _Cleaning(Rules(finder, rules.uids, rules.shift), counts).clean(root)
    etree.cleanup_namespaces(root)
    made = written(root)
    named = any(finder.spans(text) for text in texts_of(root)) or finder.in_bytes(made)
    return made, named


def _all_traces(root: etree._Element, known: Finder) -> Finder:
    """Return what is known and what the document itself says of persons and places."""
    traces = Traces(set(known.words), set(known.phrases), set(known.days))
    for one in root.iter(f"{{{NAMESPACE}}}*"):
        name, text = local(one.tag), " ".join(" ".join(one.itertext()).split())
        if name == "name" and local(one.getparent().tag) in ("patient", "assignedPerson",
                "guardianPerson", "relatedPerson", "associatedPerson", "informationRecipient",
                "subject", "playingEntity", "maintainingPerson"):  # fmt: skip
            traces.add_name(text)
        elif name in ("name", "addr"):
            _add_place(traces, one, text)
        elif name == "telecom":
            traces.add_identifier(str(one.get("value", "")).partition(":")[2])
        elif name in _IDENTIFIERS and one.get("extension"):
            traces.add_identifier(str(one.get("extension")))
        elif name == "birthTime":
            _add_day(traces, str(one.get("value", "")))
    return traces.finder()


def _add_place(traces: Traces, one: etree._Element, text: str) -> None:
    for part in (text, *(" ".join(child.itertext()).strip() for child in one)):
        if len(part) <= 64 and not all(is_vocabulary(word) for word in part.split()):
            traces.add_phrase(part)


def _add_day(traces: Traces, value: str) -> None:
    try:
        traces.add_day(date(int(value[:4]), int(value[4:6]), int(value[6:8])))
    except ValueError:
        traces.add_phrase(value)


class _Cleaning:
    """Walks a document and cleans it in place."""

    def __init__(self, rules: Rules, counts: Counter[str]) -> None:
        self.rules = rules
        self.counts = counts

    def clean(self, one: etree._Element) -> None:
        """Clean an element and what is in it."""
        for name in list(one.attrib):
            self._attribute(one, str(name))
        one.text = self._text(one.text)
        for child in list(one):
            if self._goes(child):
                self.counts["removed"] += 1
                _take_out(one, child)
                continue
            child.tail = self._text(child.tail)
            if local(child.tag) in _NAMES:
                self._mask(child)
            elif local(child.tag) in _IDENTIFIERS:
                self._identify(child)
            else:
                self.clean(child)

    def _goes(self, one: etree._Element) -> bool:
        if not isinstance(one.tag, str) or etree.QName(one).namespace != NAMESPACE:
            return True
        if local(one.tag) == "templateId":
            return not _PUBLISHED.fullmatch(str(one.get("root", "")))
        return local(one.tag) in _REMOVED

    def _mask(self, one: etree._Element) -> None:
        """Empty a name; the document says that it was masked (HL7 NullFlavor)."""
        tail = one.tail
        one.clear()
        one.tail = tail
        one.set("nullFlavor", "MSK")
        self.counts["replaced"] += 1

    def _identify(self, one: etree._Element) -> None:
        """Replace an identifier by one made with the patient's key: equal ones stay equal."""
        tail, whole = one.tail, f"{one.get('root', '')} {one.get('extension', '')}"
        one.clear()
        one.tail = tail
        one.set("root", self.rules.uids(whole))
        self.counts["uids"] += 1

    def _text(self, text: str | None) -> str | None:
        if not text or not text.strip():
            return text
        kept = text.strip()
        cleaned = echo_free(kept, self.rules.finder, self.rules.uids)
        self.counts["cleaned"] += cleaned != kept
        return text.replace(kept, cleaned)

    def _attribute(self, one: etree._Element, name: str) -> None:
        value = str(one.get(name))
        kept = self._value(one, name, value)
        if kept is None:
            del one.attrib[name]
            self.counts["removed"] += 1
        elif kept != value:
            one.set(name, kept)

    def _value(self, one: etree._Element, name: str, value: str) -> str | None:
        """Return what stays of the value of an attribute; None when it goes."""
        if self.rules.finder.spans(value):
            return None
        if name == _TYPE:
            return value if _TYPES.fullmatch(value) else None
        if name in _STRUCTURE:
            return value if _TERM.fullmatch(value) else None
        if name in _PLACES or (name in ("value", "href") and value.startswith("#")):
            return value if re.fullmatch(r"#?[A-Za-z_][\w.-]{0,63}", value) else None
        if name == "code" and _CODE.fullmatch(value) and _PUBLISHED.fullmatch(
            str(one.get("codeSystem", ""))
        ):  # fmt: skip
            return value
        if name in _WORDS:
            return echo_free(value, self.rules.finder, self.rules.uids) or None
        if name in ("root", "codeSystem"):
            return value if _PUBLISHED.fullmatch(value) else self.rules.uids(value)
        if name == "extension" and local(one.tag) in ("typeId", "templateId"):
            return value if re.fullmatch(r"POCD_[A-Z0-9]{1,16}|\d{4}-\d\d-\d\d", value) else None
        return self._measured(one, value) if name == "value" else None

    def _measured(self, one: etree._Element, value: str) -> str | None:
        if "unit" not in one.attrib and local(one.tag) in _DATED and _MOMENT.fullmatch(value):
            self.counts["moved"] += 1
            moved = moved_date_time(value, self.rules.shift)
            return moved.partition(".")[0] or None
        number = _NUMBER.fullmatch(value) and not any(
            telling in value for telling in self.rules.finder.numbers
        )
        return value if number else None


def _take_out(parent: etree._Element, child: etree._Element) -> None:
    """Take an element out; what stood around it goes too when it is no more than space."""
    before = child.getprevious()
    tail = child.tail if child.tail and child.tail.strip() else ""
    parent.remove(child)
    if tail and before is not None:
        before.tail = (before.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail


def words_of_clinical(content: bytes) -> list[tuple[int, str, str]]:
    """Return a stored clinical document as lines: level, heading, text; in reading order."""
    lines: list[tuple[int, str, str]] = []
    root = parsed(content)
    title = root.find(f"{{{NAMESPACE}}}title")
    lines.append((0, _plain(title), ""))
    for section in root.iter(f"{{{NAMESPACE}}}section"):
        level = sum(local(one.tag) == "section" for one in section.iterancestors()) + 1
        heading = _plain(section.find(f"{{{NAMESPACE}}}title"))
        words = section.find(f"{{{NAMESPACE}}}text")
        lines.append((level, heading, "" if words is None else _read(words)))
    return lines


_SPACE = re.compile(r"\s+")
_BLOCKS = frozenset(("paragraph", "item", "tr", "caption", "list", "table", "br"))


def _plain(one: etree._Element | None) -> str:
    return "" if one is None else " ".join(" ".join(one.itertext()).split())


def _read(one: etree._Element) -> str:
    """Return the words of a narrative block, a line for each paragraph, item and row."""
    parts: list[str] = []
    for event, part in etree.iterwalk(one, events=("start", "end")):
        name = local(part.tag)
        if event == "start":
            parts += ["\n"] if name in _BLOCKS else []
            parts.append(_SPACE.sub(" ", part.text or ""))
            continue
        if name in ("td", "th"):
            parts.append("  ")
        parts += ["\n"] if name in _BLOCKS else []
        parts.append(_SPACE.sub(" ", part.tail or "") if part is not one else "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
