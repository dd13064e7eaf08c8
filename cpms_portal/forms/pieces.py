"""Uploads in pieces, as a browser sends them: begun, carried on where they stand, given up.

Pieces wait sealed in the spool and take no turn to write. What becomes of an upload when it is
complete is the business of the package that takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from cpms_portal.core.errors import CPMSError, UploadRefusedError
from cpms_portal.core.i18n import _
from cpms_portal.storage.uploads import Upload, spool

Said = dict[str, Any]


class Pieces:
    """The uploads of whoever asks to one place.

    name: under which they wait. address: gives the address of an upload by its id.
    """

    def __init__(self, request: Request, name: str, address: Callable[[str], str]) -> None:
        self.request = request
        self.name = name
        self._address = address
        self.spool, self.owner = spool(request.registry), request.actor.oid

    def said(self, upload: Upload) -> Said:
        """Return what a browser must know of an upload."""
        return {
            "upload": upload.upload_id,
            "offset": upload.offset,
            "size": upload.size,
            "url": self._address(upload.upload_id),
        }

    def problem(self, error: CPMSError) -> Said:
        """Return a refusal in the words of the person's language."""
        self.request.response.status_int = error.status
        return {"problem": self.request.localizer.translate(error.message)}

    def begin(self, size: object, name: str = "") -> Said:
        """Begin an upload of so many bytes."""
        if not isinstance(size, int) or isinstance(size, bool):
            raise UploadRefusedError(_("The upload does not say how large it is."))
        return self.said(self.spool.start(self.owner, name or self.name, size))

    def take(self) -> Said:
        """Take the next piece; the header ``X-Offset`` says where it stands."""
        offset = self.request.headers.get("X-Offset", "")
        if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
            raise HTTPNotFound()
        try:
            arrived = self.spool.append(
                self._asked(), self.owner, int(offset), self.request.body_file
            )
        except CPMSError as error:
            return self.problem(error)
        return self.said(arrived)

    def state(self) -> Said:
        """Say how much of an upload is here, so that the rest can follow.

        Without the id of one: which uploads of this person to this place are not finished.
        """
        if not self.request.subpath:
            left = self.spool.unfinished(self.owner, self.name)
            return {"unfinished": [self.said(upload) for upload in left]}
        try:
            return self.said(self.spool.find(self._asked(), self.owner))
        except CPMSError as error:
            return self.problem(error)

    def forget(self) -> Said:
        """Forget an upload that shall not go on."""
        try:
            self.spool.drop(self.spool.find(self._asked(), self.owner).upload_id)
        except CPMSError as error:
            return self.problem(error)
        return {"forgotten": True}

    def _asked(self) -> str:
        if len(self.request.subpath) != 1:
            raise HTTPNotFound()
        return str(self.request.subpath[0])
