"""Erase what is due: unconfirmed forms, letters long sent, people who asked, ended campaigns.

What is counted stays: a letter's government, country, language, day and state, and the HMAC
that keeps one signer one. GDPR art. 5(1)(e) and 17; the periods are abuse-and-privacy.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from letters.enums import CAN_BE_TAKEN_BACK, LetterState, OutboundState, SubmissionState
from letters.models import AccessToken, Decision, Letter, Outbound, Submission
from letters.moves import NotAllowed, move_letter, move_outbound, move_submission

TEXT_KEPT = timedelta(days=28)
BATCH = 500
# A worker has the letter in its hands: its text is dropped once that is over.
IN_FLIGHT = (LetterState.SENDING, LetterState.UNKNOWN)
_BLANK: dict[str, Any] = {
    "name": "",
    "email": "",
    "town": "",
    "organisation": "",
    "words": "",
    "suspicions": [],
}


@dataclass(frozen=True)
class Due:
    """How many rows each rule concerns now."""

    expired: int
    texts: int
    identities: int
    links: int


def due() -> Due:
    return Due(_overdue().count(), _old_texts().count(), _ended().count(), _old_links().count())


def run() -> Due:
    """Erase all that is due. Safe to repeat."""
    counts = due()
    for submission in _overdue()[:BATCH]:
        expire(submission)
    for letter in _old_texts()[:BATCH]:
        drop_text(letter)
    for submission in _ended()[:BATCH]:
        erase(submission, actor="retention")
    _old_links().delete()
    return counts


def _overdue() -> QuerySet[Submission]:
    return Submission.objects.overdue(timezone.now()).order_by("expires_at")


def _old_texts() -> QuerySet[Letter]:
    final = (LetterState.SENT, LetterState.BOUNCED, LetterState.ANSWERED)
    old = Q(state__in=final, sent_at__lte=timezone.now() - TEXT_KEPT)
    erased = Q(submission__state=SubmissionState.ERASED) & ~Q(state__in=IN_FLIGHT)
    return Letter.objects.filter(old | erased, content__isnull=False)


def _ended() -> QuerySet[Submission]:
    today = timezone.now().date()
    return Submission.objects.filter(
        state=SubmissionState.CONFIRMED, campaign__keep_until__lt=today
    ).order_by("created_at")


def _old_links() -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(expires_at__lte=timezone.now())


@transaction.atomic
def expire(submission: Submission) -> None:
    """Delete what an unconfirmed form held. Its link can still say what became of it."""
    for letter in submission.letters.filter(state__in=(LetterState.AWAITING, LetterState.RETURNED)):
        move_letter(letter, LetterState.EXPIRED, actor="retention", content=None)
    move_submission(submission, SubmissionState.EXPIRED, actor="retention", fields=_BLANK)
    _forget_mails(submission)


def drop_text(letter: Letter) -> None:
    """Delete a letter's text and PDF; its mails keep no address."""
    if letter.pdf:
        default_storage.delete(letter.pdf)
    Letter.objects.filter(pk=letter.pk).update(content=None, pdf="", pdf_bytes=0)
    Outbound.objects.filter(letter=letter).update(recipient="", last_answer="")


@transaction.atomic
def erase(submission: Submission, *, actor: str) -> int:
    """Erase a person's submission. Letters not yet sent are taken back. Returns how many were.

    A letter that is being handed over at this moment is recorded as sent, without its text.
    """
    taken_back = sum(_take_back(letter, actor) for letter in submission.letters.all())
    for letter in submission.letters.exclude(state__in=IN_FLIGHT):
        drop_text(letter)
    Decision.objects.filter(letter__submission=submission).exclude(reason="").update(
        reason="erased"
    )
    move_submission(
        submission,
        SubmissionState.ERASED,
        actor=actor,
        fields={**_BLANK, "erased_at": timezone.now(), "updates": False},
    )
    _forget_mails(submission)
    return taken_back


def _take_back(letter: Letter, actor: str) -> bool:
    if letter.state not in CAN_BE_TAKEN_BACK and letter.state != LetterState.AWAITING:
        return False
    try:
        move_letter(letter, LetterState.WITHDRAWN, actor=actor, reason="erased")
    except NotAllowed:  # a worker took it this moment: it counts as sent
        return False
    return True


def _forget_mails(submission: Submission) -> None:
    for outbound in submission.outbounds.filter(
        state__in=(OutboundState.QUEUED, OutboundState.HELD, OutboundState.FAILED)
    ):
        try:
            move_outbound(outbound, OutboundState.CANCELLED, actor="retention")
        except NotAllowed:
            continue
    submission.outbounds.exclude(state=OutboundState.SENDING).update(recipient="", last_answer="")
