"""The place of the terms in the tree; the terms themselves lie in a file of their own."""

from __future__ import annotations

from cpms_portal.core.resources import Content, content_type


@content_type("Terms")
class Terms(Content):
    """Where terms are searched."""

    noun = "terms"
