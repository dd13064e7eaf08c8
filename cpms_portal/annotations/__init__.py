"""Annotations: what members of a panel draw on images, kept in the words of the standards.

Words: an *annotation* is one thing drawn by one person in one panel (a length, an angle, a
region, an arrow, a text, a key image); a *layer* is everything one person drew on a study or
slide in a panel; a *document* is the standard object an annotation is kept as: a DICOM
structured report (TID 1500) for radiology, a GeoJSON Feature for slides; a contribution *cites*
annotations. Workflow: annotation.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Register the content types, what annotations listen to, and the pages."""
    config.scan(".resources")
    config.include(".subscribers")
    config.include(".views")
