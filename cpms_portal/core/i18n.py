"""The translation domain; ``_`` marks a text for translation."""

from __future__ import annotations

from pyramid.i18n import TranslationStringFactory

DOMAIN = "cpms_portal"
_ = TranslationStringFactory(DOMAIN)
