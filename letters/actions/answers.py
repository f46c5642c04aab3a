"""Answers that an organiser enters (paper, telephone), and the verdict on unproven ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from letters import outbox, retention
from letters.enums import LetterState, OutboundState, Purpose
from letters.models import Answer, Letter
from letters.moves import NotAllowed
from letters.returns import answers
from letters.returns.files import File

ANSWERABLE = (*answers.ANSWERABLE, LetterState.ANSWERED)


def enter_answer(
    letter: Letter,
    *,
    by: AbstractBaseUser,
    channel: str,
    received_at: datetime,
    subject: str = "",
    text: str = "",
    files: Sequence[File] = (),
) -> Answer:
    """Keep an answer and pass it on to its writer. Raises NotAllowed if the letter isn't sent."""
    if letter.state not in ANSWERABLE:
        raise NotAllowed(f"It is {letter.state}.")
    told = answers.Told(
        channel=channel, received_at=received_at, subject=subject, text=text, files=files, by=by
    )
    answer = answers.record(letter, told, actor="organiser")
    _ring(letter)
    return answer


@transaction.atomic
def take_answer(answer: Answer, *, by: AbstractBaseUser) -> None:
    """Take an unproven answer as the office's. Raises NotAllowed, changing nothing."""
    if answer.letter.state not in ANSWERABLE:
        raise NotAllowed(f"The letter is {answer.letter.state}.")
    _decide(answer, Answer.Standing.TAKEN)
    answers.take_up(answer, "organiser", by)
    _ring(answer.letter)


@transaction.atomic
def refuse_answer(answer: Answer) -> None:
    """Refuse an unproven answer: its words and files go. Raises NotAllowed."""
    _decide(answer, Answer.Standing.REFUSED)
    retention.drop_answer(answer)


def _decide(answer: Answer, standing: Answer.Standing) -> None:
    """Claim the decision: two people may look at once."""
    waiting = Answer.objects.unproven().filter(pk=answer.pk)
    if not waiting.update(standing=standing):
        raise NotAllowed("It is decided already.")
    answer.standing = standing


def _ring(letter: Letter) -> None:
    for mail in letter.outbounds.filter(purpose=Purpose.ANSWER, state=OutboundState.QUEUED):
        outbox.ring(mail)
