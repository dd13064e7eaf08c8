"""What is published: pages everybody may read, and the model consent forms.

Words: a *library* holds pages; a *page* is one text in one or more languages, which belong
together; a *consent form* is the model form in one language.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, pages, importers and what a new portal needs."""
    config.scan(".resources")
    config.add_assets("cms", "cpms_portal.cms:static")
    config.add_bringing_up("cpms_portal.cms.actions.bring_up")
    config.add_importer("library", "cpms_portal.cms.importer.import_library")
    config.add_importer("consent_forms", "cpms_portal.cms.importer.import_consent_forms")
    config.include(".views.library")
    config.include(".views.consent_forms")
