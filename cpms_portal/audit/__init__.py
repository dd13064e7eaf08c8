"""The audit trail: every read and change of clinical data, every sign-in, every refusal.

Append-only and hash-chained, outside the object database, because a page view
must be recorded without writing to it. This package listens; nobody calls it.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Open the trail and listen."""
    config.add_setting("cpms.audit.path", str, "", "file of the audit trail; default in cpms.var")
    config.include(".trail")
    config.include(".refusals")
    config.include(".subscribers")
    config.include(".reads")
