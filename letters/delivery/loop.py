"""The sign of life of a Celery worker's main loop. Named by a string in celeryconfig.py.

It is written by the loop itself, so that a loop that hangs falls silent. A loop that goes round
but takes no bells (celery#8091) shows too: `worked_at` stands still.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import bootsteps, current_app
from celery.worker import state
from django.db import DatabaseError, connections
from kombu.exceptions import OperationalError

from letters.delivery import alarms, heartbeat
from letters.models import Heartbeat

log = logging.getLogger(__name__)


class SignOfLife(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery has no types
    """Writes the worker's row every 15 s, and says if the sweeper has fallen silent."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        self.timer: Any = None
        self.taken = 0
        super().__init__(worker, **options)

    def start(self, worker: Any) -> None:
        self._say(worker)
        self.timer = worker.timer.call_repeatedly(
            heartbeat.EVERY_SECONDS, self._say, (worker,), priority=10
        )

    def stop(self, worker: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def _say(self, worker: Any) -> None:
        taken = sum(state.total_count.values())
        worked, self.taken = taken != self.taken or self.timer is None, taken
        heartbeat.say(Heartbeat.Kind.WORKER, worker.hostname, worked=worked)
        self._ask_for_notices()
        connections.close_all()  # a child forked later must not share this connection

    @staticmethod
    def _ask_for_notices() -> None:
        """Without a sweeper nobody else would say that there is none."""
        try:
            for key in alarms.look_if_unswept():
                current_app.send_task("letters.deliver", (str(key),), retry=False)
        except (DatabaseError, OperationalError, OSError) as error:
            log.warning("Nobody could be told (%s).", type(error).__name__)


current_app.steps["worker"].add(SignOfLife)
