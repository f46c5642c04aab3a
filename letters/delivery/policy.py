"""What a refusal means and when to try again (delivery.md §5.6, RFC 5321 §4.2.1 and §4.5.4.1)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.conf import settings

from letters.delivery.mail import NotSent
from letters.models import MailServer

# The early, quick tries serve greylisting; half an hour is the usual spacing after them.
BACKOFF_MINUTES = (1, 5, 15, 30, 60, 120)
LATER_MINUTES = 240
JITTER = 0.2
PATIENCE = timedelta(days=7)
DEATHS = 5  # workers that may die of one mail before a person has to look
REFUSALS = 3  # in a row, then the office is paused
# A server in trouble is left alone after five errors; for half a minute, doubling to ten.
ERRORS = 5
OPEN_SECONDS, OPEN_AT_MOST = 30, 600
PROBE = timedelta(seconds=60)


@dataclass(frozen=True)
class Times:
    """How long, in seconds. Fault tests shorten them by settings.DELIVERY_TIMES.

    `lease`: a claimed batch belongs to its worker; `fence`: what must be left of it before a
    message is begun, more than one message may take; `unknown`: before an unknown is sent again.
    """

    lease: float = 15 * 60
    fence: float = 11 * 60
    unknown: float = 15 * 60
    batch: float = 10  # a worker looks up from its batch at least this often
    trouble: float = 60  # a mail at which the server failed makes room for others

    @property
    def sound(self) -> bool:
        return self.fence < self.lease


def times() -> Times:
    shortened: Mapping[str, float] = settings.DELIVERY_TIMES
    return Times(**shortened)


class Verdict(Enum):
    RETRY = "retry"  # not now: the server said so
    SERVER = "server"  # the server is in trouble, whichever mail it is
    ADDRESS = "address"  # this address is refused for good
    CONTENT = "content"  # this message is refused: a person has to look


@dataclass(frozen=True)
class Refusal:
    verdict: Verdict
    code: int
    answer: str
    trouble: MailServer.Trouble = MailServer.Trouble.NONE


def judge(error: NotSent) -> Refusal:
    """Return what a refusal means: only 5xx to the recipient or the data is final."""
    trouble = _trouble(error)
    if trouble:
        return Refusal(Verdict.SERVER, error.code, error.answer, trouble)
    final = 500 <= error.code < 600
    mailbox_full = error.code == 552 or "5.2.2" in error.answer  # soft by nature (F21)
    if final and not mailbox_full:
        verdict = Verdict.ADDRESS if error.phase == "recipient" else Verdict.CONTENT
        return Refusal(verdict, error.code, error.answer)
    return Refusal(Verdict.RETRY, error.code, error.answer)


def _trouble(error: NotSent) -> MailServer.Trouble:
    if error.phase in ("connect", "tls", "login"):
        return MailServer.Trouble(error.phase)
    if error.phase == "sender" and 500 <= error.code < 600:
        return MailServer.Trouble.SENDER
    if error.code == 421:
        return MailServer.Trouble.BUSY
    return MailServer.Trouble.CONNECT if error.code == 0 else MailServer.Trouble.NONE


def wait_after(refusals: int) -> timedelta:
    """Return how long to wait after the n-th soft refusal, with jitter so that no herd forms."""
    early = refusals <= len(BACKOFF_MINUTES)
    minutes = BACKOFF_MINUTES[refusals - 1] if early else LATER_MINUTES
    return timedelta(minutes=minutes * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


def open_for(opened: int) -> timedelta:
    """Return how long a server is left alone when it failed for the n-th time in a row."""
    return timedelta(seconds=min(OPEN_SECONDS * 2 ** min(opened - 1, 10), OPEN_AT_MOST))
