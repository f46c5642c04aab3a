"""The request's side of the outbox: write the row, and ring once the transaction is committed.

A bell that cannot be rung is no error: the sweeper finds the row.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import LimitExceeded, OperationalError
from kombu.pools import producers

from letters import tasks
from letters.delivery import rows
from letters.enums import Purpose
from letters.models import Bundle, Letter, Outbound, Submission

log = logging.getLogger(__name__)
# A request waits no longer than this, in seconds, for a Redis that hangs, and never for one that
# is away: without `max_retries` each bell would try to reach it again and again for six seconds.
PATIENCE = {"socket_timeout": 0.4, "socket_connect_timeout": 0.4, "max_retries": 0}


def enqueue(purpose: Purpose, submission: Submission, *, letter: Letter | None = None) -> Outbound:
    """Write a mail that is due now, inside the caller's transaction."""
    row = rows.write(purpose, submission, letter=letter)
    ring(row)
    return row


def ring(row: Outbound) -> None:
    """Announce a mail that is due once the transaction is committed."""
    transaction.on_commit(partial(_ring, tasks.deliver, str(row.id)))


def ring_render(letter: Letter) -> None:
    """Ask a worker to set the letter as PDF once the transaction is committed."""
    transaction.on_commit(partial(_ring, tasks.render, str(letter.id)))


def ring_bundle(bundle: Bundle) -> None:
    """Ask a worker to make a bundle once the transaction is committed."""
    transaction.on_commit(partial(_ring, tasks.bundle, bundle.pk))


def _ring(task: object, key: str | int) -> None:
    try:
        with bells().acquire(block=True, timeout=PATIENCE["socket_timeout"]) as bell:
            task.apply_async((key,), producer=bell, retry=False, ignore_result=True)  # type: ignore[attr-defined]
    except (LimitExceeded, OperationalError, OSError) as error:
        log.warning(
            "The bell could not be rung (%s); the sweeper will find it.", type(error).__name__
        )


def bells() -> Any:
    """Return the Kombu pool by which requests ring. A worker's own has more patience."""
    broker = current_app.connection_for_write()
    options = {**broker.transport_options, **PATIENCE}
    return producers[broker.clone(transport_options=options)]
