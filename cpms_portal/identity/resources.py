"""What is kept of an account: hashes and sealed secrets, never a password or a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from persistent import Persistent


class TOTPDevice(Persistent):
    """An authenticator app on a phone (RFC 6238, SHA-1, six digits, 30 seconds).

    sealed: the shared secret, sealed with the person's key. last_step: the last time step a
    code was taken for; a code works once.
    """

    last_step: int = 0
    used: datetime | None = None

    def __init__(self, device_id: str, name: str, sealed: bytes, added: datetime) -> None:
        self.device_id = device_id
        self.name = name
        self.sealed = sealed
        self.added = added


@dataclass(frozen=True)
class RecoveryCodes:
    """The digests of the recovery codes that are left; one salt for a set."""

    salt: bytes
    digests: tuple[bytes, ...]
    made: datetime


@dataclass(frozen=True)
class PasswordLink:
    """A link to set a password, once: the digest of its secret, and until when it counts."""

    digest: str
    until: datetime


class Account(Persistent):
    """How a person signs in; kept on ``person.account``.

    key_id: key of the key ring the secrets are sealed with. training: belongs to the training
    site and uses its shared password. enrolled: a device was set up once, so a password alone
    never sets up another.
    """

    password: str = ""
    password_changed: datetime | None = None
    enrolled: bool = False
    recovery: RecoveryCodes | None = None
    link: PasswordLink | None = None
    last_sign_in: datetime | None = None
    devices: tuple[TOTPDevice, ...] = ()

    def __init__(self, key_id: str, *, training: bool = False) -> None:
        self.key_id = key_id
        self.training = training

    def device(self, device_id: str) -> TOTPDevice | None:
        """Return a device by its id, or None."""
        return next((one for one in self.devices if one.device_id == device_id), None)

    @property
    def recovery_codes_left(self) -> int:
        """How many recovery codes were not used yet."""
        return 0 if self.recovery is None else len(self.recovery.digests)
