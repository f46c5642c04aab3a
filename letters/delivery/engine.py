"""Deliver one mail: claim, make the message, hand it over, note what became of it.

The only place that decides what a server's answer does to a mail and its letter.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaign.models import OfficeRoute
from letters.delivery import policy, rows
from letters.delivery.claim import Fenced, claim, end_attempt, enter_data
from letters.delivery.mail import NotSent, OutcomeUnknown, transport
from letters.delivery.message import CannotBeMade, build
from letters.delivery.policy import Refusal, Verdict
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.models import Outbound
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.routes import route_of

log = logging.getLogger(__name__)


def deliver(key: UUID) -> list[UUID]:
    """Try to deliver a mail if it is due. Returns the mails that became due by it.

    Safe to call at any time, any number of times, from any number of workers.
    """
    outbound = claim(key)
    if outbound is None:
        return []
    try:
        return _hand_over(outbound)
    except (Fenced, NotAllowed):
        log.warning("Mail %s: the lease was lost; what became of it is noted by another.", key)
    except Exception:  # this mail waits for the sweeper; the next one is not kept waiting
        log.exception("Mail %s could not be tried.", key)
    return []


def _hand_over(outbound: Outbound) -> list[UUID]:
    try:
        envelope, message = build(outbound)
    except (CannotBeMade, ValueError) as error:
        return _hold(outbound, HoldReason.RENDER_FAILED, None, str(error))
    fingerprint = hashlib.sha256(message).hexdigest()
    try:
        answer = transport().send(envelope, message, lambda: enter_data(outbound))
    except NotSent as error:
        return _refused(outbound, policy.judge(error))
    except OutcomeUnknown as error:
        return _unknown(outbound, str(error))
    try:
        _sent(outbound, answer, fingerprint)
    except NotAllowed:
        _sent_after_all(outbound, answer, fingerprint)
    copy = copy_to_writer(outbound)
    return [copy.id] if copy else []


@transaction.atomic
def _sent(outbound: Outbound, answer: str, fingerprint: str, claim: str | None = None) -> None:
    now = timezone.now()
    end_attempt(outbound, 250, answer)
    move_outbound(
        outbound, OutboundState.SENT, actor="worker",
        claim=outbound.claim_token if claim is None else claim, sent_at=now,
        sha256=fingerprint, last_code=250, last_answer=answer[:500],
    )  # fmt: skip
    _letter_follows(outbound, LetterState.SENT, "", sent_at=now)


def _sent_after_all(outbound: Outbound, answer: str, fingerprint: str) -> None:
    """The server said yes after our lease ran out: an unknown is known now, not sent again."""
    token = outbound.claim_token
    outbound.refresh_from_db()
    if outbound.letter is not None:
        outbound.letter.refresh_from_db()
    if outbound.state == OutboundState.UNKNOWN:
        kept, outbound.claim_token = outbound.claim_token, token
        end_attempt(outbound, 250, answer)
        outbound.claim_token = kept
        _sent(outbound, answer, fingerprint, claim=kept)


def copy_to_writer(outbound: Outbound) -> Outbound | None:
    """Write M2 unless it left earlier or the writer is erased."""
    letter, submission = outbound.letter, outbound.its_submission
    submission.refresh_from_db()  # erased, perhaps, while the letter was on its way
    if outbound.purpose != Purpose.LETTER or letter is None or not submission.email:
        return None
    if (
        letter.outbounds.filter(purpose=Purpose.COPY)
        .exclude(state=OutboundState.CANCELLED)
        .exists()
    ):
        return None
    return rows.write(Purpose.COPY, submission, letter=letter)


@transaction.atomic
def _refused(outbound: Outbound, refusal: Refusal) -> list[UUID]:
    end_attempt(outbound, refusal.code, refusal.answer)
    if refusal.verdict is Verdict.CONTENT:
        return _hold(outbound, HoldReason.REFUSED, refusal.code, refusal.answer)
    if refusal.verdict is Verdict.ADDRESS:
        return _address_refused(outbound, refusal)
    if timezone.now() - outbound.created_at > policy.PATIENCE:
        return _fail(outbound, refusal)
    return _again(outbound, refusal)


def _again(outbound: Outbound, refusal: Refusal) -> list[UUID]:
    _back_to_queue(outbound, refusal, wait=True)
    return []


def _address_refused(outbound: Outbound, refusal: Refusal) -> list[UUID]:
    """Stop the address. A letter goes on by the office's next one; a supporter has only one."""
    office = outbound.letter.office if outbound.letter else None
    if outbound.purpose != Purpose.LETTER or office is None:
        return _fail(outbound, refusal)
    OfficeRoute.objects.filter(office=office, email=outbound.recipient).update(
        stopped=True, stopped_reason=refusal.answer[:300]
    )
    if route_of(office) is None:
        return _hold(outbound, HoldReason.REFUSED, refusal.code, refusal.answer)
    _back_to_queue(outbound, refusal, wait=False)
    return [outbound.id]


def _back_to_queue(outbound: Outbound, refusal: Refusal, *, wait: bool) -> None:
    due = timezone.now() + (policy.wait_after(outbound.attempts) if wait else timedelta())
    move_outbound(
        outbound, OutboundState.QUEUED, actor="worker", claim=outbound.claim_token,
        reason=refusal.answer, next_attempt_at=due, claim_token="", lease_until=None,
        last_code=refusal.code, last_answer=refusal.answer[:500],
    )  # fmt: skip
    _letter_follows(outbound, LetterState.QUEUED, refusal.answer)


@transaction.atomic
def _unknown(outbound: Outbound, answer: str) -> list[UUID]:
    move_outbound(
        outbound, OutboundState.UNKNOWN, actor="worker", claim=outbound.claim_token, reason=answer,
        last_code=None, last_answer=answer[:500],
        next_attempt_at=timezone.now() + policy.RESEND_UNKNOWN_AFTER,
    )  # fmt: skip
    end_attempt(outbound, None, answer)
    _letter_follows(outbound, LetterState.UNKNOWN, answer)
    return []


def _hold(outbound: Outbound, hold: HoldReason, code: int | None, answer: str) -> list[UUID]:
    with transaction.atomic():
        end_attempt(outbound, code, answer)
        move_outbound(
            outbound, OutboundState.HELD, actor="worker", claim=outbound.claim_token, reason=answer,
            last_code=code, last_answer=answer[:500],
        )  # fmt: skip
        _letter_follows(outbound, LetterState.HELD, answer, hold)
    return []


def _fail(outbound: Outbound, refusal: Refusal) -> list[UUID]:
    move_outbound(
        outbound, OutboundState.FAILED, actor="worker", claim=outbound.claim_token,
        reason=refusal.answer, last_code=refusal.code, last_answer=refusal.answer[:500],
    )  # fmt: skip
    _letter_follows(outbound, LetterState.FAILED, refusal.answer)
    return []


def _letter_follows(
    outbound: Outbound,
    state: LetterState,
    problem: str,
    hold: HoldReason | str = "",
    **fields: Any,
) -> None:
    """From `queued` on a letter's state is that of its mail, written in the same transaction."""
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        move_letter(
            outbound.letter,
            state,
            actor="worker",
            reason=problem,
            hold=hold,
            problem=problem[:300],
            **fields,
        )
