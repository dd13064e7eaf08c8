"""Send the reminders that are due: requests that wait, guest access that ends, yearly reviews.

Meant for cron, once a day. To run it again sends nothing twice.
"""

from __future__ import annotations

import argparse

import transaction

from cpms_portal.core.actor import system_actor
from cpms_portal.notifications.actions import remind
from cpms_portal.scripts._opening import opened, take_ini

#: How often it begins anew when somebody else changes the same at the same moment.
TRIES = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the ini file."""
    take_ini(parser)


def run(options: argparse.Namespace) -> int:
    """Send, and say how many."""
    sent = 0
    with opened(options.ini) as environment:
        for attempt in transaction.manager.attempts(TRIES):
            with attempt:
                sent = remind(environment["root"], system_actor(environment["registry"]))
    print(f"reminders sent: {sent}")
    return 0
