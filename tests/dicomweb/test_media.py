"""Discs and bundles: what their lists say is held against what they have; lists are never kept."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webtest import Upload

from cpms_portal.dicomweb.media.manifest import MediaRefusedError
from cpms_portal.dicomweb.media.mhd import read_bundle
from cpms_portal.dicomweb.media.xdm import read_disc
from cpms_portal.imaging.queries import studies_of
from tests.factories.dicom import StudyPlan, planted_person, study_files
from tests.factories.patients import patient_of

GB = 1024**3
RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"


def files_for(seed: str, slices: int = 2) -> list[bytes]:
    """Return the files of a small study."""
    plan = StudyPlan(uid_seed=seed, series=1, slices=slices, size=16)
    return [content for _, content in study_files(plan)]


def zipped(files: dict[str, bytes]) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def slot(name: str, value: str) -> str:
    """Return a slot of an ExtrinsicObject."""
    return (
        f'<rim:Slot name="{name}"><rim:ValueList><rim:Value>{value}</rim:Value>'
        "</rim:ValueList></rim:Slot>"
    )


def metadata(listed: dict[str, tuple[str, bytes]], **wrong: str) -> bytes:
    """Return a METADATA.XML that lists files (path → media type, content)."""
    objects = "".join(
        f'<rim:ExtrinsicObject mimeType="{kind}">'
        + slot("URI", path)
        + slot("size", str(len(content)))
        + slot("hash", wrong.get("hash") or hashlib.sha1(content).hexdigest())
        + slot("sourcePatientId", f"{planted_person(1).number}^^^&amp;1.2.3&amp;ISO")
        + "</rim:ExtrinsicObject>"
        for path, (kind, content) in listed.items()
    )
    return (
        f'<SubmitObjectsRequest xmlns:rim="{RIM}"><rim:RegistryObjectList>{objects}'
        "</rim:RegistryObjectList></SubmitObjectsRequest>"
    ).encode()


def xdm(seed: str) -> bytes:
    """Return a disc with two images, a letter, and an image that is listed and not there."""
    first, second = files_for(seed)
    listed = {
        "DICOM/IM1": ("application/dicom", first),
        "DICOM/IM2": ("application/dicom", second),
        "LETTER.PDF": ("application/pdf", b"%PDF-1.7 invented"),
    }
    files = {f"IHE_XDM/SUBSET01/{path}": content for path, (_, content) in listed.items()}
    listed["DICOM/IM3"] = ("application/dicom", b"not there")
    files["IHE_XDM/SUBSET01/METADATA.XML"] = metadata(listed)
    files["README.TXT"] = planted_person(1).family.encode()
    return zipped(files)


def test_an_xdm_disc_when_read_then_its_images_are_found_and_the_rest_is_counted() -> None:
    found = read_disc(xdm("disc"), GB)
    assert (len(found.images), found.documents, found.missing, found.altered) == (2, 1, 1, 0)


def test_a_file_that_is_not_as_listed_when_read_then_is_left_out() -> None:
    (content,) = files_for("altered", 1)
    listed = {"IM1": ("application/dicom", content)}
    lists = metadata(listed, hash="0" * 40)
    disc = zipped({"IHE_XDM/SUBSET01/IM1": content, "IHE_XDM/SUBSET01/METADATA.XML": lists})
    found = read_disc(disc, GB)
    assert (found.images, found.altered) == ([], 1)


def test_a_dicomdir_when_read_then_names_the_images(tmp_path) -> None:
    for number, content in enumerate(files_for("dicomdir", 3)):
        (tmp_path / f"IM{number}").write_bytes(content)
    subprocess.run(
        ["dcmmkdir", "--recurse", "--general-purpose", "--input-directory", str(tmp_path),
         "--output-file", str(tmp_path / "DICOMDIR")], check=True, capture_output=True,
    )  # fmt: skip
    files = {
        str(path.relative_to(tmp_path)): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    found = read_disc(zipped(files), GB)
    assert len(found.images) == 3
    assert found.missing == 0


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"IM1": b"x"},
        {"METADATA.XML": b"<no"},
        {"METADATA.XML": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'},
        {"METADATA.XML": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'},
        {"DICOMDIR": b"no directory"},
        {"../METADATA.XML": metadata({})},
    ],
)
def test_a_disc_that_makes_no_sense_when_read_then_is_refused(files) -> None:
    with pytest.raises(MediaRefusedError):
        read_disc(zipped(files), GB)


def test_a_list_that_points_out_of_the_disc_when_read_then_finds_nothing_there() -> None:
    listed = {name: ("application/dicom", b"x") for name in ("../../../etc/passwd", "/etc/passwd")}
    found = read_disc(zipped({"IHE_XDM/SUBSET01/METADATA.XML": metadata(listed)}), GB)
    assert (found.images, found.missing) == ([], 1)


def bundle(content: bytes, **changed: object) -> bytes:
    """Return a bundle with an image inside, one elsewhere, and a study of four instances."""
    digest = base64.b64encode(hashlib.sha1(content).digest()).decode()
    attachment = {
        "contentType": "application/dicom",
        "url": "urn:uuid:1",
        "hash": digest,
        **changed,
    }
    away = {"contentType": "application/dicom", "url": "https://pacs.example.org/x"}
    data = base64.b64encode(content).decode()
    return json.dumps(
        {
            "resourceType": "Bundle",
            "entry": [
                {"resource": {"resourceType": "ImagingStudy", "numberOfInstances": 4}},
                {"resource": {"resourceType": "DocumentReference",
                              "content": [{"attachment": attachment}, {"attachment": away}]}},
                {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Binary", "data": data}},
                {"resource": {"resourceType": "Patient", "name": [{"family": "Invented"}]}},
            ],
        }
    ).encode()  # fmt: skip


def test_a_bundle_when_read_then_what_it_carries_is_found_and_the_rest_is_counted() -> None:
    (content,) = files_for("bundle", 1)
    found = read_bundle(bundle(content))
    assert (found.images, found.elsewhere, found.altered) == ([content], 4, 0)
    assert read_bundle(bundle(content, hash="AAAA")).altered == 1
    assert read_bundle(bundle(content, contentType="application/pdf")).documents == 1
    named = bundle(content, contentType="Application/DICOM; transfer-syntax=1.2.840.10008.1.2.1")
    assert read_bundle(named).images == [content]


def test_what_a_bundle_takes_back_when_read_then_is_left_out() -> None:
    (content,) = files_for("withdrawn", 1)
    told = json.loads(bundle(content))
    for entry in told["entry"]:
        entry["resource"]["status"] = "entered-in-error"
    with pytest.raises(MediaRefusedError):
        read_bundle(json.dumps(told).encode())


def test_an_image_when_carried_inline_or_named_by_its_id_then_is_found() -> None:
    (content,) = files_for("inline", 1)
    data = base64.b64encode(content).decode()
    kind = {"contentType": "application/dicom"}
    documents = [
        {"attachment": {**kind, "data": data}},
        {"attachment": {**kind, "url": "Binary/7"}},
    ]
    binary = {"resourceType": "Binary", "id": "7", "data": data, **kind}
    entries = [
        {"resource": {"resourceType": "DocumentReference", "content": documents}},
        {"fullUrl": "https://pacs.example.org/fhir/Binary/7", "resource": binary},
    ]
    told = {"resourceType": "Bundle", "entry": entries}
    assert read_bundle(json.dumps(told).encode()).images == [content, content]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["resourceType", "entry", "resource", "content", "attachment", "data",
                         "series", "instance", "url", "size"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_any_json_when_read_as_a_bundle_then_ends_in_a_manifest_or_in_words(value) -> None:
    for wrapped in (value, {"resourceType": "Bundle", "entry": value}):
        try:
            read_bundle(json.dumps(wrapped).encode())
        except MediaRefusedError:
            continue


def test_a_disc_when_imported_by_the_page_then_its_images_are_stored_and_its_lists_are_not(
    browser_of, place, root, site
) -> None:
    form = browser_of("rareliverhpuser1").get(f"{place}/import-media").forms["import-media"]
    form["files"] = Upload("disc.zip", xdm("imported"), "application/zip")
    page = form.submit()
    assert "Listed, but not there" in page
    root._p_jar.sync()
    assert any(study.count == 2 for study in studies_of(patient_of(root)))
    number = planted_person(1).number.encode()
    for path in site.var.rglob("*"):
        assert not path.is_file() or number not in path.read_bytes(), path.name


def test_nonsense_when_imported_by_the_page_then_is_refused_in_words(browser_of, place) -> None:
    browser = browser_of("rareliverhpuser1")
    form = browser.get(f"{place}/import-media").forms["import-media"]
    form["files"] = Upload("x.json", b"{}", "application/json")
    assert "no FHIR bundle" in form.submit(status=422)
    browser_of("vascernhpuser1").get(f"{place}/import-media", status=404)
