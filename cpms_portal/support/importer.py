"""Every network has a desk; it is made with the network's content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpms_portal.core.actor import Actor
from cpms_portal.support.actions import add_desks


def import_support(root: Any, folder: Path, actor: Actor) -> int:
    """Make the desks that are missing; return how many. folder: of the content."""
    return add_desks(root, actor)
