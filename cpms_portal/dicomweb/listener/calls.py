"""Calls are taken in a thread each, so that nobody who calls and falls silent keeps others out."""

from __future__ import annotations

import contextlib
import ssl
import threading
from socketserver import TCPServer
from typing import Any

from pynetdicom.transport import ThreadedAssociationServer

SHAKE_SECONDS = 15
IDLE_SECONDS = 60
STOP_SECONDS = 10


class CallServer(ThreadedAssociationServer):
    """Takes calls. The library would agree on TLS before it takes the next call."""

    daemon_threads = True
    block_on_close = False

    def get_request(self) -> tuple[Any, Any]:
        """Take a call; TLS is agreed on later, in the thread of the call."""
        client, address = self._door().accept()
        client.settimeout(SHAKE_SECONDS)
        if self.ssl_context is not None:
            client = self.ssl_context.wrap_socket(
                client, server_side=True, do_handshake_on_connect=False
            )
        return client, address

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Agree on TLS, then hear what is wanted; who cannot agree is left."""
        try:
            if isinstance(request, ssl.SSLSocket):
                request.do_handshake()
            request.settimeout(IDLE_SECONDS)
        except OSError:
            with contextlib.suppress(OSError):
                request.close()
            return
        super().finish_request(request, client_address)

    def listen(self) -> int:
        """Take calls in a thread of its own and return the port."""
        threading.Thread(target=self.serve_forever, name="listener", daemon=True).start()
        return int(self._door().getsockname()[1])

    def _door(self) -> Any:
        return self.socket

    def shutdown(self) -> None:
        """Take no more calls; end those there are and wait until they ended."""
        TCPServer.shutdown(self)
        self.server_close()
        for association in self.active_associations:
            association.abort()
            association.join(STOP_SECONDS)
