"""Domain names that belong to nobody (RFC 2606, RFC 6761). All shipped data uses them."""

from __future__ import annotations

ENDINGS = (".example", ".test", ".invalid", ".localhost")
DOMAINS = ("example.com", "example.net", "example.org")


def is_reserved(address: str) -> bool:
    """Whether no mail to `address` can ever arrive."""
    domain = address.rpartition("@")[2].rstrip(".").lower()
    return domain.endswith(ENDINGS) or domain in DOMAINS
