"""Pages only read: no transaction, few objects, and not more of them with more patients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import transaction
from pyramid.traversal import resource_path

from cpms_portal.panels.resources import Panel
from cpms_portal.search.queries import find
from tests.factories.patients import CENTRE, CLINICIAN, acting_as, enrolled

# What is counted are objects asked from the storage, whichever it is.
pytestmark = pytest.mark.storages("filestorage")

#: A page with nothing in memory reads at most so many objects, those every page needs included.
MOST = 250
#: Trees that grew have more parts to pass on the way; 60 patients read would be 60 more.
PARTS = 15


class Counted:
    """What ZODB tells when a request gives its connection back."""

    def __init__(self) -> None:
        self.loads = 0

    def closedConnection(self, connection: Any) -> None:
        """Add what this connection loaded."""
        self.loads += connection.getTransferCounts(True)[0]


@pytest.fixture
def database(site) -> Iterator[Any]:
    """The object database, telling what is loaded."""
    found = site.registry._zodb_databases[""]
    before = found.getActivityMonitor()
    yield found
    found.setActivityMonitor(before)


@pytest.fixture
def pages(root, registry) -> list[str]:
    """The pages a clinician opens all day."""
    actor = acting_as(root, registry)
    running = {"state": ("data_completion", "assessment", "outcome", "sign_off")}
    panel: Panel = find(actor, "panel", within=root, where=running).items[0]
    patient = panel.__parent__.__parent__
    own = find(actor, "patient", within=root).items[0]
    return [
        "/my-work",
        "/notices",
        "/networks/",
        "/networks/rare-liver/",
        "/networks/rare-liver/germany/",
        CENTRE,
        f"{CENTRE}patients",
        resource_path(own),
        resource_path(patient),
        resource_path(panel),
    ]


def loads_of(pages: list[str], browser: Any, database: Any) -> dict[str, int]:
    """Return how many objects each page reads while nothing is in memory."""
    found = {}
    for page in pages:
        browser.get(page, status=200)  # what is kept beside the database is there now
        database.cacheMinimize()
        counted = Counted()
        database.setActivityMonitor(counted)
        browser.get(page, status=200)
        found[page] = counted.loads
    return found


def test_pages_when_opened_leave_no_transaction(pages, browser_of, database):
    browser = browser_of(CLINICIAN)
    before = database.lastTransaction()
    for page in pages:
        browser.get(page, status=200)
        assert database.lastTransaction() == before, page


def test_a_page_with_more_patients_reads_no_more_objects(
    pages, browser_of, database, root, registry
):
    browser = browser_of(CLINICIAN)
    for _number in range(30):
        enrolled(root, registry)
    transaction.commit()
    few = loads_of(pages, browser, database)
    assert all(0 < loads < MOST for loads in few.values()), few
    for _number in range(60):
        enrolled(root, registry)
    transaction.commit()
    many = loads_of(pages, browser, database)
    assert all(many[page] <= few[page] + PARTS for page in pages), (few, many)
