"""Mail that leaves the portal: "something waits for you" and a link, never anything clinical."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Choose the way mail goes out: by SMTP, or kept for the outbox page of the training site."""
    config.add_setting("cpms.mail.sender", str, "cpms@localhost.invalid", "sender of all mail")
    config.add_setting(
        "cpms.mail.way",
        str,
        "smtp",
        "smtp, or outbox: keep mail for a page of the training site",
        choices=("smtp", "outbox"),
    )
    config.include(".mailers")
    config.include(".views")
