"""What the tests of the library need: people who work on it and items of every kind."""

from __future__ import annotations

from typing import Any

import pytest
import transaction

from cpms_portal.cms.actions.writing import add_item
from cpms_portal.core.actor import system_actor
from cpms_portal.security.grants import grant
from cpms_portal.security.principals import actor_for
from cpms_portal.security.roles import Role
from cpms_portal.workflow.actions import transition
from tests.browser.chromium import scrolls_sideways, violations

FORMS = "/library/consent-forms/"
EDITOR, REVIEWER, READER = "rareliverhpuser1", "rareliverhpuser2", "rareliverhpuser3"
OUTSIDER = "vascernhpuser1"


@pytest.fixture
def portal(registry):
    """The portal itself as an actor."""
    return system_actor(registry)


@pytest.fixture
def office(root):
    """An editor and a reviewer of the portal's library."""
    people = {}
    for login, role in ((EDITOR, Role.EDITOR), (REVIEWER, Role.REVIEWER)):
        people[role] = root["people"].person_of_login(login)
        grant(people[role], role, root["library"])
    transaction.commit()
    return people


@pytest.fixture
def actor_of(root, registry):
    """Return somebody as an actor, by login; None for nobody."""
    return lambda login: actor_for(
        registry, root["people"].person_of_login(login) if login else None
    )


@pytest.fixture
def made(root, portal):
    """Make an item in the portal's library: ``made("page", "Title", text=…, published=True)``."""

    def make(kind: str, title: str, *, into: Any = None, published: bool = False, **values: Any):
        place = root["library"] if into is None else into
        given = {"title": title, **values}
        item = add_item(place, kind, given, language=given.pop("language", "en"), actor=portal)
        if published:
            transition(item, "publish", portal)
        transaction.commit()
        return item

    return make


def clean_at_both_widths(page):
    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += violations(page)
        assert not scrolls_sideways(page), (page.url, width)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not found, "\n".join(found)
