"""Review: a person reads a letter before it goes on. Nobody rewrites a supporter's words."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from letters import clock, outbox
from letters.actions.confirm import approve_now
from letters.actions.take_back import take_back
from letters.actions.write import LINK_DAYS
from letters.enums import LetterState, Purpose
from letters.models import Decision, Letter, Submission
from letters.moves import NotAllowed, move_letter

Outcome = Decision.Outcome


@transaction.atomic
def approve(letter: Letter, *, by: AbstractBaseUser) -> None:
    """Let the letter go. Raises moves.NotAllowed if it isn't in review."""
    if letter.state != LetterState.IN_REVIEW:
        raise NotAllowed(f"It is {letter.state}.")
    approve_now(letter, actor="reviewer", by=by)
    _decide(letter, Outcome.APPROVED, by, "")


@transaction.atomic
def return_to_writer(letter: Letter, *, by: AbstractBaseUser, reason: str) -> None:
    """Ask the writer to change it: a mail with the reason and a link to the letter."""
    move_letter(letter, LetterState.RETURNED, actor="reviewer", by=by, reason=reason, content=None)
    _decide(letter, Outcome.RETURNED, by, reason)
    expires = clock.now() + timedelta(days=LINK_DAYS)
    Submission.objects.filter(pk=letter.submission_id).update(expires_at=expires)
    letter.submission.expires_at = expires
    outbox.enqueue(Purpose.RETURNED, letter.submission, letter=letter)


@transaction.atomic
def reject(letter: Letter, *, by: AbstractBaseUser, reason: str) -> None:
    """Do not send the letter on. Its writer is told why."""
    move_letter(letter, LetterState.REJECTED, actor="reviewer", by=by, reason=reason)
    _decide(letter, Outcome.REJECTED, by, reason)
    outbox.enqueue(Purpose.REJECTED, letter.submission, letter=letter)


@transaction.atomic
def withdraw_by_organiser(letter: Letter, *, by: AbstractBaseUser, reason: str) -> None:
    """Take a letter out before it is sent, at its writer's wish or for a reason of our own."""
    take_back(letter, actor="organiser", by=by, reason=reason)
    _decide(letter, Outcome.WITHDRAWN, by, reason)


def _decide(letter: Letter, outcome: str, by: AbstractBaseUser, reason: str) -> None:
    Decision.objects.create(letter=letter, outcome=outcome, by_id=by.pk, reason=reason)
