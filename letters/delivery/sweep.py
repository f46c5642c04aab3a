"""The sweeper: find what a lost bell or a dead worker left behind. Idempotent, any number may run."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from letters.delivery import policy
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Attempt, Letter, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound

log = logging.getLogger(__name__)
BATCH = 200
# A letter just approved has its own bell; the sweeper only looks after those it missed.
BELL_GRACE = timedelta(seconds=20)


@dataclass(frozen=True)
class Found:
    """What wants a bell: letters to be set, mails to be sent."""

    letters: list[UUID] = field(default_factory=list)
    outbounds: list[UUID] = field(default_factory=list)


def sweep(grace: timedelta = BELL_GRACE) -> Found:
    """Free abandoned claims, decide on unknown outcomes, and list what is due."""
    now = timezone.now()
    for outbound in _abandoned(now):
        _one(_free, outbound, now)
    for outbound in _unknown(now):
        _one(_resend_or_hold, outbound, now)
    approved = Letter.objects.filter(state=LetterState.APPROVED).order_by("created_at")
    due = Outbound.objects.due(now).order_by("priority", "next_attempt_at")
    rung = approved.filter(moves__to_state=LetterState.APPROVED, moves__at__lte=now - grace)
    return Found(
        letters=list(dict.fromkeys(rung.values_list("id", flat=True)[:BATCH])),
        outbounds=list(due.values_list("id", flat=True)[:BATCH]),
    )


def _abandoned(now: datetime) -> list[Outbound]:
    return list(Outbound.objects.abandoned(now).select_related("letter")[:BATCH])


def _unknown(now: datetime) -> list[Outbound]:
    rows = Outbound.objects.filter(state=OutboundState.UNKNOWN, next_attempt_at__lte=now)
    return list(rows.select_related("letter")[:BATCH])


def _one(step: object, outbound: Outbound, now: datetime) -> None:
    try:
        with transaction.atomic():
            step(outbound, now)  # type: ignore[operator]
    except NotAllowed:
        log.info("Mail %s was moved by another meanwhile.", outbound.id)


def _free(outbound: Outbound, now: datetime) -> None:
    """A worker died. Before DATA nothing can have arrived; after it nobody knows."""
    attempt = Attempt.objects.filter(outbound=outbound, claim_token=outbound.claim_token).last()
    reached_data = attempt is not None and attempt.stage == Attempt.Stage.DATA
    if not reached_data and _deaths(outbound) >= policy.DEATHS:
        _hold_deadly(outbound)
        return
    state = OutboundState.UNKNOWN if reached_data else OutboundState.QUEUED
    later = policy.RESEND_UNKNOWN_AFTER if reached_data else timedelta()
    move_outbound(
        outbound, state, actor="sweeper", claim=outbound.claim_token, reason="the worker did not come back",
        next_attempt_at=now + later, claim_token="", lease_until=None,
    )  # fmt: skip
    _letter_follows(outbound, LetterState(state.value))


def _deaths(outbound: Outbound) -> int:
    """Return how many workers began with this mail and never said what became of it."""
    return outbound.tries.filter(stage=Attempt.Stage.CONNECTING, ended_at=None).count()


def _hold_deadly(outbound: Outbound) -> None:
    """A mail that workers die of is a person's to look at, not the next worker's."""
    reason = f"{_deaths(outbound)} workers did not come back from it"
    move_outbound(
        outbound, OutboundState.HELD, actor="sweeper", claim=outbound.claim_token, reason=reason,
        last_answer=reason, claim_token="", lease_until=None,
    )  # fmt: skip
    _letter_follows(outbound, LetterState.HELD, HoldReason.RENDER_FAILED)


def _resend_or_hold(outbound: Outbound, now: datetime) -> None:
    """Send an unknown once more, byte for byte the same; the second time a person decides."""
    if outbound.resent:
        move_outbound(outbound, OutboundState.HELD, actor="sweeper", reason="twice unknown")
        _letter_follows(outbound, LetterState.HELD, HoldReason.UNKNOWN)
        return
    move_outbound(
        outbound, OutboundState.QUEUED, actor="sweeper", resent=True, next_attempt_at=now,
        claim_token="", lease_until=None,
    )  # fmt: skip
    _letter_follows(outbound, LetterState.QUEUED)


def _letter_follows(outbound: Outbound, state: LetterState, hold: HoldReason | str = "") -> None:
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        move_letter(outbound.letter, state, actor="sweeper", hold=hold)
