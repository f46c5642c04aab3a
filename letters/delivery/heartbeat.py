"""Signs of life: a process that delivers says every quarter of a minute that it is alive.

A worker is two things: its main loop, which takes bells, and the processes that do the work. The
loop says that it lives (loop.py); whoever does a piece of work says so with `beat`.
"""

from __future__ import annotations

import logging
import os
import socket
from datetime import datetime, timedelta
from time import monotonic

from celery import current_task
from django.db import DatabaseError, transaction

from letters import clock
from letters.models import Heartbeat

log = logging.getLogger(__name__)
EVERY_SECONDS = 15.0
FORGET_AFTER = timedelta(days=1)
_said: dict[tuple[int, str], float] = {}
_started: dict[int, datetime] = {}


def beat(kind: Heartbeat.Kind | str) -> None:
    """Say that this process has work in hand. Writes at most every 15 s; never raises.

    Under Celery the row is the worker's, whichever of its processes speaks.
    """
    due = (os.getpid(), str(kind))
    passed = monotonic()
    if passed - _said.get(due, -EVERY_SECONDS) < EVERY_SECONDS:
        return
    _said[due] = passed
    say(kind, process(), worked=True)


def say(kind: Heartbeat.Kind | str, name: str, *, worked: bool) -> None:
    """Write the row of a process: alive now and, if `worked`, at work now."""
    try:
        with transaction.atomic():
            _write(str(kind), f"{kind} {name}"[:120], worked)
    except DatabaseError as error:  # a sign of life that cannot be given says enough
        log.warning("No sign of life could be written (%s).", type(error).__name__)


def process() -> str:
    """Return this process's name: of the Celery worker it belongs to, or of the command."""
    node = current_task.request.hostname if current_task else None
    return str(node) if node else f"deliver@{socket.gethostname()}"


def _write(kind: str, name: str, worked: bool) -> None:
    now = clock.now()
    changes = {"at": now, **({"worked_at": now} if worked else {})}
    if Heartbeat.objects.filter(name=name).update(**changes):
        return
    started = _started.setdefault(os.getpid(), now)
    row = Heartbeat(
        name=name, kind=kind, host=socket.gethostname()[:80], started_at=started, **changes
    )
    Heartbeat.objects.bulk_create([row], ignore_conflicts=True)
    Heartbeat.objects.filter(at__lt=now - FORGET_AFTER).delete()
