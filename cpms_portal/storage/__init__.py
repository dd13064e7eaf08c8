"""Where private bytes live: the key ring, sealed values, sealed blobs and the spool of uploads."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Declare the settings and open the key ring."""
    config.add_setting(
        "cpms.keys.master_file", str, "", "file with the master key; default in cpms.var"
    )
    config.add_setting("cpms.keys.ring", str, "", "file of the key ring; default in cpms.var")
    config.add_setting("cpms.storage.max_upload", int, 4 * 1024**3, "largest upload in bytes")
    config.add_setting("cpms.storage.spool_hours", int, 48, "an unfinished upload is kept so long")
    config.include(".keys")
    config.include(".uploads")
    config.include(".bodies")
