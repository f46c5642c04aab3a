"""Where an office is written to now."""

from __future__ import annotations

from django.conf import settings

from campaign.models import Office, OfficeRoute
from campaign.reserved import is_reserved


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
