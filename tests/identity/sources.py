"""The sources of the tests: a CAS server as EU Login, and an OpenID provider, switched on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.identity.actions.identities import link_identity
from cpms_portal.identity.sources.cas import CASSource
from cpms_portal.identity.sources.declared import declared_in
from cpms_portal.identity.sources.openid import OpenIDSource
from cpms_portal.identity.sources.said import Said
from tests.factories.people import SECRET, make_person


def eu_login(server: str) -> CASSource:
    """Return the CAS server as EU Login."""
    line = f'eulogin kind=eulogin title="EU Login" url={server} validate=p3/serviceValidate '
    line += 'asks=MEDIUM proves="MEDIUM HIGH" verified_mail=yes'
    return CASSource(declared_in(line)[0])


def electronic_identity(issuer: str, folder: Path, clock: Any) -> OpenIDSource:
    """Return the OpenID provider. folder: where the portal's secret there is kept."""
    (folder / "secret").write_text("a secret of the tests only\n")
    line = f'openid kind=openid title="Electronic identity" url={issuer} client=cpms '
    line += f"secret_file={folder}/secret asks=high proves=high"
    return OpenIDSource(declared_in(line)[0], clock)


@contextmanager
def switched_on(registry: Any, portal: str, source: Any) -> Iterator[Any]:
    """Switch a source on for a portal at an address, until the end."""
    before = registry.cpms_settings["cpms.url"]
    registry.cpms_settings["cpms.url"] = portal
    registry.cpms_sources[source.declared.name] = source
    yield source
    del registry.cpms_sources[source.declared.name]
    registry.cpms_settings["cpms.url"] = before


def linked_person(
    root: Any, registry: Any, source: str, subject: str, *, confirmed: bool = True
) -> Any:
    """Return somebody with an app who is linked with somebody of a source."""
    person = make_person(root, registry, secret=SECRET)
    link(person, registry, source, subject, confirmed=confirmed)
    return person


def link(person: Any, registry: Any, source: str, subject: str, *, confirmed: bool = True) -> None:
    """Link a person with somebody of a source."""
    link_identity(person, Said(source, subject), system_actor(registry), confirmed=confirmed)
    transaction.commit()


def go(visitor: Any, path: str) -> str:
    """Leave for a source; its address."""
    return str(visitor.app.get(path).location)
