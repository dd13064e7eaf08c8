"""DICOMweb: programs of hospitals and viewers read studies of a case and bring new ones.

Words: a *program* acts for a person who let it in with a *token*, bound to a scope and a node; a
*case* is one patient as a program may ask about it; an *arrival* is a study a hospital sent that
has no patient yet: it waits, sealed, in the *inbox* of its centre; a *title* is the name a centre
listens under (DICOM's AE title).
"""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.dicomweb.listener.settings import address_in, folders_in, titles_in
from cpms_portal.dicomweb.wire.origins import origins_in


def includeme(config: Configurator) -> None:
    """Declare the settings and register what programs ask and people see."""
    config.add_setting(
        "cpms.dicomweb.keep_days", int, 14, "days until an arrival without a patient is destroyed"
    )
    config.add_setting(
        "cpms.dicomweb.largest_inbox", int, 64 * 1024**3, "most bytes that wait at one centre"
    )
    config.add_setting(
        "cpms.dicomweb.titles",
        titles_in,
        {},
        "titles of centres: a line each",
    )
    config.add_setting("cpms.dicomweb.listen", address_in, ("127.0.0.1", 11112), "where to listen")
    config.add_setting("cpms.dicomweb.drop_folders", folders_in, (), "a line each")
    config.add_setting(
        "cpms.dicomweb.origins",
        origins_in,
        frozenset(),
        "pages of viewers that may ask with a token",
    )
    config.add_setting("cpms.dicomweb.tls_certificate", str, "", "certificate of the listener")
    config.add_setting("cpms.dicomweb.tls_key", str, "", "its key, when it is not in the same file")
    config.add_setting("cpms.dicomweb.tls_callers", str, "", "authorities whose callers are let in")
    config.include(".views")
