"""What a refusal means and when to try again (delivery.md §5.6, RFC 5321 §4.2.1 and §4.5.4.1)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from letters.delivery.mail import NotSent

# The early, quick tries serve greylisting; half an hour is the usual spacing after them.
BACKOFF_MINUTES = (1, 5, 15, 30, 60, 120)
LATER_MINUTES = 240
JITTER = 0.2
PATIENCE = timedelta(days=7)
CONNECTING_LEASE = timedelta(seconds=420)  # longer than one command may take
DATA_LEASE = timedelta(minutes=15)  # longer than the end of data may take
DEATHS = 5  # workers that may die of one mail before a person has to look
RESEND_UNKNOWN_AFTER = timedelta(minutes=15)


class Verdict(Enum):
    RETRY = "retry"  # not now: the server said so, or there was no server
    ADDRESS = "address"  # this address is refused for good
    CONTENT = "content"  # this message is refused: a person has to look


@dataclass(frozen=True)
class Refusal:
    verdict: Verdict
    code: int
    answer: str


def judge(error: NotSent) -> Refusal:
    """Return what a refusal means: only 5xx to the recipient or the data is final."""
    final = 500 <= error.code < 600
    mailbox_full = error.code == 552 or "5.2.2" in error.answer  # soft by nature (F21)
    if final and error.phase == "recipient" and not mailbox_full:
        return Refusal(Verdict.ADDRESS, error.code, error.answer)
    if final and error.phase == "data" and not mailbox_full:
        return Refusal(Verdict.CONTENT, error.code, error.answer)
    return Refusal(Verdict.RETRY, error.code, error.answer)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after the n-th try, with jitter so that no herd forms."""
    minutes = BACKOFF_MINUTES[attempts - 1] if attempts <= len(BACKOFF_MINUTES) else LATER_MINUTES
    return timedelta(minutes=minutes * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
