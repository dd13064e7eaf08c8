"""The ground of the other tests holds: both storages, nothing outside, a clock that stands."""

from __future__ import annotations

import socket

import pytest

from cpms_portal.core.clock import now
from tests import ground


def test_the_portal_is_born_with_its_networks_on_each_storage(root, site, storage_kind):
    storage = site.registry._zodb_databases[""].storage
    expected = {"filestorage": "BlobStorage", "postgresql": "RelStorage"}[storage_kind]
    assert type(storage).__name__ == expected
    assert len(root["networks"]) == 24


def test_a_visitor_gets_a_page(app):
    app.get("/", status="*")


def test_another_machine_is_out_of_reach():
    with socket.socket() as tried, pytest.raises(ground.Elsewhere):
        tried.connect(("192.0.2.1", 80))


def test_the_clock_stands_until_it_is_moved(registry, clock):
    assert now(registry) == now(registry) == ground.NOON
    clock.advance(hours=1)
    assert (now(registry) - ground.NOON).seconds == 3600


def test_somebody_can_be_signed_in_without_typing(app, sign_in_as, root):
    before = app.get("/networks", status="*").status_int
    sign_in_as(app, "rareliverhpuser1")
    assert app.get("/networks", status="*").status_int == 200 != before
