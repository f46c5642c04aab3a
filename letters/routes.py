"""Where an office is written to now."""

from __future__ import annotations

from django.conf import settings

from campaign.models import Office, OfficeRoute

# RFC 2606 and RFC 6761: names that belong to nobody. All shipped data uses them.
RESERVED = (".example", ".test", ".invalid", ".localhost")
RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def route_of(office: Office | None) -> OfficeRoute | None:
    """Return the first address that hasn't refused us, or None. Uses prefetched routes.

    In production a reserved name is no address: a sample must not look like a sent letter.
    """
    if office is None or office.closed:
        return None
    routes = sorted(office.routes.all(), key=lambda route: (route.rank, route.pk))
    return next((route for route in routes if _usable(route)), None)


def _usable(route: OfficeRoute) -> bool:
    return not route.stopped and not (settings.PRODUCTION and is_reserved(route.email))


def is_reserved(address: str) -> bool:
    domain = address.rpartition("@")[2].rstrip(".").lower()
    return domain.endswith(RESERVED) or domain in RESERVED_DOMAINS
