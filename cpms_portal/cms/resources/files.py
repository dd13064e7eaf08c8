"""Content types that hold a file, and the files themselves."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, BinaryIO

from persistent import Persistent
from ZODB.blob import Blob

from cpms_portal.cms.resources.items import LibraryItem
from cpms_portal.core.resources import content_type


class FileVersion(Persistent):
    """A file as it was uploaded once; never changed.

    name: of the file. media_type: found from its content. size: bytes. digest: SHA-256, hex.
    """

    note = ""
    who_name = ""

    def __init__(self, name: str, media_type: str, *, at: datetime | None = None) -> None:
        self.name = name
        self.media_type = media_type
        self.at = at
        self.size = 0
        self.digest = ""
        self.blob = Blob()

    def fill(self, content: bytes) -> None:
        """Put the content there is."""
        with self.blob.open("w") as out:
            out.write(content)
        self.size, self.digest = len(content), hashlib.sha256(content).hexdigest()

    def open(self) -> BinaryIO:
        """Return the content, open for reading; it stays readable after the transaction."""
        return self.blob.open("r")


class FileItem(LibraryItem):
    """Something with a file, in one or more languages.

    files: language → versions of the file, the newest last. "" stands for every language.
    """

    files: dict[str, tuple[FileVersion, ...]] = {}

    def file_for(self, language: str) -> FileVersion | None:
        """Return the newest file of a language, of all languages, of the original, or of any."""
        for code in (language, "", self.original, *self.files):
            if self.files.get(code):
                return self.files[code][-1]
        return None

    def add_file(self, language: str, version: FileVersion) -> None:
        """Put a newer version of the file of a language."""
        self.files = {**self.files, language: (*self.files.get(language, ()), version)}

    def index_facets(self) -> dict[str, Any]:
        """Files are found by the languages they are there in as well."""
        found = super().index_facets()
        return {**found, "language": tuple({*self.texts, *filter(None, self.files)})}


@content_type("Download")
class Download(FileItem):
    """A document to download, with its versions."""

    kind = "download"


@content_type("Flyer")
class Flyer(FileItem):
    """A leaflet to print and hand out, in one or more languages."""

    kind = "flyer"


@content_type("Picture")
class Picture(FileItem):
    """A picture. scales: largest width in pixels → file. width, height: of the picture.

    more["alternative"]: what it shows, for who cannot see it. about["decorative"]: shows nothing
    that matters.
    """

    kind = "picture"
    scales: dict[int, FileVersion] = {}
    width = 0
    height = 0


@content_type("Video")
class Video(FileItem):
    """A training video: a file of its own, or an address elsewhere in about["address"].

    captions: language → WebVTT file. more: "transcript" (plain text) and "chapters" (list of
    {"at" (seconds), "title"}). about["minutes"]: how long it takes.
    """

    kind = "video"
    captions: dict[str, FileVersion] = {}
