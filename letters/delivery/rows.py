"""Write rows of the outbox. Who announces them: outbox.py (requests), tasks.py (workers)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models

from letters import clock, message_ids
from letters.enums import LINKS, PRIORITY, Purpose
from letters.identifiers import digest, own_token, token_for, uuid7
from letters.models import AccessToken, Letter, Outbound, Submission

MINE_DAYS = 30


def write(
    purpose: Purpose,
    submission: Submission,
    *,
    letter: Letter | None = None,
    at: datetime | None = None,
) -> Outbound:
    """Write one mail, due now or `at`. Its link's token can be derived again; a digest is kept."""
    [row] = write_all(purpose, [(submission, letter)], at=at)
    return row


def write_all(
    purpose: Purpose,
    about: Sequence[tuple[Submission, Letter | None]],
    *,
    at: datetime | None = None,
) -> list[Outbound]:
    """Write a mail for each submission (and its letter), in a few statements."""
    now = clock.now()
    rows = [_row(purpose, submission, letter, at or now, now) for submission, letter in about]
    _number(rows)
    Outbound.objects.bulk_create(rows)
    if purpose in LINKS:
        _link(rows, LINKS[purpose], now)
    return rows


def _row(
    purpose: Purpose, submission: Submission, letter: Letter | None, at: datetime, now: datetime
) -> Outbound:
    to_office = purpose == Purpose.LETTER
    return Outbound(
        id=uuid7(), purpose=purpose, submission=submission, letter=letter,
        language=letter.language if letter and to_office else submission.page_language,
        recipient="" if to_office else submission.email,
        mailbox="" if to_office else submission.signer,
        priority=PRIORITY[purpose], next_attempt_at=at, created_at=now,
    )  # fmt: skip


def _number(rows: Sequence[Outbound]) -> None:
    """Give each mail a Message-ID that its letter or form gives again after a restore (F31)."""
    earlier = _earlier(rows)
    for row in rows:
        nth = earlier.get(row.letter_id, 0) + 1
        row.message_id = message_ids.of_mail(row.letter_id or row.id, row.purpose, nth)


def _earlier(rows: Sequence[Outbound]) -> dict[UUID | None, int]:
    letters = [row.letter_id for row in rows if row.letter_id]
    if not letters:
        return {}
    same = Outbound.objects.filter(letter__in=letters, purpose=rows[0].purpose).order_by()
    return dict(same.values_list("letter").annotate(models.Count("pk")))


def _link(rows: Sequence[Outbound], link: str, now: datetime) -> None:
    # Two keys: the mail's own, and one by which our pages lead here from a sibling's link.
    tokens = []
    for row in rows:
        submission = row.its_submission
        own = own_token(link, submission.id, submission.signer)
        tokens += _tokens(submission, link, [token_for(link, row.id), own], now)
    AccessToken.objects.bulk_create(tokens, ignore_conflicts=True)


def grant(submission: Submission, purpose: str, tokens: list[str], now: datetime) -> None:
    """Let `tokens` open the submission. A confirm link is known beyond its time, to say so."""
    rows = _tokens(submission, purpose, tokens, now)
    AccessToken.objects.bulk_create(rows, ignore_conflicts=True)


def _tokens(
    submission: Submission, purpose: str, tokens: Sequence[str], now: datetime
) -> list[AccessToken]:
    expires = max(now, submission.expires_at) + timedelta(days=MINE_DAYS)
    return [
        AccessToken(
            digest=digest(token), submission=submission, purpose=purpose, expires_at=expires
        )
        for token in tokens
    ]
