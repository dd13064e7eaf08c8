"""Forms: colander types, widgets with our own templates, and the view that shows and takes a form.

Words: a *schema* says what is asked; a *widget* draws one question; *values* is what the schema
made of the answers; a *problem* is a question whose answer cannot be taken.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Let a view that is a FormView without a renderer use the plain form page."""
    config.include(".views")
