"""What the files of ``content/`` become: items of libraries, and the model consent forms."""

from __future__ import annotations

from cpms_portal.cms.importer.consent_forms import import_consent_forms
from cpms_portal.cms.importer.library import import_library

__all__ = ["import_consent_forms", "import_library"]
