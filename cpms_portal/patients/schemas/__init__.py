"""What is asked: enrolment, consents, removal, and coded terms; the words for what is chosen."""

from __future__ import annotations

from cpms_portal.patients.schemas.enrolment import CONSENT_TITLES, SEX_TITLES, SIGNER_TITLES

__all__ = ["CONSENT_TITLES", "SEX_TITLES", "SIGNER_TITLES"]
