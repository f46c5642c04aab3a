"""Leases: one worker at a time owns a mail, for a time, and proves it with a token.

Every write of a worker names its token. One that was stopped and wakes up again finds the
token changed and can write nothing more (fencing).
"""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaign.models import Office
from letters.delivery.policy import CONNECTING_LEASE, DATA_LEASE
from letters.enums import HoldReason, LetterState, OutboundState, Purpose, SubmissionState
from letters.models import Attempt, Outbound
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.routes import route_of


class Fenced(Exception):
    """The lease is another's by now: stop without sending."""


def claim(key: UUID) -> Outbound | None:
    """Take a due mail for this worker. Returns None when it isn't due or another was faster."""
    now = timezone.now()
    rows = Outbound.objects.due(now).select_related(
        "submission__campaign", "letter__campaign", "letter__government", "letter__office"
    )
    outbound = rows.filter(pk=key).first()
    if outbound is None:
        return None
    try:
        with transaction.atomic():
            return _take(outbound, now)
    except NotAllowed:
        return None


def _take(outbound: Outbound, now: datetime) -> Outbound | None:
    token = secrets.token_hex(16)
    if outbound.submission is not None and outbound.submission.state == SubmissionState.ERASED:
        _forget(outbound)
        return None
    if outbound.purpose == Purpose.LETTER and not _address(outbound):
        return None
    move_outbound(
        outbound, OutboundState.SENDING, actor="worker", recipient=outbound.recipient,
        claim_token=token, lease_until=now + CONNECTING_LEASE, attempts=outbound.attempts + 1,
    )  # fmt: skip
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        move_letter(outbound.letter, LetterState.SENDING, actor="worker")
    Attempt.objects.create(
        outbound=outbound, number=outbound.attempts, claim_token=token, started_at=now
    )
    return outbound


def _forget(outbound: Outbound) -> None:
    """Its writer was erased while it was on its way: it goes no further."""
    move_outbound(outbound, OutboundState.CANCELLED, actor="worker", reason="erased")
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        move_letter(outbound.letter, LetterState.WITHDRAWN, actor="worker", reason="erased")


def _address(outbound: Outbound) -> bool:
    """Look up where the office is written to now. Without a way, the letter waits for one.

    What may have arrived already is sent again to the same address only.
    """
    letter = outbound.letter
    assert letter is not None
    if outbound.resent and outbound.recipient:
        return True
    office: Office | None = letter.office
    route = route_of(office) if office else None
    if route is not None and office is not None and not office.paused:
        outbound.recipient = route.email
        return True
    hold = HoldReason.OFFICE_PAUSED if office and office.paused else HoldReason.NO_ADDRESS
    move_outbound(outbound, OutboundState.HELD, actor="worker", reason=str(hold.label))
    move_letter(letter, LetterState.HELD, actor="worker", hold=hold)
    return False


def enter_data(outbound: Outbound) -> None:
    """Note that the message is about to go. From here on a silence means: unknown.

    Raises Fenced if the lease is lost.
    """
    with transaction.atomic():
        rows = Outbound.objects.filter(
            pk=outbound.pk, state=OutboundState.SENDING, claim_token=outbound.claim_token
        )
        if rows.update(lease_until=timezone.now() + DATA_LEASE) != 1:
            raise Fenced
        _attempt(outbound).update(stage=Attempt.Stage.DATA)


def end_attempt(outbound: Outbound, code: int | None, answer: str) -> None:
    _attempt(outbound).update(
        stage=Attempt.Stage.DONE, ended_at=timezone.now(), code=code, answer=answer[:500]
    )


def _attempt(outbound: Outbound) -> QuerySet[Attempt]:
    return Attempt.objects.filter(outbound=outbound, claim_token=outbound.claim_token)
