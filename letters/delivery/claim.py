"""Claims: one worker at a time owns a batch of mails, for a time, and proves it with a token.

Every write of a worker names its token. One that was stopped and wakes up again finds its time
over or the token changed, and can neither send nor write anything more (fencing).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet

from campaign.models import Campaign, Government, Office
from letters import clock, digests
from letters.bulk_moves import begin_attempts, move_letters, move_outbounds
from letters.delivery import pace, policy
from letters.enums import HoldReason, LetterState, OutboundState, Purpose, SubmissionState
from letters.failpoints import failpoint
from letters.models import Attempt, Letter, Outbound, Suppression
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.routes import route_of

log = logging.getLogger(__name__)
ASKING = (Purpose.CONFIRM, Purpose.ALREADY)
TO_OFFICES = (Purpose.LETTER, Purpose.DIGEST)
_PAUSED = Q(purpose__in=TO_OFFICES) & (
    Q(submission__campaign__delivery_paused=True) | Q(campaign__delivery_paused=True)
)


class Fenced(Exception):
    """The claim is another's by now: stop without sending."""


@dataclass
class Batch:
    """Mails that this worker may try until `until`, by the database's clock."""

    token: str
    until: datetime
    outbounds: list[Outbound]

    @property
    def tide(self) -> int:
        """The highest attempt of the batch: this computer remembers how far it came (F31)."""
        return self.tries().aggregate(newest=Max("pk"))["newest"] or 0

    def tries(self) -> QuerySet[Attempt]:
        """Return this batch's attempts, found by their mails: there may be millions of others."""
        return Attempt.objects.filter(outbound__in=self.outbounds, claim_token=self.token)


def claim(token: str, limit: int, first: UUID | None = None) -> Batch:
    """Take up to `limit` due mails for this worker; `first` before all others if it is due."""
    now = clock.now()
    failpoint("send.before_claim")
    try:
        batch = _claim(token, due_rows(now), limit, first, now)
    except NotAllowed:  # a letter and its mail disagree: find out which, one by one
        log.warning("A batch could not be claimed as a whole.")
        batch = _claim_one(token, limit, now)
    failpoint("send.after_claim")
    return batch


@transaction.atomic
def _claim(
    token: str, rows: QuerySet[Outbound], limit: int, first: UUID | None, now: datetime
) -> Batch:
    until = now + timedelta(seconds=policy.times().lease)
    due = _due(rows, limit, first)
    _cancel_unwanted(due)
    ready = [row for row in due if row.state == OutboundState.QUEUED and _ready(row, now)]
    return Batch(token, until, _take(ready, token, until, now))


def _claim_one(token: str, limit: int, now: datetime) -> Batch:
    keys = list(due_rows(now).values_list("pk", flat=True)[:limit])
    for key in keys:
        try:
            batch = _claim(token, due_rows(now).filter(pk=key), 1, key, now)
        except NotAllowed:
            _hold_odd(key)
            continue
        if batch.outbounds:
            return batch
    return Batch(token, now, [])


def _hold_odd(key: UUID) -> None:
    """Put a mail aside that disagrees with its letter. A digest is taken apart and made anew."""
    try:
        with transaction.atomic():
            outbound = Outbound.objects.select_related("letter", "digest").get(pk=key)
            odd = {one.state for one in letters_of([outbound])} - {LetterState.QUEUED}
            if outbound.state != OutboundState.QUEUED or not odd:
                return  # another moved them meanwhile, and they agree
            _put_aside(outbound, f"Its letter is {', '.join(sorted(odd))}.")
    except NotAllowed:
        log.info("Mail %s was moved by another meanwhile.", key)


def _put_aside(outbound: Outbound, reason: str) -> None:
    if outbound.purpose == Purpose.DIGEST:
        digests.take_apart(outbound.digest, actor="worker", reason=reason)
        return
    move_outbound(outbound, OutboundState.HELD, actor="worker", reason=reason, last_answer=reason)


def any_due() -> bool:
    return due_rows().exists()


def due_rows(now: datetime | None = None) -> QuerySet[Outbound]:
    """Return what may be sent now, in order."""
    now = now or clock.now()
    return Outbound.objects.due(now).exclude(_PAUSED).order_by("priority", "next_attempt_at")


def _due(due: QuerySet[Outbound], limit: int, first: UUID | None) -> list[Outbound]:
    keys = _locked(due)
    chosen = list(keys.filter(pk=first).values_list("pk", flat=True)) if first else []
    rest = keys.exclude(pk__in=chosen).values_list("pk", flat=True)[: limit - len(chosen)]
    found = Outbound.objects.select_related("submission", "letter")
    rows = list(found.filter(pk__in=[*chosen, *rest]).order_by("priority", "next_attempt_at"))
    _share(rows)
    return rows


def _share(outbounds: Sequence[Outbound]) -> None:
    """Give the rows of a batch their campaign, office and government: each is read once."""
    about = [one for row in outbounds for one in (row, row.letter, row.submission) if one]
    for name, read in (
        ("campaign", Campaign.objects.prefetch_related("texts")),
        ("office", Office.objects.select_related("government").prefetch_related("routes")),
        ("government", Government.objects.all()),
    ):
        having = [one for one in about if getattr(one, f"{name}_id", None)]
        rows = read.in_bulk({getattr(one, f"{name}_id") for one in having}) if having else {}
        for one in having:
            setattr(one, name, rows[getattr(one, f"{name}_id")])


def _locked(rows: QuerySet[Outbound]) -> QuerySet[Outbound]:
    """Let several workers choose at once: each takes what no other is taking now."""
    if connection.vendor == "postgresql":
        return rows.select_for_update(skip_locked=True, of=("self",))
    return rows


def _cancel_unwanted(outbounds: Sequence[Outbound]) -> None:
    """Send nothing more to a mailbox that wants nothing or takes nothing.

    Whether it may be asked for a confirmation was decided when that mail was written.
    """
    mails = [one for one in outbounds if one.mailbox and one.purpose not in ASKING]
    wanting_none = Suppression.objects.filter(signer__in={one.mailbox for one in mails})
    stopped = set(wanting_none.values_list("signer", flat=True)) if mails else set()
    for outbound in mails:
        if outbound.mailbox in stopped:
            move_outbound(
                outbound, OutboundState.CANCELLED, actor="worker", reason="suppressed mailbox"
            )


def _ready(outbound: Outbound, now: datetime) -> bool:
    """Whether it may go now. If not, it is moved to where it waits."""
    if outbound.submission is not None and outbound.submission.state == SubmissionState.ERASED:
        _forget(outbound)
        return False
    if outbound.purpose not in TO_OFFICES:
        return True
    if not _address(outbound):
        return False
    later = pace.wait(outbound, now)
    if later is not None:
        Outbound.objects.filter(pk=outbound.pk).update(next_attempt_at=later)
    return later is None


def _take(
    outbounds: Sequence[Outbound], token: str, until: datetime, now: datetime
) -> list[Outbound]:
    _keep_addresses([one for one in outbounds if one.purpose in TO_OFFICES])
    taken = move_outbounds(
        outbounds, OutboundState.SENDING, actor="worker", claim=token,
        claim_token=token, lease_until=until, attempts=F("attempts") + 1,
    )  # fmt: skip
    for outbound in taken:
        outbound.attempts += 1
    move_letters(letters_of(taken), LetterState.SENDING, actor="worker")
    begin_attempts(taken, token, now)
    return taken


def _keep_addresses(outbounds: Sequence[Outbound]) -> None:
    """Write down where each mail goes: one statement for each address."""
    for address in {outbound.recipient for outbound in outbounds}:
        keys = [outbound.pk for outbound in outbounds if outbound.recipient == address]
        Outbound.objects.filter(pk__in=keys).exclude(recipient=address).update(recipient=address)


def letters_of(outbounds: Sequence[Outbound]) -> list[Letter]:
    """Return the letters whose state follows that of these mails."""
    singles = [one.letter for one in outbounds if one.purpose == Purpose.LETTER and one.letter]
    digests = [one.pk for one in outbounds if one.purpose == Purpose.DIGEST]
    if not digests:
        return singles
    return [*singles, *Letter.objects.filter(digest__outbound__in=digests).defer("content")]


def _forget(outbound: Outbound) -> None:
    """Its writer was erased while it was on its way: it goes no further."""
    move_outbound(outbound, OutboundState.CANCELLED, actor="worker", reason="erased")
    if outbound.purpose == Purpose.LETTER and outbound.letter is not None:
        move_letter(outbound.letter, LetterState.WITHDRAWN, actor="worker", reason="erased")


def _address(outbound: Outbound) -> bool:
    """Look up where the office is written to now. Without a way, the letter waits for one.

    What may have arrived already is sent again to the same address only.
    """
    if outbound.resent and outbound.recipient:
        return True
    office: Office | None = outbound.letter.office if outbound.letter else outbound.office
    route = route_of(office) if office else None
    if route is not None and office is not None and not office.paused:
        outbound.recipient = route.email
        return True
    hold = HoldReason.OFFICE_PAUSED if office and office.paused else HoldReason.NO_ADDRESS
    letters = letters_of([outbound])
    move_outbound(
        outbound, OutboundState.HELD, actor="worker", reason=str(hold.label),
        last_answer=str(hold.label),
    )  # fmt: skip
    move_letters(letters, LetterState.HELD, actor="worker", hold=hold)
    return False


def enter_data(batch: Batch) -> None:
    """Note, before the first message of a batch, that its messages may be on their way."""
    failpoint("send.before_stage")
    batch.tries().filter(stage=Attempt.Stage.CONNECTING).update(stage=Attempt.Stage.DATA)
    failpoint("send.after_stage")


def keep(batch: Batch, outbound: Outbound) -> None:
    """Make sure that there is time for a message, or ask for more. Raises Fenced."""
    now, times = clock.now(), policy.times()
    if (batch.until - now).total_seconds() >= times.fence:
        return
    until = now + timedelta(seconds=times.lease)
    mine = Outbound.objects.filter(state=OutboundState.SENDING, claim_token=batch.token)
    if batch.until <= now or mine.update(lease_until=until) == 0:
        raise Fenced
    if not mine.filter(pk=outbound.pk).exists():
        raise Fenced
    batch.until = until
