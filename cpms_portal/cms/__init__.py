"""What is published: pages everybody may read, and the model consent forms.

Words: a *library* holds *items* of several *kinds* (page, guide, FAQ …), each in one or more
languages, which belong together; a *picture* and a *video* are items as well; a *consent form* is
the model form in one language; a *working copy* replaces its original when it is published.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, pages, importers and what a new portal needs."""
    config.scan(".resources")
    config.scan(".guards")
    config.scan(".effects")
    config.add_assets("cms", "cpms_portal.cms:static")
    config.add_bringing_up("cpms_portal.cms.actions.libraries.bring_up")
    config.add_importer("library", "cpms_portal.cms.importer.import_library")
    config.add_importer("consent_forms", "cpms_portal.cms.importer.import_consent_forms")
    config.add_exporter(
        "library",
        "cpms_portal.cms.exporter.export_libraries",
        "cpms_portal.cms.exporter.remember_files",
    )
    config.include(".subscribers")
    config.include(".views.kept")
    config.include(".views.item")
    config.include(".views.media")
    config.include(".views.library")
    config.include(".views.bar")
    config.include(".views.editing")
    config.include(".views.adding")
    config.include(".views.steps")
    config.include(".views.contents")
    config.include(".views.undo")
    config.include(".views.batch")
    config.include(".views.uploads")
    config.include(".views.sharing")
    config.include(".views.keeping")
    config.include(".views.archives")
    config.include(".views.papers")
    config.include(".views.moved")
    config.include(".views.pick")
    config.include(".views.consent_forms")
    config.include(".views.consent_form_editing")
