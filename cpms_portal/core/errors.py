"""Errors a person can be told about; each message is a translatable sentence."""

from __future__ import annotations


class CPMSError(Exception):
    """Something the portal refuses to do, with a sentence that may be shown.

    message: translatable text without anything clinical or identifying.
    """

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ValueRefusedError(CPMSError):
    """A value cannot be taken; ``field`` names the form field to show the message at."""

    status = 422

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class ConflictError(CPMSError):
    """Somebody else changed the same thing first; nothing was overwritten."""

    status = 409


class UploadRefusedError(CPMSError):
    """An upload cannot be taken; nothing of it was kept."""

    status = 422


class TransitionDeniedError(CPMSError):
    """A step of a workflow is not possible now; the message says why."""

    status = 409


class ConfigurationRefusedError(CPMSError):
    """The portal refuses to start; the message names file and line."""
