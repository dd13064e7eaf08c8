"""Who reads the dashboards in these tests."""

from __future__ import annotations

import pytest

from tests.factories.people import make_person

CENTRE = "/networks/rare-liver/germany/de40"
CLINICIAN = "rareliverhpuser1"
FOREIGNER = "ernrndhpuser1"
COORDINATOR = "rarelivercoordinator"


@pytest.fixture
def newcomer(root, registry):
    """Return a function that makes somebody who may be given a role at a node: login."""

    def make(name="Neva Ankerlund", role=None, path=None):
        node = None
        if path is not None:
            node = root
            for part in path.strip("/").split("/"):
                node = node[part]
        return make_person(root, registry, name=name, role=role, node=node).mail

    return make
