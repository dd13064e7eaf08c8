"""Mail that leaves the portal: "something waits for you" and a link, never anything clinical."""

from __future__ import annotations

from pyramid.config import Configurator

from cpms_portal.outbox.gateways import KANNEL


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
    config.add_setting(
        "cpms.mail.retry_seconds",
        int,
        60,
        "how long mail waits for a second try; later ones wait twice as long, up to 15 minutes",
    )
    config.add_setting(
        "cpms.sms.way",
        str,
        "off",
        "text messages: off, http: by a gateway, or outbox: kept for a page of the training site",
        choices=("off", "http", "outbox"),
    )
    config.add_setting("cpms.sms.url", str, "", "address of the gateway for text messages")
    config.add_setting(
        "cpms.sms.method", str, "GET", "how the gateway is asked", choices=("GET", "POST")
    )
    config.add_setting("cpms.sms.fields", str, KANNEL, "what the gateway is sent; Kannel's names")
    config.add_setting("cpms.sms.sender", str, "CPMS", "sender of text messages")
    config.add_setting("cpms.sms.user", str, "", "what the portal is called at the gateway")
    config.add_setting("cpms.sms.password_file", str, "", "file with the gateway's password")
    config.include(".gateways")
    config.include(".mailers")
    config.include(".views")
