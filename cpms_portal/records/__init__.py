"""Records: the consultation form of a patient in sections, coded entries, labs, documents.

Words: a *section* is a part of the record that is edited and versioned by itself; a *draft* is
what a person typed and did not save yet; a *document* is an uploaded file. All are sealed with
the key of the patient. Neither has a workflow: the state of the patient decides.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register content types, pages and the records of the training site."""
    config.add_setting(
        "cpms.records.largest_document", int, 200_000_000, "largest document in bytes"
    )
    config.scan(".resources")
    config.add_importer("records", "cpms_portal.records.importer.import_records", training=True)
    config.include(".views")
