"""The mail providers that may report to us, and what is wrong with the one in the settings."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

_EVENTS, _BOTH = ("tracking",), ("tracking", "inbound")
# Those that anymail can check without further packages. Mails come from those that need no
# second secret for them.
KINDS = {
    "brevo": _EVENTS, "mailersend": _EVENTS, "mailgun": _BOTH, "mailjet": _BOTH,
    "mailtrap": _EVENTS, "postmark": _BOTH, "sendgrid": _BOTH, "sparkpost": _BOTH,
    "unisender_go": _EVENTS,
}  # fmt: skip


def problems() -> Iterator[str]:
    """Yield what is wrong with MAIL_PROVIDER and its secret, a sentence each."""
    provider, secret = settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET
    if not provider:
        return
    if provider not in KINDS:
        yield f"MAIL_PROVIDER is none of {', '.join(KINDS)}."
    elif not secret:
        yield "Set MAIL_PROVIDER_SECRET: without it the provider cannot report."
    elif provider not in settings.MAIL_PROVIDER_KEYS and not all(secret.partition(":")):
        yield "MAIL_PROVIDER_SECRET is no user:password."
