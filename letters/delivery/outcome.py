"""What became of a batch: the one place that decides what an answer does to a mail and its letters.

All outcomes of a batch are noted in one transaction. Every write names the claim; a mail that
another moved meanwhile is left to that other, unless the server's yes settles it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max

from campaign.models import Office, OfficeRoute
from letters import clock
from letters.bulk_moves import keep_answers, move_letters, move_outbounds
from letters.delivery import policy, rows
from letters.delivery.claim import TO_OFFICES, letters_of
from letters.delivery.copies import copies_to_writers
from letters.delivery.policy import Refusal, Verdict
from letters.enums import HoldReason, LetterState, OutboundState, Purpose
from letters.failpoints import failpoint, failpoint_on_commit
from letters.models import Attempt, Letter, OfficePace, Outbound, Suppression
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.routes import route_of

log = logging.getLogger(__name__)
# A yes settles what was given up meanwhile: the message is not to be sent again.
SETTLED_BY_A_YES = (OutboundState.UNKNOWN, OutboundState.QUEUED, OutboundState.HELD)


class Kind(Enum):
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # the message was on its way when the connection or the worker was lost
    UNMADE = "unmade"  # the message cannot be made from its rows
    BROKEN = "broken"  # something failed that should not; nothing was sent
    RELEASED = "released"  # not begun
    DIED = "died"  # nothing was sent; the worker did not come back from it


@dataclass(frozen=True)
class Outcome:
    """What became of one mail. `answer` is the server's last word, or ours."""

    outbound: Outbound
    kind: Kind
    answer: str = ""
    fingerprint: str = ""
    refusal: Refusal | None = None


def note(outcomes: Sequence[Outcome], token: str, actor: str = "worker") -> list[UUID]:
    """Write down what became of a batch. Returns the mails that became due by it."""
    failpoint("send.before_note")
    try:
        due = _note(outcomes, token, actor)
    except NotAllowed:  # a letter and its mail disagree: note the others without it
        due = [key for outcome in outcomes for key in _note_alone(outcome, token, actor)]
    failpoint("send.after_note")
    return due


def _note(outcomes: Sequence[Outcome], token: str, actor: str) -> list[UUID]:
    """Note all or none. The rows in memory are then as they were: it may be tried again."""
    mails = [outcome.outbound for outcome in outcomes]
    rows_read = [*mails, *(mail.letter for mail in mails if mail.letter is not None)]
    before = [(row, dict(row.__dict__)) for row in rows_read]
    try:
        return _note_all(outcomes, token, actor)
    except BaseException:
        for row, fields in before:
            row.__dict__ = fields
        raise


@transaction.atomic
def _note_all(outcomes: Sequence[Outcome], token: str, actor: str) -> list[UUID]:
    due = _note_sent([one for one in outcomes if one.kind is Kind.SENT], token, actor)
    for outcome in outcomes:
        if outcome.kind is not Kind.SENT:
            due += _note_one(outcome, token, actor)
    failpoint_on_commit("send.noted")
    return due


def _note_alone(outcome: Outcome, token: str, actor: str) -> list[UUID]:
    try:
        return _note([outcome], token, actor)
    except NotAllowed:
        log.exception("Mail %s: what became of it could not be noted.", outcome.outbound.pk)
        return []


def _note_sent(outcomes: Sequence[Outcome], token: str, actor: str) -> list[UUID]:
    if not outcomes:
        return []
    now = clock.now()
    for one in outcomes:
        one.outbound.sha256, one.outbound.last_answer = one.fingerprint, one.answer[:500]
    mails = [one.outbound for one in outcomes]
    done = move_outbounds(
        mails, OutboundState.SENT, actor=actor, claim=token, sent_at=now, last_code=250
    )
    there = {mail.pk for mail in done}
    late = [mail for mail in mails if mail.pk not in there and _settled(mail, actor)]
    keep_answers([*done, *late])
    _tries(mails, token).update(stage=Attempt.Stage.DONE, ended_at=now, code=250)
    letters = letters_of(done)
    move_letters(letters, LetterState.SENT, actor=actor, sent_at=now, problem="")
    _office_is_well(mails)
    return copies_to_writers([*letters, *letters_of(late)])


def _settled(mail: Outbound, actor: str) -> bool:
    """The server said yes after our time ran out: what was unknown is known now."""
    state = Outbound.objects.filter(pk=mail.pk).values_list("state", flat=True).get()
    if state not in SETTLED_BY_A_YES:
        return False
    mail.state = state
    move_outbound(
        mail, OutboundState.SENT, actor=actor, reason="accepted after all",
        sent_at=clock.now(), last_code=250, lease_until=None,
    )  # fmt: skip
    for letter in letters_of([mail]):
        letter.refresh_from_db(fields=["state"])
        move_letter(letter, LetterState.SENT, actor=actor, sent_at=clock.now(), problem="")
    return True


def _note_one(outcome: Outcome, token: str, actor: str) -> list[UUID]:
    """Note anything but a yes. Returns the mails that are due by it."""
    if not Outbound.objects.filter(pk=outcome.outbound.pk, claim_token=token).exists():
        return []
    _end(outcome, token)
    if outcome.refusal is not None:
        return _refused(outcome.outbound, outcome.refusal, actor)
    if outcome.kind is Kind.UNKNOWN:
        later = clock.now() + timedelta(seconds=policy.times().unknown)
        _move(outcome.outbound, OutboundState.UNKNOWN, None, outcome.answer, actor, later=later)
        return []
    if outcome.kind is Kind.UNMADE:
        hold = HoldReason.RENDER_FAILED
        _move(outcome.outbound, OutboundState.HELD, None, outcome.answer, actor, hold=hold)
        return []
    if outcome.kind is Kind.BROKEN:
        return _again_or_fail(outcome.outbound, Refusal(Verdict.RETRY, 0, outcome.answer), actor)
    _move(outcome.outbound, OutboundState.QUEUED, None, outcome.answer, actor, later=clock.now())
    return []


def _end(outcome: Outcome, token: str) -> None:
    """Close the attempt. One that its worker died of stays open: they are counted."""
    if outcome.kind is Kind.DIED:
        return
    code = outcome.refusal.code if outcome.refusal else None
    stage = Attempt.Stage.DATA if outcome.kind is Kind.UNKNOWN else Attempt.Stage.DONE
    _tries([outcome.outbound], token).update(
        stage=stage, ended_at=clock.now(), code=code or None, answer=outcome.answer[:500]
    )


def _tries(mails: Sequence[Outbound], token: str) -> Any:
    """Their open attempts: one with a code is closed for good (guards.py), also when a note is
    made again because its commit was not answered."""
    keys = [mail.pk for mail in mails]
    return Attempt.objects.filter(outbound__in=keys, claim_token=token, code=None)


def _refused(outbound: Outbound, refusal: Refusal, actor: str) -> list[UUID]:
    match refusal.verdict:
        case Verdict.SERVER:  # the server's trouble: the mail is not charged, others go first
            later = clock.now() + timedelta(seconds=policy.times().trouble)
            _move(outbound, OutboundState.QUEUED, refusal.code, refusal.answer, actor, later=later)
            return []
        case Verdict.RETRY:
            return _again_or_fail(outbound, refusal, actor)
        case Verdict.ADDRESS:
            return _address_refused(outbound, refusal, actor)
        case Verdict.CONTENT:
            _hold_refused(outbound, refusal, actor)
            return []


def _again_or_fail(outbound: Outbound, refusal: Refusal, actor: str) -> list[UUID]:
    # From the first try on: a letter may have waited for weeks until it was its turn. What a
    # person queued again has its time anew.
    again = outbound.moves.filter(to_state=OutboundState.QUEUED, by__isnull=False)
    since = again.aggregate(at=Max("at"))["at"]
    tries = outbound.tries.filter(started_at__gte=since) if since else outbound.tries.all()
    first = tries.order_by("number").values_list("started_at", flat=True).first()
    if first is not None and clock.now() - first > policy.PATIENCE:
        return _fail(outbound, refusal, actor)
    soft = outbound.tries.filter(code__gte=400, code__lt=600).exclude(code=421).count()
    later = clock.now() + policy.wait_after(max(soft, 1))
    _move(outbound, OutboundState.QUEUED, refusal.code, refusal.answer, actor, later=later)
    return []


def _address_refused(outbound: Outbound, refusal: Refusal, actor: str) -> list[UUID]:
    """Stop the address. A letter goes on by the office's next one; a supporter has only one."""
    office = outbound.letter.office if outbound.letter else outbound.office
    if outbound.purpose not in TO_OFFICES or office is None:
        if outbound.mailbox:
            reason = {"reason": "refused by its mail server"}
            Suppression.objects.get_or_create(signer=outbound.mailbox, defaults=reason)
        return _fail(outbound, refusal, actor)
    OfficeRoute.objects.filter(office=office, email=outbound.recipient).update(
        stopped=True, stopped_reason=refusal.answer[:300]
    )
    if route_of(Office.objects.prefetch_related("routes").get(pk=office.pk)) is None:
        _hold_refused(outbound, refusal, actor)
        return []
    _count_refusal(office, refusal)
    _move(outbound, OutboundState.QUEUED, refusal.code, refusal.answer, actor, later=clock.now())
    return [outbound.pk]


def _hold_refused(outbound: Outbound, refusal: Refusal, actor: str) -> None:
    office = outbound.letter.office if outbound.letter else outbound.office
    if (
        office is not None
        and outbound.purpose in TO_OFFICES
        and not _for_own_words(outbound, refusal)
    ):
        _count_refusal(office, refusal)
    hold = HoldReason.REFUSED
    _move(outbound, OutboundState.HELD, refusal.code, refusal.answer, actor, hold=hold)


def _for_own_words(outbound: Outbound, refusal: Refusal) -> bool:
    """Whether a server may have refused what one writer wrote: no reason to pause the office."""
    return refusal.verdict is Verdict.CONTENT and any(
        letter.with_words for letter in letters_of([outbound])
    )


def _count_refusal(office: Office, refusal: Refusal) -> None:
    """Pause an office that refused several mails in a row: something is wrong between us (F20)."""
    pace, _ = OfficePace.objects.get_or_create(office=office)
    OfficePace.objects.filter(pk=pace.pk).update(refusals=F("refusals") + 1)
    pace.refresh_from_db(fields=["refusals"])  # others count, too
    if pace.refusals >= policy.REFUSALS:
        reason = f"{pace.refusals} refusals in a row: {refusal.answer}"
        Office.objects.filter(pk=office.pk, paused=False).update(
            paused=True, pause_reason=reason[:300]
        )


def _office_is_well(mails: Sequence[Outbound]) -> None:
    offices = [one.letter.office_id if one.letter else one.office_id for one in mails]
    OfficePace.objects.filter(office__in=[one for one in offices if one], refusals__gt=0).update(
        refusals=0
    )


def _fail(outbound: Outbound, refusal: Refusal, actor: str) -> list[UUID]:
    """Give up. The writers are told: nobody waits for a letter that will not leave."""
    letters = letters_of([outbound])
    _move(outbound, OutboundState.FAILED, refusal.code, refusal.answer, actor)
    keys = [letter.pk for letter in letters]
    told = Letter.objects.filter(pk__in=keys).exclude(submission__email="")
    about = [(letter.submission, letter) for letter in told.select_related("submission")]
    return [row.pk for row in rows.write_all(Purpose.GIVEN_UP, about)]


def _move(
    outbound: Outbound,
    to: OutboundState,
    code: int | None,
    answer: str,
    actor: str,
    *,
    later: object = None,
    hold: HoldReason | str = "",
) -> None:
    """Move a mail that was being sent, and its letters with it."""
    letters = letters_of([outbound])
    fields: dict[str, Any] = {"next_attempt_at": later} if later is not None else {}
    move_outbound(
        outbound, to, actor=actor, claim=outbound.claim_token, reason=answer,
        last_code=code or None, last_answer=answer[:500], claim_token="", lease_until=None, **fields,
    )  # fmt: skip
    for letter in letters:
        move_letter(letter, to.value, actor=actor, reason=answer, hold=hold, problem=answer[:300])
