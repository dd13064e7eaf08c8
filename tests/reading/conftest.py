"""A few published items to read."""

from __future__ import annotations

import pytest
import transaction

from cpms_portal.cms.actions.writing import add_item, save_item
from cpms_portal.core.actor import system_actor
from cpms_portal.workflow.actions import transition


@pytest.fixture
def portal(registry):
    """The portal itself as an actor."""
    return system_actor(registry)


@pytest.fixture
def publish(root, registry):
    """Write an item of the library of the portal, or of another place, and publish it."""

    def write(kind="page", *, place=None, language="en", published=True, others=(), **values):
        place = root["library"] if place is None else place
        portal = system_actor(registry)
        item = add_item(place, kind, {"text": "", **values}, language=language, actor=portal)
        for code, said in dict(others).items():
            save_item(item, code, {"text": "", **said}, portal)
        if published:
            transition(item, "publish", portal)
        transaction.commit()
        return item

    return write
