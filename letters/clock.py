"""The one clock of delivery: the database's, so that all processes agree (F26).

Leases, back-offs and expiries compare times that several computers wrote. The database is
asked now and then; in between the computer's own clock since its start counts on, which no
change of its time can move.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

ASK_AGAIN_SECONDS = 30.0
BOOT_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it
_anchor: tuple[datetime, float] | None = None


def now() -> datetime:
    """Return the time by the database's clock, in UTC. May ask the database."""
    if not settings.DATABASE_CLOCK:
        return timezone.now() + _travelled()
    global _anchor
    passed = _passed()
    if _anchor is None or passed - _anchor[1] > ASK_AGAIN_SECONDS:
        _anchor = (_ask(), passed)
    return _anchor[0] + timedelta(seconds=passed - _anchor[1]) + _travelled()


def _passed() -> float:
    """Return seconds that go on while the computer sleeps: leases end meanwhile, too."""
    return time.clock_gettime(BOOT_CLOCK) if BOOT_CLOCK is not None else time.monotonic()


def _ask() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found.astimezone(UTC)


def _travelled() -> timedelta:
    """Return how far fault tests have moved the time of all processes at once."""
    if not settings.FAULTS:
        return timedelta()
    try:
        return timedelta(seconds=float(Path(settings.VAR_DIR, "travelled").read_text()))
    except (OSError, ValueError):
        return timedelta()
