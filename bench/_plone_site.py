"""The same pages in Plone Classic: run with Plone's own Python, inside an instance of its own.

    PLONE/bin/python bench/_plone_site.py zope.conf 10000
    PLONE/bin/python bench/_plone_site.py zope.conf page-cache

The first makes the site, the second switches Plone's own page cache on (plone.app.caching as for a
site without a caching proxy, kept in its memory). ``publishing`` measures a site in turn with the
portal when CPMS_BENCH_PEER names its address, and a copy of it with its page cache on when
CPMS_BENCH_PEER_KEPT does.
"""

from __future__ import annotations

import random
import sys

import transaction
import Zope2
from AccessControl.SecurityManagement import newSecurityManager
from plone import api
from plone.app.textfield.value import RichTextValue
from Products.CMFPlone.factory import addPloneSite
from Testing.makerequest import makerequest
from zope.component.hooks import setSite
from zope.globalrequest import setRequest
from Zope2.Startup.run import make_wsgi_app

EACH_FOLDER, LISTED = 100, 30
PASSWORD = "bench-Pa55word"  # of an instance on this machine that lives for a bench


def words() -> tuple[list[str], list[float]]:
    """Return the words of ``bench.publishing`` and how often each is used."""
    chance = random.Random(3)
    syllables = [first + second for first in "bcdfglmnprst" for second in "aeiou"]
    made = ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _number in range(8000)]
    return made, [1 / (rank + 2) for rank in range(len(made))]


USED, OFTEN = words()


def text_of(chance: random.Random) -> str:
    """Return a text of about 2 kB."""
    paragraphs = (
        " ".join(chance.choices(USED, OFTEN, k=60)).capitalize() + "." for _number in range(5)
    )
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def fill(place: object, number: int, chance: random.Random) -> None:
    """Publish documents in a folder."""
    for count in range(number):
        title = " ".join(chance.sample(USED[:34], 4)).capitalize() + f" {count}"
        text = RichTextValue(text_of(chance), "text/html", "text/x-html-safe")
        page = api.content.create(
            place, "Document", f"page-{count}", title=title, text=text,
            subject=(chance.choice(USED[:34]),),
        )  # fmt: skip
        api.content.transition(page, "publish")


def make(app: object, number: int) -> None:
    """Make the site with so many documents."""
    profiles = (
        "plone.app.contenttypes:default", "plone.app.caching:default",
        "plonetheme.barceloneta:default",
    )  # fmt: skip
    site = addPloneSite(app, "Plone", title="Measured", extension_ids=profiles)
    setSite(site)
    # Else every page carries a menu of all documents.
    api.portal.set_registry_record("plone.navigation_depth", 1)
    api.user.create(
        "editor@example.org", "bench-editor", PASSWORD, roles=("Member", "Editor", "Reviewer")
    )
    chance, left = random.Random(7), number - LISTED
    names = ["measured", *(f"shelf-{number}" for number in range(-(-left // EACH_FOLDER)))]
    for name in names:
        folder = api.content.create(site, "Folder", name, title=name)
        api.content.transition(folder, "publish")
        size = LISTED if name == "measured" else min(EACH_FOLDER, left)
        left -= 0 if name == "measured" else size
        fill(folder, size, chance)
        transaction.commit()
        site._p_jar.cacheGC()
        print(name, flush=True)


def keep_pages(app: object) -> None:
    """Switch the page cache of the site on, as its own set-up for no proxy has it."""
    site = app.Plone
    setSite(site)
    profile = "profile-plone.app.caching:without-caching-proxy"
    site.portal_setup.runAllImportStepsFromProfile(profile)
    api.portal.set_registry_record("plone.caching.interfaces.ICacheSettings.enabled", True)
    transaction.commit()


def main() -> None:
    """Make the site, or let it keep its pages."""
    make_wsgi_app({}, sys.argv[1])
    app = makerequest(Zope2.app())
    setRequest(app.REQUEST)
    newSecurityManager(None, app.acl_users.getUser("admin").__of__(app.acl_users))
    if sys.argv[2] == "page-cache":
        keep_pages(app)
    else:
        make(app, int(sys.argv[2]))


if __name__ == "__main__":
    main()
