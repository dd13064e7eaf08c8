"""The DICOM listener: C-ECHO and C-STORE for centres, under a title each (PS3.4 annexes A and B).

The bytes of a data set are sealed as they came, without being decoded; the listener keeps them
in the inbox of the centre and answers when they are on the disk.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from typing import Any

from pydicom.uid import AllTransferSyntaxes
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pyramid.registry import Registry

from cpms_portal.core.actor import system_actor
from cpms_portal.core.events import AccessEvent, announce
from cpms_portal.core.settings import setting
from cpms_portal.dicomweb.inbox.intake import take_in
from cpms_portal.dicomweb.inbox.parcels import InboxFullError, inbox_of
from cpms_portal.dicomweb.listener.calls import IDLE_SECONDS, CallServer
from cpms_portal.dicomweb.listener.settings import Title
from cpms_portal.imaging.deidentification.reasons import RefusedError

log = logging.getLogger(__name__)
#: Statuses of C-STORE (PS3.4 section B.2.3).
SUCCESS, OUT_OF_RESOURCES, CANNOT_UNDERSTAND = 0x0000, 0xA700, 0xC000
#: Reasons to reject an association (PS3.8 section 9.3.4): permanent, by the service user.
UNKNOWN_CALLED, UNKNOWN_CALLING = (1, 1, 7), (1, 1, 3)
VERIFICATION = "1.2.840.10008.1.1"
MOST_ASSOCIATIONS = 20


class Listener:
    """Listens for the centres the settings name."""

    def __init__(self, registry: Registry, titles: Mapping[str, Title]) -> None:
        self._registry = registry
        self._titles = titles
        self._kept: dict[Any, int] = {}
        self._server: Any = None

    def start(self, address: tuple[str, int], tls: ssl.SSLContext | None = None) -> int:
        """Listen in threads of its own and return the port."""
        entity = AE(ae_title="CPMS")
        entity.maximum_associations = MOST_ASSOCIATIONS
        entity.network_timeout = entity.acse_timeout = entity.dimse_timeout = IDLE_SECONDS
        entity.supported_contexts = AllStoragePresentationContexts
        for context in entity.supported_contexts:
            context.transfer_syntax = list(AllTransferSyntaxes)
        entity.add_supported_context(VERIFICATION)
        handlers: list[Any] = [
            (evt.EVT_REQUESTED, self._requested),
            (evt.EVT_C_ECHO, lambda _event: SUCCESS),
            (evt.EVT_C_STORE, self._store),
            (evt.EVT_CONN_CLOSE, self._closed),
        ]
        self._server = entity.make_server(
            address, ssl_context=tls, evt_handlers=handlers, server_class=CallServer
        )
        return int(self._server.listen())

    def stop(self) -> None:
        """Listen no more; whoever is calling is told, and sends again what was not acknowledged."""
        if self._server is not None:
            self._server.shutdown()

    def _title(self, event: Any) -> Title | None:
        return self._titles.get(event.assoc.requestor.primitive.called_ae_title.strip())

    def _requested(self, event: Any) -> None:
        """Let in who calls a title that is known and may call it; nobody else."""
        title = self._title(event)
        calling = event.assoc.requestor.primitive.calling_ae_title.strip()
        if title is not None and calling in title.callers:
            return
        event.assoc.acse.send_reject(*(UNKNOWN_CALLED if title is None else UNKNOWN_CALLING))
        event.assoc.kill()
        self._tell("listener.refused", {})

    def _store(self, event: Any) -> int:
        title = self._title(event)
        if title is None:
            return CANNOT_UNDERSTAND
        try:
            take_in(inbox_of(self._registry, title.centre), event.encoded_dataset())
        except RefusedError:
            return CANNOT_UNDERSTAND
        except (InboxFullError, OSError):
            log.exception("listener: an instance could not be kept")
            return OUT_OF_RESOURCES
        self._kept[event.assoc] = self._kept.get(event.assoc, 0) + 1
        return SUCCESS

    def _closed(self, event: Any) -> None:
        kept = self._kept.pop(event.assoc, 0)
        if kept:
            self._tell("listener.received", {"count": str(kept)})

    def _tell(self, what: str, detail: dict[str, str]) -> None:
        announce(self._registry, AccessEvent(None, system_actor(self._registry), what, detail))


def tls_of(registry: Registry) -> ssl.SSLContext | None:
    """Return how connections are encrypted; None when the settings name no certificate.

    With a file of authorities, callers need a certificate of one of them (BCP 195).
    """
    certificate = setting(registry, "cpms.dicomweb.tls_certificate")
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, setting(registry, "cpms.dicomweb.tls_key") or None)
    authorities = setting(registry, "cpms.dicomweb.tls_callers")
    if authorities:
        context.load_verify_locations(authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
