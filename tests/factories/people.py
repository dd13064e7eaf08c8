"""People and accounts for tests; all names are invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.core.ids import random_id
from cpms_portal.identity.actions import open_account, seal_device, set_password
from cpms_portal.identity.queries import code_at, step_at, training_secret
from cpms_portal.networks.actions import add_person
from cpms_portal.people.resources import AreaChoice, Profile
from cpms_portal.security.grants import grant
from cpms_portal.security.resources import Person
from cpms_portal.security.roles import Role

PASSWORD = "otter lamp meadow quartz"
#: Of the app of whoever has one (base32, RFC 6238).
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_NUMBER = count(1)


def make_person(
    root: Any,
    registry: Any,
    *,
    name: str = "Maren Talweide",
    password: str = PASSWORD,
    secret: str | None = None,
    role: Role | None = None,
    node: Any = None,
    newcomer: bool = False,
) -> Person:
    """Return a new person with an account of their own, stored.

    secret: of a device (base32); None for somebody who has not set one up. role, node: a grant.
    newcomer: has not said yet what they do; a clinician is asked that before anything else.
    """
    actor = system_actor(registry)
    mail = f"{random_id()}{next(_NUMBER)}@clinic.invalid"
    person = add_person(root["people"], name, mail, actor=actor)
    open_account(person, actor)
    set_password(person, password, actor)
    if secret is not None:
        seal_device(person, "Phone", secret, last_step=0, actor=actor)
    if role is not None:
        grant(person, role, node)
    if not newcomer:
        person.profile = Profile()
        person.profile.professional_role = "Physician"
        person.profile.areas = {slug: AreaChoice() for slug in root["networks"]}
    transaction.commit()
    return person


def code_now(clock: Callable[[], datetime], secret: str = SECRET) -> str:
    """Return the code an app with this secret shows now."""
    return code_at(secret, step_at(clock()))


def code_for(registry: Any, login: str, *, steps: int = 0) -> str:
    """Return the code of a training account, so many time steps from now."""
    step = step_at(system_actor(registry).now) + steps
    return code_at(training_secret(registry, login), step)
