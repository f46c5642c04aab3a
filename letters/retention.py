"""Erase what is due: unconfirmed forms, letters long sent, people who asked, ended campaigns.

What is counted stays: a letter's government, country, language, day and state, and the HMAC
that keeps one signer one. GDPR art. 5(1)(e) and 17; the periods are abuse-and-privacy.md §4.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaign.models import Campaign
from letters import bundled, digests, strays
from letters.enums import CAN_BE_TAKEN_BACK, COUNTED, LetterState, OutboundState, SubmissionState
from letters.models import (
    AccessToken,
    Answer,
    Attempt,
    Decision,
    DeliveryReport,
    Digest,
    Letter,
    Move,
    Outbound,
    Submission,
)
from letters.moves import NotAllowed, move_letter, move_outbound, move_submission

log = logging.getLogger(__name__)
Row = TypeVar("Row", bound=models.Model)
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
    """How many rows, or files, each rule concerns, or concerned."""

    expired: int
    returned: int
    texts: int
    identities: int
    links: int
    answers: int
    digests: int = 0
    returned_mail: int = 0
    files: int = 0


def due() -> Due:
    rules: tuple[QuerySet[Any], ...] = (
        _overdue(), _not_sent_again(), _old_texts(), _ended(), _old_links(), _told_of_the_gone(),
        _old_digests(),
    )  # fmt: skip
    came_back = _old_answers().count() + _old_reports().count()
    files = sum(1 for _path in strays.strays())
    return Due(*[*(rows.count() for rows in rules), came_back, files])


def run() -> Due:
    """Erase all that is due, row by row. Returns how many were. Safe to repeat."""
    return Due(
        expired=_each(_overdue(), expire),
        returned=_each(_not_sent_again(), expire_returned),
        texts=_each(_old_texts(), drop_old_text),
        identities=_each(_ended(), partial(erase, actor="retention")),
        links=_old_links().delete()[0],
        answers=_each(_told_of_the_gone(), _forget_answers_of_mail),
        digests=_each(_old_digests(), _forget_digest),
        returned_mail=_each(_old_answers(), drop_answer) + _old_reports().update(text=""),
        files=strays.delete_strays(),
    )


def _each(rows: QuerySet[Row], step: Callable[[Row], object]) -> int:
    """Do `step` for every row, batch by batch. One that fails is logged and stops no other."""
    done = 0
    failed: list[object] = []
    while batch := list(rows.exclude(pk__in=failed)[:BATCH]):
        for row in batch:
            try:
                step(row)
                done += 1
            except Exception:
                log.exception("Retention could not do %s %s.", type(row).__name__, row.pk)
                failed.append(row.pk)
    return done


def _overdue() -> QuerySet[Submission]:
    return Submission.objects.overdue(timezone.now()).order_by("expires_at")


def _not_sent_again() -> QuerySet[Letter]:
    """Letters returned to their writers, who let the link's time go by."""
    now = timezone.now()
    return Letter.objects.filter(state=LetterState.RETURNED, submission__expires_at__lte=now)


def _old_texts() -> QuerySet[Letter]:
    final = (LetterState.SENT, LetterState.BOUNCED, LetterState.ANSWERED)
    old = Q(state__in=final, sent_at__lte=timezone.now() - TEXT_KEPT)
    erased = Q(submission__state=SubmissionState.ERASED) & ~Q(state__in=IN_FLIGHT)
    return Letter.objects.filter(old | erased, content__isnull=False)


def _old_answers() -> QuerySet[Answer]:
    """Answers of offices whose time is over, and those to people who are gone.

    One that came on paper may be dated long before it was entered: its letter's move tells when.
    """
    over = timezone.now() - TEXT_KEPT
    lately = Move.objects.filter(
        letter=OuterRef("letter"), to_state=LetterState.ANSWERED, at__gt=over
    )
    old = Q(received_at__lte=over) & ~Q(Exists(lately))
    erased = Q(letter__submission__state=SubmissionState.ERASED)
    kept = ~Q(sender="") | ~Q(subject="") | ~Q(text="") | Q(files__isnull=False)
    return Answer.objects.filter(old | erased).filter(kept).distinct()


def _old_reports() -> QuerySet[DeliveryReport]:
    return DeliveryReport.objects.filter(at__lte=timezone.now() - TEXT_KEPT).exclude(text="")


def _ended() -> QuerySet[Submission]:
    """People of campaigns whose day is over, in the campaign's own time zone."""
    over = [one.pk for one in Campaign.objects.all() if one.keep_until < one.today()]
    return Submission.objects.filter(state=SubmissionState.CONFIRMED, campaign__in=over)


def _told_of_the_gone() -> QuerySet[Outbound]:
    """Mails that were in flight when their person was erased, and still name them."""
    gone = (SubmissionState.ERASED, SubmissionState.EXPIRED)
    rows = Outbound.objects.filter(submission__state__in=gone).exclude(state=OutboundState.SENDING)
    return rows.exclude(recipient="", last_answer="")


def _old_digests() -> QuerySet[Digest]:
    """Digests that left long ago, or name a person who was erased meanwhile."""
    over = (OutboundState.SENT, OutboundState.BOUNCED, OutboundState.CANCELLED)
    rows = digests.remembered().filter(outbound__state__in=over)
    old = Q(outbound__sent_at__lte=timezone.now() - TEXT_KEPT)
    erased = Letter.objects.filter(digest=OuterRef("pk"), submission__state=SubmissionState.ERASED)
    return rows.filter(old | Q(Exists(erased)))


@transaction.atomic
def _forget_digest(digest: Digest) -> None:
    digests.forget(digest)


def _forget_answers_of_mail(outbound: Outbound) -> None:
    Outbound.objects.filter(pk=outbound.pk).update(recipient="", last_answer="")
    Attempt.objects.filter(outbound=outbound).update(answer="")


def _old_links() -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(expires_at__lte=timezone.now())


@transaction.atomic
def expire(submission: Submission, *, actor: str = "retention", reason: str = "") -> None:
    """Delete what an unconfirmed form held. Its link can still say what became of it."""
    _cancel_mails(submission)
    _forget_answers(submission)
    for letter in submission.letters.filter(state=LetterState.AWAITING):
        move_letter(letter, LetterState.EXPIRED, actor=actor, reason=reason, content=None)
    move_submission(submission, SubmissionState.EXPIRED, actor=actor, fields=_BLANK)


@transaction.atomic
def expire_returned(letter: Letter) -> None:
    move_letter(letter, LetterState.EXPIRED, actor="retention", content=None)


@transaction.atomic
def drop_old_text(letter: Letter) -> None:
    """Delete a letter's text if it is old still: a person may have let it go in this moment."""
    _lock(letter.outbounds.all())
    if _old_texts().select_for_update(of=("self",)).filter(pk=letter.pk).first() is not None:
        drop_text(letter)


@transaction.atomic
def drop_text(letter: Letter) -> None:
    """Delete a letter's text and PDF, and what mail servers said of it."""
    # Mails before letters: the order in which workers lock them.
    Outbound.objects.filter(letter=letter).update(recipient="", last_answer="")
    kept = Letter.objects.select_for_update().get(pk=letter.pk)
    if kept.pdf:
        transaction.on_commit(partial(default_storage.delete, kept.pdf))
    digests.forget_of(kept)
    bundled.forget_of(kept)
    Letter.objects.filter(pk=letter.pk).update(content=None, pdf="", pdf_bytes=0, problem="")
    Attempt.objects.filter(outbound__letter=letter).update(answer="")
    DeliveryReport.objects.filter(outbound__letter=letter).update(text="")
    Move.objects.filter(letter=letter).update(reason="")


@transaction.atomic
def drop_answer(answer: Answer) -> None:
    """Delete an answer's words and files. That there was one, when and how it came, stays."""
    for path in answer.files.values_list("file", flat=True):
        transaction.on_commit(partial(default_storage.delete, path))
    answer.files.all().delete()
    Answer.objects.filter(pk=answer.pk).update(sender="", subject="", text="")
    # Nobody can judge it any more.
    Answer.objects.unproven().filter(pk=answer.pk).update(standing=Answer.Standing.REFUSED)


@transaction.atomic
def erase(submission: Submission, *, actor: str) -> int:
    """Erase a person's submission. Letters not yet sent are taken back.

    Returns how many of these had been counted, and count no longer. A letter that is being handed over at this moment is recorded as sent, without its text.
    Raises NotAllowed if the submission is erased already.
    """
    _cancel_mails(submission)  # mails before letters: the order in which workers lock them
    free = [letter for letter in submission.letters.all() if _is_free(letter, actor)]
    taken_back = sum(_take_back(letter, actor) for letter in free)
    for letter in submission.letters.filter(state__in=IN_FLIGHT):
        bundled.forget_of(letter)  # its own text is needed a while yet; copies of it are not
    for letter in submission.letters.exclude(state__in=IN_FLIGHT):
        drop_text(letter)
    for answer in Answer.objects.filter(letter__submission=submission):
        drop_answer(answer)
    move_submission(
        submission,
        SubmissionState.ERASED,
        actor=actor,
        fields={**_BLANK, "erased_at": timezone.now(), "updates": False},
    )
    _forget_answers(submission)
    return taken_back


def _is_free(letter: Letter, actor: str) -> bool:
    """Whether a letter can be taken back. A digest that it waits in is taken apart."""
    if letter.state not in CAN_BE_TAKEN_BACK and letter.state != LetterState.AWAITING:
        return False
    try:
        with transaction.atomic():
            digests.take_out(letter, actor=actor, reason="a person was erased")
    except NotAllowed:  # a worker has it in its hands
        return False
    return True


def _take_back(letter: Letter, actor: str) -> bool:
    """Take a letter back if it can be. Returns whether that ended its being counted."""
    counted = letter.state in COUNTED
    try:
        with transaction.atomic():
            move_letter(letter, LetterState.WITHDRAWN, actor=actor, reason="erased")
    except NotAllowed:  # a worker took it this moment: it counts as sent
        return False
    return counted


def _lock(mails: QuerySet[Outbound]) -> None:
    """Let no worker claim or note these mails until this transaction is over."""
    list(mails.select_for_update().order_by("pk").values_list("pk"))


def _cancel_mails(submission: Submission) -> None:
    _lock(submission.outbounds.all())
    waiting = (OutboundState.QUEUED, OutboundState.HELD, OutboundState.FAILED)
    for outbound in submission.outbounds.filter(state__in=waiting):
        try:
            move_outbound(outbound, OutboundState.CANCELLED, actor="retention")
        except NotAllowed:
            continue


def _forget_answers(submission: Submission) -> None:
    """Mail servers and reviewers quote people: what they said goes with the person."""
    submission.outbounds.exclude(state=OutboundState.SENDING).update(recipient="", last_answer="")
    Attempt.objects.filter(outbound__submission=submission).update(answer="")
    DeliveryReport.objects.filter(outbound__submission=submission).update(text="")
    Move.objects.filter(submission=submission).update(reason="")
    decisions = Decision.objects.filter(letter__submission=submission)
    decisions.exclude(reason="").update(reason="erased")
