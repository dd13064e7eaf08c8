"""A tree in memory with the catalog alone: what search is, without what is above it."""

from __future__ import annotations

import pytest
import transaction
from pyramid.config import Configurator

from cpms_portal.core.resources import Container, Content, oid_of
from cpms_portal.search.actions import add_catalog
from cpms_portal.security.acl import apply_acl
from cpms_portal.security.policy import NodePolicy, SessionPolicy
from cpms_portal.security.roles import Role


class Centre(Container):
    noun = "institution"

    def role_nodes(self, role):
        return (oid_of(self),) if role == Role.HP else None


class Case(Content):
    noun = "patient"
    state = "enrolled"
    codes = ("ORPHA:1",)

    def index_facets(self):
        return {"code": self.codes}

    def index_sorts(self):
        return {"changed": self.created}


@pytest.fixture
def registry(tmp_path):
    config = Configurator(
        settings={
            "cpms.zodb": "memory://",
            "cpms.var": str(tmp_path),
            "substanced.secret": "unused",
        }
    )
    for package in ("core", "security", "storage", "workflow", "search"):
        config.include(f"cpms_portal.{package}")
    config.set_authentication_policy(SessionPolicy())
    config.set_authorization_policy(NodePolicy())
    config.commit()
    config.begin()
    yield config.registry
    transaction.abort()
    config.end()
    config.registry.cpms_keyring.close()
    config.registry.cpms_fulltext.close()


@pytest.fixture
def root(registry):
    database = registry._zodb_databases[""]
    connection = database.open()
    made = registry.content.create("Root")
    connection.root()["app_root"] = made
    transaction.savepoint()
    add_catalog(made, registry)
    for name in ("here", "there"):
        made.add(name, Centre(name))
    yield made
    transaction.abort()
    connection.close()
    database.close()


@pytest.fixture
def add_case(root):
    def add(centre, name, created, **values):
        case = Case(name, created)
        for key, value in values.items():
            setattr(case, key, value)
        root[centre].add(name, case)
        apply_acl(case, {"patient:view": [Role.HP]})
        return case

    return add
