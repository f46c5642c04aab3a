"""The request's side of the outbox: write the row, and ring once the transaction is committed.

A bell that cannot be rung is no error: the sweeper finds the row.
"""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError

from letters import tasks
from letters.delivery import rows
from letters.enums import Purpose
from letters.models import Letter, Outbound, Submission

log = logging.getLogger(__name__)


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


def _ring(task: object, key: str) -> None:
    try:
        task.apply_async((key,), retry=False, ignore_result=True)  # type: ignore[attr-defined]
    except (OperationalError, OSError) as error:
        log.warning(
            "The bell could not be rung (%s); the sweeper will find it.", type(error).__name__
        )
