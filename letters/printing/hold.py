"""A worker's hold on a bundle: it claims it, proves itself with each note, lets it go."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from letters import bundled, clock
from letters.models import Bundle

LEASE = timedelta(minutes=3)
AGAIN = timedelta(minutes=1)
NOTE_SECONDS = 2.0
TRIES = 3  # that end with an error
DEATHS = 5  # that do not end
Tell = Callable[[Bundle], None]


class Lost(Exception):
    """The bundle is another's by now, or was cleared: what is in hand is of no use any more."""


class Hold:
    """The claim of one process on one bundle. `tell` is called with each note."""

    def __init__(self, bundle: Bundle, tell: Tell | None = None) -> None:
        self.bundle = bundle
        self.tell = tell
        self.noted = time.monotonic()

    def step(self, step: Bundle.Step, count: int, done: int = 0) -> None:
        """Begin a step of so many rows, pages or parts."""
        self.note(step=step, step_count=count, done_count=done)

    def tick(self, done: int) -> None:
        """Say how far the step is, now and then. Raises Lost."""
        if time.monotonic() - self.noted >= NOTE_SECONDS:
            self.note(done_count=done)

    def piece(self, **fields: Any) -> None:
        """Note a finished piece: whoever comes next need not make it. Raises Lost."""
        self.note(tries=0, **fields)

    def note(self, **fields: Any) -> None:
        """Write fields and prolong the claim. Raises Lost."""
        rows = Bundle.objects.filter(pk=self.bundle.pk, claim_token=self.bundle.claim_token)
        if not rows.update(lease_until=clock.now() + LEASE, **fields):
            raise Lost
        for name, value in fields.items():
            setattr(self.bundle, name, value)
        self.noted = time.monotonic()
        if self.tell is not None:
            self.tell(self.bundle)

    def pause(self) -> None:
        """Let another worker, or this one, go on with it."""
        self.note(tries=0)
        self._release(lease_until=None)

    def finish(self) -> None:
        self.note()
        self._release(
            state=Bundle.State.DONE, step="", done_at=clock.now(), lease_until=None, problem="",
        )  # fmt: skip

    def fail(self, problem: str, *, for_good: bool) -> None:
        """Note what went wrong. It is tried again in a minute, unless for good or too often."""
        problem = problem[:300]
        if not for_good and self.bundle.tries < TRIES:
            self._release(lease_until=clock.now() + AGAIN, problem=problem)
        elif self._release(state=Bundle.State.FAILED, lease_until=None, problem=problem):
            bundled.delete_files(self.bundle)

    def _release(self, **fields: Any) -> bool:
        rows = Bundle.objects.filter(pk=self.bundle.pk, claim_token=self.bundle.claim_token)
        done = bool(rows.update(claim_token="", **fields))
        self.bundle.refresh_from_db()
        return done


def claim(key: int, tell: Tell | None = None) -> Hold | None:
    """Take an unfinished bundle that nobody has in hand, or return None.

    The try is counted before it is made: one that kills its worker counts, too.
    """
    token, now = uuid.uuid4().hex, clock.now()
    taken = Bundle.objects.waiting(now).filter(pk=key).update(
        state=Bundle.State.WORKING, claim_token=token, lease_until=now + LEASE, tries=F("tries") + 1
    )  # fmt: skip
    if not taken:
        return None
    rows = Bundle.objects.select_related("campaign", "office__government", "asked_by")
    bundle = rows.filter(pk=key, claim_token=token).first()
    if bundle is None:
        return None
    hold = Hold(bundle, tell)
    if bundle.tries > DEATHS:
        hold.fail(_("%d workers did not come back from it.") % DEATHS, for_good=True)
        return None
    return hold
