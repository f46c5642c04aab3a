"""Signs of life for tests: as if a worker and a sweeper were running."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.utils import timezone

from letters.models import Heartbeat


def alive(kind: str, ago: float = 0, **values: Any) -> Heartbeat:
    """A process of this kind that gave its last sign of life so many seconds ago."""
    at = timezone.now() - timedelta(seconds=ago)
    count = Heartbeat.objects.count()
    values = {"name": f"{kind} {count}", "host": "here", "started_at": at, "at": at, **values}
    return Heartbeat.objects.create(kind=kind, **values)


def all_alive() -> None:
    alive("worker")
    alive("sweeper")


def look_again() -> None:
    """Forget what was seen a moment ago."""
    caches["process"].clear()
