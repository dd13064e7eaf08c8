"""Coded terms: code systems by version, looked up and suggested while one types.

Words: a *code system* (Orphanet, HPO, …) is loaded in a *version*; a *term* of it has a code, a
display and synonyms; a *coding* is a term as it was chosen: system, version, code, display.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Declare the setting, register the pages and make the store with a new database."""
    config.add_setting(
        "cpms.terminology.path", str, "", "file of the code systems; default in cpms.var"
    )
    config.scan(".resources")
    config.add_bringing_up("cpms_portal.terminology.actions.bring_up")
    config.include(".views")
