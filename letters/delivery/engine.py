"""Deliver what is due: batch by batch, each mail made, handed over, and written down.

Safe to call at any time, any number of times, from any number of workers. A batch goes like
this: a connection is opened, and only then are mails claimed; each message is announced in the
journal before DATA and its answer noted after; all outcomes are committed together.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from letters.delivery import breaker, gate, journal, policy
from letters.delivery.claim import Batch, Fenced, any_due, claim, due_rows, enter_data, keep
from letters.delivery.journal import Journal
from letters.delivery.mail import NotSent, OutcomeUnknown, Transport, transport
from letters.delivery.message import CannotBeMade, build
from letters.delivery.outcome import Kind, Outcome, note
from letters.delivery.policy import Verdict
from letters.failpoints import failpoint
from letters.models import Outbound

log = logging.getLogger(__name__)
TRIES_TO_NOTE = 6


def deliver(key: UUID | None = None, *, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, `key` before all others, for a while. Returns how many mails were tried.

    When the time is up the rest is left to the next call; `stop` ends it between two mails.
    """
    if not gate.is_open() or not any_due():
        return 0
    way = transport()
    offered = breaker.permit(way.name) if way.name else None
    if offered == 0:
        return 0
    own = journal.own()
    slot = breaker.take_connection(way.name, own.key) if way.name else None
    if way.name and slot is None:
        return 0  # every connection is in use: those who hold them take these mails, too
    try:
        return _rounds(way, own, key, offered or settings.MAIL_BATCH, stop)
    finally:
        if slot is not None:
            breaker.give_back(slot, own.key)


def next_due() -> UUID | None:
    """Return a mail that another bell should be rung for, or None."""
    return due_rows().values_list("pk", flat=True).first() if gate.is_open() else None


def _rounds(
    way: Transport, own: Journal, key: UUID | None, limit: int, stop: Callable[[], bool]
) -> int:
    tried, end = 0, time.monotonic() + policy.times().batch
    if not _opened(way):
        return 0
    while not stop():
        run = _Round(way, own, end, stop)
        batch = claim(own.next_token(), limit, key)
        done = run.do(batch)
        tried += done
        if not done or run.trouble or time.monotonic() >= end or limit == 1:
            break
        if len(batch.outbounds) < limit and not run.due:
            break  # that was all; what becomes due now has a bell of its own
        key = None
    return tried


def _opened(way: Transport) -> bool:
    """Open the way out. No letter is charged for a server that cannot be reached."""
    try:
        way.open()
    except NotSent as error:
        log.warning("The mail server %s cannot be used: %s", way.name, error.phase)
        breaker.charge(way.name, policy.judge(error))
        return False
    return True


class _Round:
    """One batch in the hands of this process."""

    def __init__(self, way: Transport, own: Journal, end: float, stop: Callable[[], bool]) -> None:
        self.way, self.own, self.end, self.stop = way, own, end, stop
        self.trouble = self.staged = self.begun = False
        self.due: list[UUID] = []  # by what became of these mails: copies, other addresses

    def do(self, batch: Batch) -> int:
        """Try a batch and note what became of it. Returns how many mails were tried."""
        if not batch.outbounds:
            return 0
        gate.note_tide(batch.tide)
        try:
            outcomes = self._each(batch)
            self.due = _note(outcomes, batch.token)
            self.own.clear()
        except BaseException:
            # What is in the journal is the truth now; a sweeper reads it as if we were dead.
            journal.abandon()
            raise
        return sum(outcome.kind is not Kind.RELEASED for outcome in outcomes)

    def _each(self, batch: Batch) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for outbound in batch.outbounds:
            over = outcomes and (time.monotonic() >= self.end or self.stop())
            if over or self.trouble:
                outcomes.append(Outcome(outbound, Kind.RELEASED))
                continue
            try:
                outcomes.append(self._one(batch, outbound))
            except Fenced:
                log.warning("Mail %s: its time ran out; another decides.", outbound.pk)
                break
        if self.way.name and not self.trouble and any(map(_answered, outcomes)):
            took = any(outcome.kind is Kind.SENT for outcome in outcomes)
            breaker.clear(self.way.name, took=took)
        return outcomes

    def _one(self, batch: Batch, outbound: Outbound) -> Outcome:
        self.begun = False
        self.own.trying(outbound.pk)
        try:
            envelope, message = build(outbound)
        except (CannotBeMade, LookupError, TypeError, ValueError) as error:
            # Its rows are not what a message is made of: no second try would change that.
            log.exception("Mail %s cannot be made.", outbound.pk)
            return Outcome(outbound, Kind.UNMADE, str(error) or type(error).__name__)
        try:
            fingerprint = hashlib.sha256(message).hexdigest()
            answer = self.way.send(envelope, message, lambda: self._before(batch, outbound))
            failpoint("send.after_250")
            self.own.answered(outbound.pk, 250)
            failpoint("send.after_answer")
            return Outcome(outbound, Kind.SENT, answer, fingerprint)
        except NotSent as error:
            return self._refused(outbound, error)
        except OutcomeUnknown as error:
            return Outcome(outbound, Kind.UNKNOWN, str(error))
        except Fenced:
            raise
        except Exception as error:  # this mail waits; the next one is not kept waiting
            log.exception("Mail %s could not be tried.", outbound.pk)
            said = type(error).__name__
            return Outcome(outbound, Kind.UNKNOWN if self.begun else Kind.BROKEN, said)

    def _before(self, batch: Batch, outbound: Outbound) -> None:
        """The recipient is accepted: from the next line on a silence means unknown."""
        if not self.staged:
            enter_data(batch)
            self.staged = True
        failpoint("send.before_intent")
        keep(batch, outbound)
        self.own.begun(outbound.pk)
        self.begun = True
        failpoint("send.after_intent")
        keep(batch, outbound)  # we may have been stopped between the two lines

    def _refused(self, outbound: Outbound, error: NotSent) -> Outcome:
        refusal = policy.judge(error)
        if self.begun:
            self.own.answered(outbound.pk, error.code)
        if refusal.verdict is Verdict.SERVER:
            self.trouble = True
            breaker.charge(self.way.name, refusal)
        return Outcome(outbound, Kind.REFUSED, refusal.answer, refusal=refusal)


def _answered(outcome: Outcome) -> bool:
    """Whether the server took the mail, or judged it: it works, also where it says no."""
    return outcome.kind in (Kind.SENT, Kind.REFUSED)


def _note(outcomes: list[Outcome], token: str) -> list[UUID]:
    """Note the outcomes, and again if the database is away for a moment (F14). Returns what is
    due by them."""
    tries = 0
    while True:
        try:
            return note(outcomes, token)
        except (OperationalError, InterfaceError):
            tries += 1
            if tries == TRIES_TO_NOTE or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.1 * 2**tries)
