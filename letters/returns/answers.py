"""Answers of offices: kept with their letter, and passed on to its writer who wants them.

An answer is kept as text and files, never as HTML; its files lie in the private storage under
names of ours. Who erased their details gets nothing and leaves no words: the letter is answered,
and that is all that is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from letters import clock
from letters.delivery import rows
from letters.enums import LetterState, Purpose, SubmissionState
from letters.models import Answer, AnswerFile, Letter, Outbound, Suppression
from letters.moves import move_letter
from letters.rendering.passed_on import UNNAMED, harmless, kind_of
from letters.returns.files import File
from letters.returns.reports import settle

# Two machines that answer each other must not fill a mailbox.
PASSED_ON_A_DAY = 5
ANSWERABLE = (LetterState.SENT, LetterState.BOUNCED)


@dataclass(frozen=True)
class Told:
    """An answer as it came. `key` tells a mail from every other; paper has none."""

    channel: str
    received_at: datetime
    sender: str = ""
    subject: str = ""
    text: str = ""
    files: Sequence[File] = field(default=())
    key: str | None = None
    by: AbstractBaseUser | None = None
    proven: bool = True


def record(letter: Letter, told: Told, *, actor: str = "office") -> Answer:
    """Keep an answer; if it is proven, mark the letter as answered and pass the answer on.

    Raises reports.TooEarly or moves.NotAllowed, keeping nothing.
    """
    erased = letter.submission.state == SubmissionState.ERASED
    kept = [] if erased else [_store(letter, file) for file in told.files]
    try:
        with transaction.atomic():
            answer = _write(letter, told, erased)
            AnswerFile.objects.bulk_create(AnswerFile(answer=answer, **file) for file in kept)
            if told.proven:
                take_up(answer, actor, told.by)
            return answer
    except Exception:
        for file in kept:  # nothing points to it: it must not stay behind
            default_storage.delete(file["file"])
        raise


def take_up(answer: Answer, actor: str, by: AbstractBaseUser | None) -> None:
    """Do what follows from an office's answer. Raises as `record`."""
    _mark_answered(answer.letter, actor, by)
    _pass_on(answer)


def _store(letter: Letter, file: File) -> dict[str, Any]:
    # The sender's name for it is data only: what stands in a path is ours.
    path = f"{letter.campaign.slug}/answers/{letter.number}-{secrets.token_hex(8)}"
    kind = kind_of(file.name, file.media_type, file.content)
    return {
        "name": file.name if kind else harmless(file.name),
        "media_type": kind or UNNAMED,
        "file": default_storage.save(path, ContentFile(file.content)),
        "size": len(file.content),
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }


def _write(letter: Letter, told: Told, erased: bool) -> Answer:
    words = ("", "", "") if erased else (told.sender[:254], told.subject[:300], told.text)
    sender, subject, text = words
    standing = Answer.Standing.TAKEN if told.proven else Answer.Standing.UNPROVEN
    return Answer.objects.create(
        standing=standing, letter=letter, channel=told.channel, key=told.key, sender=sender, subject=subject, text=text,
        received_at=told.received_at, entered_by_id=told.by.pk if told.by else None,
    )  # fmt: skip


def _mark_answered(letter: Letter, actor: str, by: AbstractBaseUser | None) -> None:
    """Mark the letter. An answer proves that it arrived, if that was not known."""
    if letter.state == LetterState.ANSWERED:
        return
    outbound = letter.outbounds.filter(purpose=Purpose.LETTER).order_by("-created_at").first()
    if letter.state not in ANSWERABLE and outbound is not None:
        settle(outbound, "the office answered")
        letter.refresh_from_db(fields=["state", "hold_reason"])
    if by is not None or letter.state in ANSWERABLE:
        move_letter(letter, LetterState.ANSWERED, actor=actor, by=by)


def _pass_on(answer: Answer) -> None:
    """Write the mail that brings the answer to its writer, unless it is not wanted."""
    letter, submission = answer.letter, answer.letter.submission
    wanted = submission.wants_answer and submission.state == SubmissionState.CONFIRMED
    if not (wanted and submission.email and (answer.text or answer.files.exists())):
        return
    if Suppression.objects.filter(signer=submission.signer).exists() or _often(letter):
        return
    mail = rows.write(Purpose.ANSWER, submission, letter=letter)
    Outbound.objects.filter(pk=mail.pk).update(content={"answer": answer.pk})
    answer.passed_on = True
    answer.save(update_fields=["passed_on"])


def _often(letter: Letter) -> bool:
    since = clock.now() - timedelta(days=1)
    passed = letter.outbounds.filter(purpose=Purpose.ANSWER, created_at__gt=since)
    return passed.count() >= PASSED_ON_A_DAY
