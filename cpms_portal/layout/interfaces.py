"""Markers of the layout."""

from __future__ import annotations

from zope.interface import Interface


class IPassage(Interface):
    """A container that is only passed through and is no page of its own: no crumb is shown."""
