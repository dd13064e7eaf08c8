"""What a library holds. Each class stands in the file of its kind and is named here once."""

from __future__ import annotations

from cpms_portal.cms.resources.consent_forms import ConsentForm, ConsentForms
from cpms_portal.cms.resources.files import Download, FileVersion, Flyer, Picture, Video
from cpms_portal.cms.resources.items import (
    HTML,
    LIBRARY_ROLES,
    MARKDOWN,
    ORIGINAL,
    Discarded,
    LibraryItem,
    PageText,
    Version,
)
from cpms_portal.cms.resources.pages import (
    FAQ,
    Collection,
    Event,
    Guide,
    HelpdeskContact,
    News,
    Page,
    WebLink,
)
from cpms_portal.cms.resources.places import TRASH, Library, LibraryFolder, Trash

__all__ = [
    "FAQ",
    "HTML",
    "LIBRARY_ROLES",
    "MARKDOWN",
    "ORIGINAL",
    "TRASH",
    "Collection",
    "ConsentForm",
    "ConsentForms",
    "Discarded",
    "Download",
    "Event",
    "FileVersion",
    "Flyer",
    "Guide",
    "HelpdeskContact",
    "Library",
    "LibraryFolder",
    "LibraryItem",
    "News",
    "Page",
    "PageText",
    "Picture",
    "Trash",
    "Version",
    "Video",
    "WebLink",
]
