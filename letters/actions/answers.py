"""Answers that an organiser enters: those that came on paper, by telephone, or to a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from letters import outbox
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
    for mail in letter.outbounds.filter(purpose=Purpose.ANSWER, state=OutboundState.QUEUED):
        outbox.ring(mail)
    return answer
