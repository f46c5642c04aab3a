"""Reports: written down once each, and what follows for mails, letters and addresses.

The report and all that follows stand or fall in one transaction. A report about a mail that a
worker has in its hands at this moment comes too early: TooEarly, and whoever brought it tries
again.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from campaign.models import OfficeRoute
from letters import clock, retention
from letters.delivery.claim import TO_OFFICES, letters_of
from letters.delivery.copies import copies_to_writers
from letters.enums import LetterState, OutboundState, Purpose, SubmissionState
from letters.models import DeliveryReport, Outbound, Suppression
from letters.moves import NotAllowed, move_letter, move_outbound
from letters.returns.failure import Said

Kind = DeliveryReport.Kind
ACTOR = "report"
# A server's word settles what was not known, or tried again in vain.
UNSETTLED = (OutboundState.UNKNOWN, OutboundState.QUEUED, OutboundState.HELD)


class TooEarly(Exception):
    """A worker is about to note what became of this mail: bring the report again later."""


@dataclass(frozen=True)
class Report:
    """`key` tells it from every other; the same key is written down once."""

    said: Said
    source: str
    key: str
    outbound: Outbound | None = None


def record(report: Report) -> DeliveryReport | None:
    """Write a report down and do what follows. Returns None if it is known already.

    Raises TooEarly.
    """
    if DeliveryReport.objects.filter(key=report.key).exists():
        return None
    try:
        with transaction.atomic():
            row = _write(report)
            if report.outbound is not None and _apply(report.outbound, report.said):
                row.applied = True
                row.save(update_fields=["applied"])
            return row
    except NotAllowed as error:
        raise TooEarly(str(error)) from error
    except IntegrityError:
        if DeliveryReport.objects.filter(key=report.key).exists():
            return None  # two processes had it at once
        raise


def _write(report: Report) -> DeliveryReport:
    said = report.said
    return DeliveryReport.objects.create(
        outbound=report.outbound, kind=said.kind, source=report.source, key=report.key,
        status=said.status[:12], text=said.text[:500], at=clock.now(),
    )  # fmt: skip


def _apply(outbound: Outbound, said: Said) -> bool:
    """Do what follows from a report. Returns whether anything changed."""
    if said.kind == Kind.BOUNCED:
        return _bounced(outbound, said)
    if said.kind == Kind.DELIVERED:
        return _delivered(outbound)
    if said.kind == Kind.COMPLAINT:
        return _suppress(outbound, "complaint")
    return False


def _delivered(outbound: Outbound) -> bool:
    settled = settle(outbound, "reported as delivered")
    if settled:
        copies_to_writers(letters_of([outbound]))
    return settled


def settle(outbound: Outbound, reason: str) -> bool:
    """Note a mail as sent whose fate was not known: somebody has it. Returns whether it was so.

    Raises TooEarly while a worker has it.
    """
    if outbound.state == OutboundState.SENDING:
        raise TooEarly("It is being sent at this moment.")
    if outbound.state not in UNSETTLED or not outbound.attempts:
        return False
    now = clock.now()
    move_outbound(outbound, OutboundState.SENT, actor=ACTOR, reason=reason, sent_at=now)
    for letter in letters_of([outbound]):
        move_letter(letter, LetterState.SENT, actor=ACTOR, reason=reason, sent_at=now, problem="")
    return True


def _bounced(outbound: Outbound, said: Said) -> bool:
    settle(outbound, "it came back")
    if outbound.state != OutboundState.SENT:
        return False
    words = f"{said.status} {said.text}".strip()
    move_outbound(outbound, OutboundState.BOUNCED, actor=ACTOR, reason=words)
    if outbound.purpose in TO_OFFICES:
        _back_from_office(outbound, said, words)
    elif not _was_confirmed(outbound):
        if is_about_address(said, outbound.recipient):
            _suppress(outbound, "bounced")
        _cannot_be_confirmed(outbound)
    return True


def _was_confirmed(outbound: Outbound) -> bool:
    """Whether somebody had the link that came back: then the mailbox lives, whatever was said."""
    confirmed = outbound.submission is not None and (
        outbound.submission.state == SubmissionState.CONFIRMED
    )
    return outbound.purpose == Purpose.CONFIRM and confirmed


def _back_from_office(outbound: Outbound, said: Said, words: str) -> None:
    """Show the letters as bounced, and stop the address if it is the trouble (as at RCPT 5xx)."""
    for letter in letters_of([outbound]):
        if letter.state == LetterState.SENT:
            move_letter(letter, LetterState.BOUNCED, actor=ACTOR, reason=words, problem=words[:300])
    office = outbound.letter.office_id if outbound.letter else outbound.office_id
    if office and is_about_address(said, outbound.recipient):
        routes = OfficeRoute.objects.filter(office=office, email__iexact=outbound.recipient)
        routes.filter(stopped=False).update(stopped=True, stopped_reason=words[:300])


def is_about_address(said: Said, recipient: str) -> bool:
    """Whether the address itself takes no mail (RFC 3463): not full, not our text, not our name.

    A failure somewhere behind the address, where it was passed on to, does not condemn it.
    """
    if said.recipient and said.recipient != recipient.lower():
        return False
    return said.status.startswith(("5.1.", "5.0.")) or said.status in ("", "5.2.1", "5.4.4")


def _cannot_be_confirmed(outbound: Outbound) -> None:
    """Let an unconfirmed form go: its link reached nobody. It was never counted.

    A form that has another address by now, or is confirmed, is left alone.
    """
    submission = outbound.submission
    if outbound.purpose != Purpose.CONFIRM or submission is None:
        return
    if submission.state == SubmissionState.AWAITING and submission.signer == outbound.mailbox:
        retention.expire(submission, actor=ACTOR, reason="bounced")


def _suppress(outbound: Outbound, reason: str) -> bool:
    """Write no more to this mailbox, and cancel what waits for it."""
    if not outbound.mailbox:
        return False
    waiting = Outbound.objects.filter(mailbox=outbound.mailbox, state=OutboundState.QUEUED)
    for mail in waiting.exclude(purpose__in=TO_OFFICES):
        move_outbound(mail, OutboundState.CANCELLED, actor=ACTOR, reason=reason)
    _, new = Suppression.objects.get_or_create(signer=outbound.mailbox, defaults={"reason": reason})
    return new
