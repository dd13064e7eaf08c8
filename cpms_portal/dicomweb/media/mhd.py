"""IHE MHD: a FHIR bundle with ImagingStudy and DocumentReference, and what it carries itself.

Nothing is fetched: what lies at another address is counted and left to the hospital to send.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from cpms_portal.dicomweb.media.manifest import Manifest, MediaRefusedError

DICOM = "application/dicom"
Resource = dict[str, Any]


def read_bundle(content: bytes) -> Manifest:
    """Return what a bundle holds; MediaRefusedError when it is none."""
    try:
        bundle = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MediaRefusedError from error
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise MediaRefusedError
    entries = [entry for entry in _rows(bundle, "entry") if isinstance(entry.get("resource"), dict)]
    carried = _carried(entries)
    manifest = Manifest()
    for entry in entries:
        resource = entry["resource"]
        if resource.get("resourceType") == "DocumentReference" and not _is_withdrawn(resource):
            for part in _rows(resource, "content"):
                _sort_in(manifest, part.get("attachment"), carried)
        if resource.get("resourceType") == "ImagingStudy" and not _is_withdrawn(resource):
            manifest.elsewhere += _announced(resource)
    manifest.elsewhere = max(manifest.elsewhere - len(manifest.images), 0)
    if not (manifest.images or manifest.documents or manifest.elsewhere or manifest.altered):
        raise MediaRefusedError
    return manifest


def _rows(resource: Resource, name: str) -> list[Resource]:
    rows = resource.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _carried(entries: list[Resource]) -> dict[str, Resource]:
    """Return the Binary resources of a bundle by the names they may be called."""
    found: dict[str, Resource] = {}
    for entry in entries:
        resource = entry["resource"]
        if resource.get("resourceType") == "Binary":
            for name in _names(entry, resource):
                found[name] = resource
    return found


def _names(entry: Resource, resource: Resource) -> Iterator[str]:
    if isinstance(entry.get("fullUrl"), str):
        yield entry["fullUrl"]
    if isinstance(resource.get("id"), str):
        yield f"Binary/{resource['id']}"


def _announced(study: Resource) -> int:
    """Return how many instances a study says it has."""
    total = study.get("numberOfInstances")
    if isinstance(total, int) and total > 0:
        return total
    return sum(len(_rows(series, "instance")) for series in _rows(study, "series"))


def _sort_in(manifest: Manifest, attachment: Any, carried: dict[str, Resource]) -> None:
    if not isinstance(attachment, dict):
        return
    binary = carried.get(str(attachment.get("url", "")), {})
    data = attachment.get("data") or binary.get("data")
    if not isinstance(data, str):
        manifest.elsewhere += 1
        return
    content = _decoded(data)
    if content is None or not _is_as_told(attachment, content):
        manifest.altered += 1
    elif DICOM in (_kind(attachment), _kind(binary)):
        manifest.images.append(content)
    else:
        manifest.documents += 1


def _is_withdrawn(resource: Resource) -> bool:
    """Say whether who made a resource says that it was a mistake (FHIR R4 status)."""
    return resource.get("status") == "entered-in-error"


def _kind(resource: Resource) -> str:
    """Return the media type without its parameters: the transfer syntax stands among them."""
    return str(resource.get("contentType") or "").partition(";")[0].strip().lower()


def _decoded(data: str) -> bytes | None:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_as_told(attachment: Resource, content: bytes) -> bool:
    """Say whether size and hash (FHIR Attachment: base64 of SHA-1) fit, where they are told."""
    digest = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
    size, told = attachment.get("size"), attachment.get("hash")
    return (size is None or str(size) == str(len(content))) and told in (None, digest)
